/** Making, inviting to, joining and leaving workspaces. */
import type { ScreenEvent } from '../api/commands.ts'
import type { Clock } from '../base/clock.ts'
import type { Emitter } from '../base/emitter.ts'
import { PeerError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { KEY_BYTES } from '../identity/crypto.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { checkedName, createGenesis, genesisId } from '../membership/genesis.ts'
import type { Neighbours } from '../network/neighbours.types.ts'
import type { Network } from '../network/network.ts'
import type { Store } from '../store/store.ts'
import type { Links } from '../sync/links.ts'
import type { PeerCore } from './core.ts'
import type { Joins } from './joins.ts'
import { leaveWorkspace } from './leaving.ts'
import type { Records } from './records.ts'
import type { Workspaces } from './workspaces.ts'

export interface MembershipCommandsParts {
  readonly workspaces: Workspaces
  readonly joins: Joins
  readonly records: Records
  readonly store: Store
  readonly network: Network
  readonly neighbours: Neighbours
  readonly links: Links
  readonly clock: Clock
  readonly random: Random
  readonly events: Emitter<ScreenEvent>
  statusSoon(): void
}

export const createMembershipCommands = (parts: MembershipCommandsParts): Pick<PeerCore, 'rename' | 'create' | 'invite' | 'join' | 'leave'> => {
  const { workspaces, joins, records, store, network, neighbours, links, clock, random } = parts
  return {
    rename: async (name) => {
      const checked = checkedName(name)
      records.setMachineName(checked)
      await Promise.all(workspaces.all().map((workspace) => workspace.log.saved(workspace.membership.rename(checked))))
      parts.statusSoon()
    },
    create: async (name) => {
      const keys = createDeviceKeys(random)
      const genesis = createGenesis(name, keys, random)
      const [control, epoch] = [random.bytes(KEY_BYTES), random.bytes(KEY_BYTES)]
      const workspace = workspaces.enter({
        workspace: genesisId(genesis), genesis, keys, control, epochs: [epoch], sponsor: undefined, isFilled: true,
      })
      await store.synced()
      return workspace.id
    },
    invite: async (id) => {
      const workspace = workspaces.find(id)
      const { link, expiresMs, entry } = workspace.membership.invite(workspace.keys.device, network.addresses())
      await workspace.log.saved(entry)
      return { link, expiresMs }
    },
    join: async (link, timeoutMs) => {
      const join = joins.begin(link)
      const { workspace } = join.record
      if (workspaces.get(workspace)) {
        joins.admitted(workspace)
        throw new PeerError('MEMBERSHIP_ALREADY_MEMBER')
      }
      await store.synced()
      joins.saved(join)
      neighbours.remember(join.invitation.addresses)
      links.refresh()
      await joins.wait(workspace, timeoutMs)
      await store.synced()
      return workspace
    },
    leave: async (id) => {
      const workspace = workspaces.find(id)
      const told = await leaveWorkspace(workspace, links, clock)
      workspaces.remove(id)
      await store.synced()
      parts.events.emit({ kind: 'left', workspace: id, device: workspace.keys.device })
      return told
    },
  }
}
