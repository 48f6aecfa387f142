import type { Connection, Stream as RawStream } from '@libp2p/interface'
import type { Cancel } from '../../base/clock.ts'
import { PeerError } from '../../base/errors.ts'
import type { PeerId } from '../../base/ids.ts'
import type { Flow } from '../credits.ts'
import type { PeerChange } from '../network.ts'

/** A connection, and how far it has come. */
export interface Link {
  readonly connection: Connection
  readonly peer: PeerId
  readonly flows: Set<Flow>
  state: 'new' | 'settled' | 'over'
  /** Place among all that was opened and settled here. */
  readonly openedAt: number
  settledAt: number
  /** The stream on which it is settled. */
  raw: RawStream | undefined
  heardMs: number
  cancelSettle: Cancel
}

/** All connections of a node, and the one that counts for each peer. */
export const createLinkTable = (emit: (change: PeerChange) => void) => {
  const links = new Map<Connection, Link>()
  const settled = new Map<PeerId, Link>()
  const waiting = new Set<() => void>()
  let steps = 0
  const wake = () => [...waiting].forEach((check) => check())
  const isComing = (peer: PeerId) => [...links.values()].some((link) => link.peer === peer)

  return {
    links,
    settled,
    hasAnother: (link: Link) => [...links.values()].some((other) => other !== link && other.peer === link.peer),
    nextStep: () => ++steps,
    settle: (link: Link) => {
      link.cancelSettle()
      link.settledAt = ++steps
      link.state = 'settled'
      settled.set(link.peer, link)
      emit({ kind: 'up', peer: link.peer })
      wake()
    },
    over: (link: Link) => {
      const wasSettled = link.state === 'settled'
      link.state = 'over'
      link.cancelSettle()
      links.delete(link.connection)
      if (wasSettled) settled.delete(link.peer)
      for (const flow of [...link.flows]) flow.lose('NETWORK_STREAM_CLOSED')
      if (wasSettled) emit({ kind: 'down', peer: link.peer })
      wake()
    },
    /** Resolves when a connection to `peer` is settled.
     *  @throws NETWORK_DIAL_FAILED when all are gone, or `signal` aborts */
    whenUp: (peer: PeerId, signal: AbortSignal): Promise<PeerId> =>
      new Promise((resolve, reject) => {
        const finish = (then: () => void) => {
          waiting.delete(check)
          signal.removeEventListener('abort', check)
          then()
        }
        const check = () => {
          if (settled.has(peer)) finish(() => resolve(peer))
          else if (signal.aborted || !isComing(peer)) finish(() => reject(new PeerError('NETWORK_DIAL_FAILED', { peer })))
        }
        waiting.add(check)
        signal.addEventListener('abort', check, { once: true })
        check()
      }),
  }
}
