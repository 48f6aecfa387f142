/** Join with a link: keeps trying until a member answers, the link is refused, or the person stops it. */
import { CircleAlert } from 'lucide-react'
import { useEffect, useEffectEvent, useRef, useState, type SubmitEvent } from 'react'
import type { PeerView } from '../../app/api/views.ts'
import { codeOf, errorTable, sentence, type ErrorCode } from '../../app/base/errors.ts'
import { Banner, Button, Field, Spinner } from '../components/controls.tsx'
import { useLink, useRefreshStatus, useRun } from '../peer/peer-context.tsx'
import { navigate } from '../routes.ts'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'
import { ConnectForm } from './connect-form.tsx'

/** One attempt; the next begins when it ends. */
const ATTEMPT_MS = 20_000
const LOOK_AGAIN_MS = 1500
const PAUSE_MS = 1000

type Progress =
  | { readonly kind: 'asking'; readonly code?: ErrorCode }
  | { readonly kind: 'looking'; readonly link: string; readonly attempts: number }
  | { readonly kind: 'admitted' }

export const JoinForm = ({ machine, onBack }: { machine: string; onBack: () => void }) => {
  const [link, setLink] = useState('')
  const [machineName, setMachineName] = useState(machine)
  const [progress, setProgress] = useState<Progress>({ kind: 'asking' })
  useJoining(progress, setProgress, { machine, machineName })

  if (progress.kind === 'looking') return <Looking attempts={progress.attempts} onStop={() => setProgress({ kind: 'asking' })} />
  if (progress.kind === 'admitted') return <Spinner label={strings.join.admitted} />

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const isEmpty = link.trim() === ''
    setProgress(isEmpty ? { kind: 'asking', code: 'MEMBERSHIP_LINK_MALFORMED' } : { kind: 'looking', link: link.trim(), attempts: 0 })
  }
  return (
    <form className="card" onSubmit={submit} aria-label={strings.start.join}>
      {progress.code !== undefined && (
        <Banner tone="bad" icon={CircleAlert} role="alert" data-testid={testIds.joinError} data-code={progress.code}>
          {sentence(progress.code)}
        </Banner>
      )}
      <Field
        label={strings.start.linkLabel}
        hint={strings.start.linkHint}
        placeholder={strings.start.linkPlaceholder}
        value={link}
        autoFocus
        onChange={(event) => setLink(event.target.value)}
      />
      <Field
        label={strings.start.machineName}
        hint={strings.start.machineHint}
        value={machineName}
        maxLength={60}
        onChange={(event) => setMachineName(event.target.value)}
      />
      <div className="form-actions">
        <Button look="quiet" onClick={onBack}>{strings.app.back}</Button>
        <Button look="primary" type="submit">{strings.start.joinButton}</Button>
      </div>
    </form>
  )
}

/** Runs attempts one after the other while `progress` says that somebody is looked for. */
const useJoining = (progress: Progress, setProgress: (progress: Progress) => void, names: { machine: string; machineName: string }) => {
  const run = useRun()
  const refreshStatus = useRefreshStatus()
  const isOpen = useLink().kind === 'open'

  const attempt = useEffectEvent(async (link: string, attempts: number, isStale: () => boolean) => {
    try {
      const name = names.machineName.trim()
      if (attempts === 0 && name !== '' && name !== names.machine) await run('machine.rename', { name })
      const { workspace } = await run('workspace.join', { link, timeoutMs: ATTEMPT_MS })
      if (isStale()) return
      setProgress({ kind: 'admitted' })
      await refreshStatus()
      navigate({ kind: 'notes', workspace, document: null })
    } catch (error) {
      const code = codeOf(error)
      if (isStale()) return
      if (!errorTable[code].retry) return setProgress({ kind: 'asking', code })
      // Told at once that nobody is there: not as often as the machine can.
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      if (!isStale()) setProgress({ kind: 'looking', link, attempts: attempts + 1 })
    }
  })

  useEffect(() => {
    if (progress.kind !== 'looking' || !isOpen) return
    let isStale = false
    void attempt(progress.link, progress.attempts, () => isStale)
    return () => {
      isStale = true
    }
  }, [progress, isOpen])
}

const Looking = ({ attempts, onStop }: { attempts: number; onStop: () => void }) => {
  const peers = usePeers()
  return (
    <div className="card" data-testid={testIds.joinProgress}>
      <Spinner label={attempts === 0 ? strings.join.looking : strings.join.noneYet} />
      <p className="field-hint">{strings.join.lookingHint}</p>
      {peers.length > 0 && (
        <>
          <h2>{strings.join.tried}</h2>
          <ul className="tried">
            {peers.map(({ address, state }) => (
              <li key={address}>
                <code>{address}</code> <span>{strings.join.states[state]}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <ConnectForm label={strings.join.addressLabel} hint={strings.join.addressHint} button={strings.join.addressButton} />
      <div className="form-actions">
        <Button onClick={onStop}>{strings.join.stop}</Button>
      </div>
    </div>
  )
}

const usePeers = (): readonly PeerView[] => {
  const run = useRun()
  const [peers, setPeers] = useState<readonly PeerView[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    let isGone = false
    const look = async () => {
      // While the connection is lost the old list stands; the banner above says so.
      const told = await run('peers', {}).catch(() => null)
      if (isGone) return
      if (told !== null) setPeers(told.peers)
      timer.current = setTimeout(() => void look(), LOOK_AGAIN_MS)
    }
    void look()
    return () => {
      isGone = true
      clearTimeout(timer.current)
    }
  }, [run])
  return peers
}
