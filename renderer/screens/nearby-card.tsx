/** The member's side: opens the workspace to people nearby for ten minutes, and lets in who shows the same words. */
import { Check, DoorClosed, DoorOpen, X } from 'lucide-react'
import { useState } from 'react'
import type { AskerView, OpeningView, StatusView, WorkspaceView } from '../../app/api/views.ts'
import { Button } from '../components/controls.tsx'
import { Countdown } from '../components/countdown.tsx'
import { useToast } from '../components/toasts.tsx'
import { useLink, useRun } from '../peer/peer-context.tsx'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'

const MINUTES = 10

export const openingOf = (status: StatusView, { id }: WorkspaceView): OpeningView | undefined =>
  status.nearby.openings.find((opening) => opening.workspace === id)

export const NearbyCard = ({ status, workspace }: { status: StatusView; workspace: WorkspaceView }) => {
  const run = useRun()
  const { fail } = useToast()
  // While the connection is lost nobody knows whether it is still open.
  const isConnected = useLink().kind === 'open'
  const opening = isConnected ? openingOf(status, workspace) : undefined
  const open = () => run('nearby.open', { workspace: workspace.id, minutes: MINUTES }).catch(fail)
  const close = () => run('nearby.close', { workspace: workspace.id }).catch(fail)
  return (
    <section className="card" aria-labelledby="nearby-title" data-testid={testIds.nearbyCard} data-open={opening !== undefined}>
      <h2 id="nearby-title">{strings.nearby.title}</h2>
      <p className="field-hint">{opening === undefined ? strings.nearby.closedHint : strings.nearby.openHint(workspace.name, status.machine)}</p>
      {opening === undefined ? (
        <Button icon={DoorOpen} disabled={!isConnected} onClick={() => void open()}>{strings.nearby.open}</Button>
      ) : (
        <div className="nearby-open">
          <p>{strings.nearby.closesIn} <Countdown untilMs={opening.closesMs} /></p>
          <Button icon={DoorClosed} onClick={() => void close()}>{strings.nearby.close}</Button>
        </div>
      )}
      <p role="status" className="unseen">{opening === undefined ? '' : strings.nearby.said(opening.askers.map(({ machine }) => machine))}</p>
      {opening !== undefined && <Askers opening={opening} />}
    </section>
  )
}

const Askers = ({ opening: { workspace, askers } }: { opening: OpeningView }) => {
  if (askers.length === 0) return <p className="nearby-empty">{strings.nearby.nobodyAsks}</p>
  return (
    <>
      <p>{strings.nearby.compare}</p>
      <ul className="askers" aria-label={strings.nearby.askers}>
        {askers.map((asker) => <Asker key={asker.asker} workspace={workspace} asker={asker} />)}
      </ul>
    </>
  )
}

const Asker = ({ workspace, asker: { asker, machine, words } }: { workspace: OpeningView['workspace']; asker: AskerView }) => {
  const run = useRun()
  const { say, fail } = useToast()
  const [isBusy, setBusy] = useState(false)
  const answer = async (welcome: boolean) => {
    setBusy(true)
    try {
      await run('nearby.answer', { workspace, asker, welcome })
      say(welcome ? strings.nearby.letIn(machine) : strings.nearby.refused(machine))
    } catch (error) {
      fail(error)
      setBusy(false)
    }
  }
  return (
    <li data-testid={testIds.nearbyAsker}>
      <div>
        <span className="words" data-testid={testIds.nearbyWords}>{words}</span>
        <span className="asker-name">{machine}</span>
      </div>
      <div className="asker-actions">
        <Button look="primary" icon={Check} disabled={isBusy} aria-label={strings.nearby.letInNamed(machine, words)} onClick={() => void answer(true)}>
          {strings.nearby.letInButton}
        </Button>
        <Button icon={X} disabled={isBusy} aria-label={strings.nearby.refuseNamed(machine, words)} onClick={() => void answer(false)}>
          {strings.nearby.refuseButton}
        </Button>
      </div>
    </li>
  )
}
