/** Notes that were left with typing the peer has not taken: they must not be forgotten because another one is on the screen. */
import { TriangleAlert } from 'lucide-react'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import type { DocumentId } from '../../app/base/ids.ts'
import { Banner } from '../components/controls.tsx'
import { hrefOf } from '../routes.ts'
import { strings } from '../strings.ts'
import { useNotebook } from './use-notebook.ts'

interface LingeringProps {
  readonly open: DocumentId | null
  readonly isDiskFull: boolean
}

export default function LingeringNotes({ open, isDiskFull }: LingeringProps) {
  const notebook = useNotebook()
  const wasFull = useRef(isDiskFull)
  useEffect(() => {
    // There is room again: hand over what was refused, without being asked.
    if (wasFull.current && !isDiskFull) notebook.retryAll()
    wasFull.current = isDiskFull
  }, [notebook, isDiskFull])
  const left = useSyncExternalStore(notebook.subscribe, notebook.lingering).filter(({ document }) => document !== open)
  const [first] = left
  return (
    <div className="banners" role="status">
      {first !== undefined && (
        <Banner
          tone="warn"
          icon={TriangleAlert}
          actions={<a className="button button-quiet" href={hrefOf({ kind: 'notes', ...first })}>{strings.note.openIt}</a>}
        >
          {strings.note.lingering(left.length)}
        </Banner>
      )}
    </div>
  )
}
