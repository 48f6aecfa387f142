/** Where this note is safe: one line, and on click the evidence machine by machine. */
import { Popover } from '@base-ui/react/popover'
import { CircleAlert, CircleCheck, CircleQuestionMark, HardDrive, LoaderCircle, Unplug, type LucideIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { MachineHoldsView, WhereView } from '../../app/api/views.ts'
import { HoldsBadge } from '../components/holds.tsx'
import { sayTime } from '../components/time.ts'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'
import { sayTrust } from './say-trust.ts'
import type { Trust } from './trust.ts'

export const TrustLine = ({ trust, where }: { trust: Trust; where: WhereView | null }) => {
  const { claim, silence } = sayTrust(trust)
  const Icon = iconOf(trust)
  // What was told before the connection was lost is no longer known.
  const evidence = where === null || trust.kind === 'unknown' || trust.kind === 'windowOnly' ? null : where.machines
  const counts = trust.kind === 'saved' ? { 'data-on': trust.on, 'data-of': trust.of } : {}
  return (
    <div className="trust">
      <Popover.Root>
        <Popover.Trigger className="trust-button" data-testid={testIds.trustLine} data-trust={trust.kind} {...counts}>
          <Icon size="0.9375rem" aria-hidden />
          <span>{claim}</span>
          {silence !== '' && <span className="trust-silence">{silence}</span>}
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner className="positioner" align="start" sideOffset={6}>
            <Popover.Popup className="popover">
              <Popover.Title className="popover-title">{strings.trust.details}</Popover.Title>
              <Popover.Description className="popover-text">{strings.trust.explain}</Popover.Description>
              {evidence === null ? <p>{strings.trust.unknown}</p> : <Evidence machines={evidence} isSaved={trust.kind === 'saved'} />}
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
      <Announcer text={trust.kind === 'saving' ? '' : `${claim}${silence === '' ? '' : `. ${silence}`}`} />
    </div>
  )
}

const iconOf = ({ kind, ...trust }: Trust): LucideIcon => {
  if (kind === 'saving') return LoaderCircle
  if (kind === 'windowOnly') return Unplug
  if (kind === 'refused') return CircleAlert
  if (kind === 'unknown') return CircleQuestionMark
  return 'on' in trust && trust.on > 1 ? CircleCheck : HardDrive
}

const Evidence = ({ machines, isSaved }: { machines: readonly MachineHoldsView[]; isSaved: boolean }) => (
  <ul className="evidence">
    {machines.map((machine) => (
      <li key={machine.device} data-testid={testIds.trustMachine} data-device={machine.device} data-holds={machine.holds}>
        <span className="evidence-name">
          {machine.name}
          {machine.self && <span className="tag">{strings.trust.thisMachine}</span>}
        </span>
        <HoldsBadge holds={machine.self ? (isSaved ? 'all' : 'behind') : machine.holds} asOfMs={machine.asOfMs} isSelf={machine.self} />
        {!machine.self && <span className="evidence-contact">{contactOf(machine)}</span>}
      </li>
    ))}
  </ul>
)

const contactOf = ({ reachable, lastHeardMs }: MachineHoldsView): string => {
  if (reachable) return strings.machines.reachable
  return lastHeardMs === null ? strings.machines.neverHeard : strings.machines.lastHeard(sayTime(lastHeardMs))
}

/** A screen reader hears where the note is safe once that has stood for a while, not at every key. */
const STABLE_MS = 1500

const Announcer = ({ text }: { text: string }) => {
  const [said, setSaid] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSaid(text), STABLE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return <span className="unseen" role="status">{said}</span>
}
