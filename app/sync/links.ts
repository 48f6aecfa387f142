/** All neighbours: one link each, opened by the side with the lower PeerId, reopened while the connection stands. */
import { every, type Cancel, type Clock } from '../base/clock.ts'
import { codeOf, type ErrorCode } from '../base/errors.ts'
import type { LogId, PeerId, WorkspaceId } from '../base/ids.ts'
import { InvariantError } from '../base/invariant.ts'
import { ADVERT_COALESCE_MS, ANTI_ENTROPY_MS } from '../base/limits.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import type { Stored } from '../log/log.ts'
import type { Network, Stream } from '../network/network.ts'
import type { Knock } from './handshake.ts'
import { createLink, type Link, type LinkEvents, type Proven, type SyncGate } from './link.ts'

const PROTOCOL = '/lanyard/sync/0'
const OPEN_TIMEOUT_MS = 5000
const REOPEN_MS = 1000
const RECONSIDER_MS = 1000

export interface Links {
  start(): void
  stop(): void
  /** To tell every neighbour that workspaces, members, invitations or knocks changed here. Coalesced. */
  refresh(): void
  /** Compares with everybody now: something may have been missed. */
  compare(): void
  stored(workspace: WorkspaceId, stored: Stored): void
  sendRoom(workspace: WorkspaceId, room: number, payload: Uint8Array, except?: Link): void
  list(): readonly Link[]
  proven(workspace: WorkspaceId): readonly Proven[]
  /** Cuts off whoever shares this workspace, after we left it. */
  drop(workspace: WorkspaceId): void
  /** The other side of a connection did not speak our protocol, or an unsupported version of it. */
  readonly incompatible: ReadonlyMap<PeerId, ErrorCode>
}

export interface LinksParts {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly app: string
  readonly events: LinkEvents
  gates(): readonly SyncGate[]
  knocks(): readonly Knock[]
}

export const createLinks = (parts: LinksParts): Links => {
  const { network, clock, logger } = parts
  const links = new Map<PeerId, Link>()
  const opening = new Set<PeerId>()
  const incompatible = new Map<PeerId, ErrorCode>()
  const offered = new Map<WorkspaceId, Set<LogId>>()
  const timers: Cancel[] = []
  let isRefreshDue = false
  let isStopped = false

  const events: LinkEvents = {
    ...parts.events,
    closed: (link, code) => {
      if (links.get(link.peer) === link) links.delete(link.peer)
      if (code === 'SYNC_VERSION_UNSUPPORTED') incompatible.set(link.peer, code)
      parts.events.closed(link, code)
      if (!isStopped) clock.after(REOPEN_MS, () => open(link.peer))
    },
  }

  const adopt = (stream: Stream) => {
    links.get(stream.peer)?.close()
    const link = createLink({ ...parts, stream, self: network.self, events })
    links.set(stream.peer, link)
  }

  const open = (peer: PeerId) => {
    const isOurs = network.self < peer && network.peers().includes(peer)
    if (isStopped || !isOurs || links.has(peer) || opening.has(peer) || incompatible.has(peer)) return
    opening.add(peer)
    network.open(peer, PROTOCOL, clock.deadline(OPEN_TIMEOUT_MS)).then(
      (stream) => {
        opening.delete(peer)
        if (isStopped) return stream.close()
        adopt(stream)
      },
      (error: unknown) => {
        opening.delete(peer)
        logger.debug('link did not open', { peer, error: String(error) })
        if (!isStopped) clock.after(REOPEN_MS, () => open(peer))
      },
    )
  }

  const each = (workspace: WorkspaceId, act: (proven: Proven, link: Link) => void) => {
    for (const link of [...links.values()]) {
      for (const proven of [...link.proven.values()]) if (proven.workspace === workspace) act(proven, link)
    }
  }

  /** What fails here must not reach the log, which is in the middle of a write: the link begins anew, and compares. */
  const push = ({ exchange }: Proven, link: Link, stored: Stored) => {
    try {
      exchange.push(stored)
    } catch (error) {
      if (error instanceof InvariantError) throw error
      logger.warn('not pushed', { peer: link.peer, code: codeOf(error) })
      link.close()
    }
  }

  const offerLater = (workspace: WorkspaceId, log: LogId) => {
    const logs = offered.get(workspace)
    if (logs) return void logs.add(log)
    offered.set(workspace, new Set([log]))
    clock.after(ADVERT_COALESCE_MS, () => {
      const grown = offered.get(workspace) ?? new Set()
      offered.delete(workspace)
      each(workspace, (proven) => proven.exchange.offer(grown))
    })
  }

  return {
    incompatible,
    start: () => {
      network.handle(PROTOCOL, (stream) => (isStopped ? stream.close() : adopt(stream)))
      timers.push(
        network.onPeer(({ kind, peer }) => {
          if (kind === 'up') return open(peer)
          incompatible.delete(peer)
          links.get(peer)?.close()
        }),
        every(clock, ANTI_ENTROPY_MS, () => links.forEach((link) => link.compare())),
        every(clock, RECONSIDER_MS, () => links.forEach((link) => link.reconsider())),
      )
      for (const peer of network.peers()) open(peer)
    },
    stop: () => {
      isStopped = true
      for (const cancel of timers) cancel()
      for (const link of [...links.values()]) link.close()
    },
    refresh: () => {
      if (isRefreshDue || isStopped) return
      isRefreshDue = true
      clock.after(0, () => {
        isRefreshDue = false
        for (const link of [...links.values()]) link.refresh()
      })
    },
    compare: () => links.forEach((link) => link.compare()),
    stored: (workspace, stored) => {
      if (stored.isOwn) each(workspace, (proven, link) => push(proven, link, stored))
      else offerLater(workspace, stored.log)
    },
    sendRoom: (workspace, room, payload, except) => {
      for (const link of links.values()) if (link !== except) link.sendRoom(workspace, room, payload)
    },
    list: () => [...links.values()],
    proven: (workspace) => {
      const found: Proven[] = []
      each(workspace, (proven) => found.push(proven))
      return found
    },
    drop: (workspace) => each(workspace, (_, link) => link.close()),
  }
}
