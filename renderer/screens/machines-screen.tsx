/** Who belongs, when each was last heard, and what each is known to hold. */
import { Laptop, LogOut, UserPlus } from 'lucide-react'
import { useState } from 'react'
import type { MemberView, StatusView, WorkspaceView } from '../../app/api/views.ts'
import { Button } from '../components/controls.tsx'
import { HoldsBadge } from '../components/holds.tsx'
import { sayTime } from '../components/time.ts'
import { useLink } from '../peer/peer-context.tsx'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'
import { ConnectForm } from './connect-form.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { LeaveDialog } from './leave-dialog.tsx'
import { NearbyCard } from './nearby-card.tsx'
import { MachineNameForm } from './settings-screen.tsx'

export const MachinesScreen = ({ status, workspace }: { status: StatusView; workspace: WorkspaceView }) => {
  const [dialog, setDialog] = useState<'invite' | 'leave' | null>(null)
  const close = () => setDialog(null)
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{strings.machines.title}</h1>
          <p>{strings.machines.intro}</p>
        </div>
        <Button look="primary" icon={UserPlus} onClick={() => setDialog('invite')}>{strings.machines.invite}</Button>
      </header>
      <Members members={workspace.members} />
      <NearbyCard status={status} workspace={workspace} />
      <div className="cards">
        <section className="card">
          <h2>{strings.machines.addresses}</h2>
          <Addresses status={status} />
        </section>
        <section className="card">
          <h2>{strings.machines.connect}</h2>
          <ConnectForm label={strings.machines.address} button={strings.machines.connectButton} />
        </section>
        <section className="card">
          <h2>{strings.machines.rename}</h2>
          <MachineNameForm key={status.machine} name={status.machine} />
        </section>
      </div>
      <Button look="danger" icon={LogOut} onClick={() => setDialog('leave')}>{strings.machines.leave}</Button>
      {dialog === 'invite' && <InviteDialog workspace={workspace.id} onClose={close} />}
      {dialog === 'leave' && <LeaveDialog workspace={workspace} onClose={close} />}
    </div>
  )
}

const byPresence = (a: MemberView, b: MemberView) =>
  Number(a.hasLeft) - Number(b.hasLeft) ||
  Number(b.self) - Number(a.self) ||
  Number(b.reachable) - Number(a.reachable) ||
  a.name.localeCompare(b.name)

const Members = ({ members }: { members: readonly MemberView[] }) => (
  <table className="members">
    <caption className="unseen">{strings.machines.table}</caption>
    <thead>
      <tr>
        <th scope="col">{strings.machines.columns.machine}</th>
        <th scope="col">{strings.machines.columns.contact}</th>
        <th scope="col">{strings.machines.columns.holds}</th>
      </tr>
    </thead>
    <tbody>
      {members.toSorted(byPresence).map((member) => (
        <Member key={member.device} member={member} />
      ))}
    </tbody>
  </table>
)

const Member = ({ member: told }: { member: MemberView }) => {
  // What was told before the connection was lost is no longer known.
  const isConnected = useLink().kind === 'open'
  const member: MemberView = isConnected ? told : { ...told, holds: 'unknown', asOfMs: null }
  return (
    <tr data-testid={testIds.machineRow} data-device={member.device} data-holds={member.holds} data-reachable={member.reachable}>
      <th scope="row">
        <span className="machine-icon" style={{ '--who': member.color }}>
          <Laptop size="1rem" aria-hidden />
        </span>
        <span>{member.name}</span>
        {member.self && <span className="tag">{strings.machines.thisMachine}</span>}
      </th>
      <td>{isConnected || member.hasLeft ? contactOf(member) : strings.machines.contactUnknown}</td>
      <td>{member.hasLeft ? null : <HoldsBadge holds={member.holds} asOfMs={member.asOfMs} isSelf={member.self || !isConnected} />}</td>
    </tr>
  )
}

const contactOf = (member: MemberView): string => {
  if (member.hasLeft) return strings.machines.left
  if (member.self) return ''
  if (member.reachable) return strings.machines.reachable
  return member.lastHeardMs === null ? strings.machines.neverHeard : strings.machines.lastHeard(sayTime(member.lastHeardMs))
}

const Addresses = ({ status }: { status: StatusView }) => (
  <>
    {!status.discovers && <p className="field-hint">{strings.machines.noDiscovery}</p>}
    {status.addresses.length === 0 ? (
      <p>{strings.machines.noAddresses}</p>
    ) : (
      <>
        <ul className="addresses">
          {status.addresses.map((address) => (
            <li key={address}>
              <code data-testid={testIds.ownAddress}>{address}</code>
            </li>
          ))}
        </ul>
        <p className="field-hint">{strings.machines.addressesHint}</p>
      </>
    )}
  </>
)
