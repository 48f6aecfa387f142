/** What the peer makes of what happens on its links. */
import type { Clock } from '../base/clock.ts'
import { codeOf } from '../base/errors.ts'
import type { DeviceId, WorkspaceId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { Neighbours } from '../network/neighbours.types.ts'
import type { Link, LinkEvents } from '../sync/link.ts'
import type { Links } from '../sync/links.ts'
import type { AddressExchange } from './address-exchange.ts'
import type { Joins } from './joins.ts'
import type { Records } from './records.ts'
import { openWelcome, ROOMS } from './workspace.ts'
import type { Workspaces } from './workspaces.ts'

const WELCOME_RETRY_MS = 5000

export interface LinkEventsParts {
  readonly workspaces: Workspaces
  readonly joins: Joins
  readonly records: Records
  readonly neighbours: Neighbours
  readonly addresses: AddressExchange
  readonly clock: Clock
  readonly logger: Logger
  links(): Links
  /** A link was proven or closed. */
  linksChanged(): void
}

export const createLinkEvents = (parts: LinkEventsParts): LinkEvents => {
  const { workspaces, joins, records, neighbours, addresses, clock, logger } = parts

  /** Where it answered to a dial of ours, typed by a person perhaps: worth to be dialled in the next run too. */
  const rememberAddresses = (workspace: WorkspaceId, device: DeviceId, link: Link) => {
    const addresses = neighbours.answeredAt(link.peer)
    if (addresses.length === 0) return
    try {
      records.putAddresses(workspace, device, addresses)
    } catch (error) {
      logger.warn('addresses not remembered', { code: codeOf(error) })
    }
  }

  const takeWelcome: LinkEvents['accepted'] = (knock, admitter, box) => {
    const join = joins.of(knock.workspace)
    if (!join || workspaces.get(knock.workspace)) return
    const { keys } = join.record
    try {
      workspaces.enter({ ...openWelcome(knock.workspace, keys, box), workspace: knock.workspace, keys, sponsor: admitter, isFilled: false })
      joins.admitted(knock.workspace)
    } catch (error) {
      logger.warn('welcome not taken', { code: codeOf(error) })
      // It isn't sent again on this link: kept until there is room for it.
      if (codeOf(error) === 'STORE_FULL') clock.after(WELCOME_RETRY_MS, () => takeWelcome(knock, admitter, box))
    }
  }

  return {
    proven: (link, proven) => {
      const { workspace: id, device } = proven
      const workspace = workspaces.get(id)
      if (!workspace) return
      workspace.cluster.heard(device)
      workspace.cluster.greet((payload) => link.sendRoom(id, ROOMS.cluster, payload))
      workspace.presence.greet((payload) => link.sendRoom(id, ROOMS.presence, payload))
      rememberAddresses(id, device, link)
      addresses.greet(link, proven)
      parts.linksChanged()
    },
    room: (link, proven, room, payload) => {
      const { workspace: id, device } = proven
      const workspace = workspaces.get(id)
      if (room === ROOMS.cluster) workspace?.cluster.receive(payload, (answer) => link.sendRoom(id, ROOMS.cluster, answer))
      if (room === ROOMS.presence) workspace?.presence.receive(device, payload)
      if (room === ROOMS.addresses) addresses.receive(link, proven, payload)
    },
    heard: ({ workspace, device }) => workspaces.get(workspace)?.cluster.heard(device),
    progressed: workspaces.progressed,
    accepted: takeWelcome,
    declined: (knock, code) => {
      joins.declined(knock.workspace, code)
      parts.links().refresh()
    },
    refused: (id, code) => {
      // A stranger names no workspace: the refusal is counted in all of them.
      for (const workspace of workspaces.all()) if (id === undefined || workspace.id === id) workspace.refuse(code)
    },
    closed: (link) => {
      for (const { workspace: id, device } of link.proven.values()) {
        const isStillHere = parts.links().proven(id).some((proven) => proven.device === device)
        if (!isStillHere) workspaces.get(id)?.presence.gone(device)
      }
      parts.linksChanged()
    },
  }
}
