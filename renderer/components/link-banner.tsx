/** Says so when the peer on this machine can't be reached: what is shown may be old, and typing stays in this window. */
import { Unplug } from 'lucide-react'
import { useEffect, useState } from 'react'
import { sentence } from '../../app/base/errors.ts'
import { useConnection, useLink } from '../peer/peer-context.tsx'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'
import { Banner, Button } from './controls.tsx'

/** A connection found again within this was never worth a word. */
const GRACE_MS = 400

/** The sentence to show, or null while all is well or only just lost. */
export const useLinkTrouble = (): string | null => {
  const link = useLink()
  const [isLong, setLong] = useState(false)
  const isOpen = link.kind === 'open'
  useEffect(() => {
    if (isOpen) return setLong(false)
    const timer = setTimeout(() => setLong(true), GRACE_MS)
    return () => clearTimeout(timer)
  }, [isOpen])
  if (isOpen || !isLong || link.kind === 'connecting') return null
  return link.code === 'API_CHANNEL_CLOSED' ? strings.link.lost : sentence(link.code)
}

export const LinkBanner = () => {
  const trouble = useLinkTrouble()
  const { retryNow } = useConnection()
  return (
    <div role="status" className="banners">
      {trouble !== null && (
        <Banner
          tone="warn"
          icon={Unplug}
          data-testid={testIds.linkBanner}
          actions={<Button look="quiet" onClick={retryNow}>{strings.link.retry}</Button>}
        >
          {trouble}
        </Banner>
      )}
    </div>
  )
}
