/** The newcomer's side: what is open nearby, asking to be let in, and the words to compare. Nobody is looked for but while it is shown. */
import { CircleAlert, Radar } from 'lucide-react'
import { useEffect, useState, type SubmitEvent } from 'react'
import type { FoundView, NearbyView, StatusView } from '../../app/api/views.ts'
import { codeOf, sentence, type ErrorCode } from '../../app/base/errors.ts'
import { Banner, Button, Field, Spinner } from '../components/controls.tsx'
import { Countdown } from '../components/countdown.tsx'
import { useLink, useRefreshStatus, useRun } from '../peer/peer-context.tsx'
import { navigate } from '../routes.ts'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'

/** Told again before it is over. */
const LOOK_MS = 15_000
const LOOK_AGAIN_MS = 5000
const ASK_MS = 600_000

export const NearbyFound = ({ nearby, onChoose }: { nearby: NearbyView; onChoose: (found: FoundView) => void }) => {
  useLooking()
  const { found } = nearby
  return (
    <section className="nearby-found" aria-labelledby="found-title">
      <h2 id="found-title">{strings.nearby.foundTitle}</h2>
      <div role="status">
        {found.length === 0 ? (
          <p className="nearby-empty">
            <Radar size="1rem" aria-hidden />
            {strings.nearby.foundNone}
          </p>
        ) : (
          <p className="unseen">{strings.nearby.foundSome(found.length)}</p>
        )}
      </div>
      <ul className="found">
        {found.map((each) => (
          <li key={each.opening} data-testid={testIds.nearbyFound}>
            <div>
              <span className="found-name">{each.workspace}</span>
              <span className="field-hint">{strings.nearby.openedBy(each.machine)}</span>
            </div>
            <Button aria-label={strings.nearby.askNamed(each.workspace, each.machine)} onClick={() => onChoose(each)}>
              {strings.nearby.ask}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}

const useLooking = () => {
  const run = useRun()
  const isOpen = useLink().kind === 'open'
  useEffect(() => {
    if (!isOpen) return
    // Where it fails the connection is lost, and the banner above says so.
    const look = () => void run('nearby.look', { durationMs: LOOK_MS }).catch(() => undefined)
    look()
    const timer = setInterval(look, LOOK_AGAIN_MS)
    return () => clearInterval(timer)
  }, [run, isOpen])
}

interface AskProps {
  readonly status: StatusView
  readonly found: FoundView
  readonly onBack: () => void
}

export const NearbyAsk = ({ status, found, onBack }: AskProps) => {
  const { isAsking, code, ask, stop } = useAsking(status, found)
  const [machineName, setMachineName] = useState(status.machine)
  const { asking } = status.nearby
  if (isAsking) return <Waiting found={found} words={asking?.words ?? null} closesMs={asking?.closesMs} onStop={stop} />
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    void ask(machineName.trim())
  }
  return (
    <form className="card" onSubmit={submit} aria-label={strings.nearby.askTitle(found.workspace)}>
      <h2>{strings.nearby.askTitle(found.workspace)}</h2>
      {code !== undefined && (
        <Banner tone="bad" icon={CircleAlert} role="alert" data-testid={testIds.nearbyError} data-code={code}>{sentence(code)}</Banner>
      )}
      <p>{strings.nearby.askMeaning(found.machine)}</p>
      <Field
        label={strings.start.machineName}
        hint={strings.start.machineHint}
        value={machineName}
        maxLength={60}
        autoFocus
        onChange={(event) => setMachineName(event.target.value)}
      />
      <div className="form-actions">
        <Button look="quiet" onClick={onBack}>{strings.app.back}</Button>
        <Button look="primary" type="submit">{code === undefined ? strings.nearby.ask : strings.nearby.askAgain}</Button>
      </div>
    </form>
  )
}

const useAsking = (status: StatusView, found: FoundView) => {
  const run = useRun()
  const refreshStatus = useRefreshStatus()
  const [isAsking, setAsking] = useState(false)
  const [code, setCode] = useState<ErrorCode>()
  const ask = async (name: string) => {
    setAsking(true)
    setCode(undefined)
    try {
      if (name !== '' && name !== status.machine) await run('machine.rename', { name })
      const { workspace } = await run('nearby.ask', { opening: found.opening, timeoutMs: ASK_MS })
      await refreshStatus()
      navigate({ kind: 'notes', workspace, document: null })
    } catch (error) {
      setCode(codeOf(error))
      setAsking(false)
    }
  }
  const stop = () => void run('nearby.withdraw', {}).catch(() => undefined) // what it was asked for ends with the connection
  return { isAsking, code, ask, stop }
}

interface WaitingProps {
  readonly found: FoundView
  readonly words: string | null
  readonly closesMs: number | undefined
  readonly onStop: () => void
}

const Waiting = ({ found, words, closesMs, onStop }: WaitingProps) => (
  <div className="card nearby-waiting">
    <h2>{strings.nearby.askTitle(found.workspace)}</h2>
    <div role="status">
      {words === null ? (
        <p>{strings.nearby.asking(found.machine)}</p>
      ) : (
        <>
          <p>{strings.nearby.sameWords(found.machine)}</p>
          <p className="words words-large" data-testid={testIds.nearbyWords}>{words}</p>
          <p>{strings.nearby.otherWords}</p>
        </>
      )}
    </div>
    <Spinner label={strings.nearby.waiting} />
    {closesMs !== undefined && <p className="field-hint">{strings.nearby.closesIn} <Countdown untilMs={closesMs} /></p>}
    <div className="form-actions">
      <Button onClick={onStop}>{strings.join.stop}</Button>
    </div>
  </div>
)
