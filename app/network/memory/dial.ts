import { every, type Clock } from '../../base/clock.ts'
import { PeerError } from '../../base/errors.ts'
import type { Address, PeerId } from '../../base/ids.ts'
import { checkAddress, peerIn, withoutPeer } from '../address.ts'
import { SILENCE_MS, type Connections } from './connections.ts'
import type { Lane } from './lane.ts'
import type { Attempt, Node, Side } from './node.ts'
import type { PeerChange } from '../network.ts'

interface Wiring {
  readonly clock: Clock
  readonly laneOf: (from: PeerId, to: PeerId) => Lane
  readonly connections: Connections
  readonly listeningAt: (address: Address) => Node | undefined
}

const DIAL_MS_MAX = 10_000
/** A lost first packet is sent again after this, as the real one does. */
const ASK_MS = 400

/** Dials as TCP and Noise do: a question, an answer, a confirmation. Where two peers dial each other at once, the one whose question
 *  arrives first goes through and the other waits for it: so there is never a second connection. */
export const createDialler = ({ clock, laneOf, connections, listeningAt }: Wiring) => {
  const ask = (attempt: Attempt) => laneOf(attempt.from.peer, attempt.to.peer).post(() => answer(attempt), 'drop')

  const answer = (attempt: Attempt) => {
    const { from, to } = attempt
    if (to.state !== 'up' || attempt.isOver) return
    const side = to.sides.get(from.peer)
    if (side && attempt.isHeld) return
    // One who asks afresh has lost the connection that we still believe in.
    if (side) connections.hangUp(side)
    const own = to.dials.get(from.peer)
    if (own) own.isOver = true
    to.promised.get(from.peer)?.()
    to.promised.set(from.peer, clock.after(SILENCE_MS, () => to.promised.delete(from.peer)))
    laneOf(to.peer, from.peer).post(() => answered(attempt), 'drop')
  }
  const answered = (attempt: Attempt) => {
    const { from, to } = attempt
    if (attempt.isOver || from.state !== 'up') return
    attempt.isOver = true
    const side = connections.create(from, to)
    laneOf(from.peer, to.peer).post(() => confirmed(attempt, side.twin), 'wait')
    connections.up(side)
  }
  const confirmed = ({ from, to }: Attempt, side: Side) => {
    to.promised.get(from.peer)?.()
    to.promised.delete(from.peer)
    if (to.state === 'up') connections.up(side)
  }
  /** Calls `then` when a question to `to` and its answer have come through. */
  const roundTrip = (from: Node, to: Node, then: () => void) =>
    laneOf(from.peer, to.peer).post(() => to.state === 'up' && laneOf(to.peer, from.peer).post(then, 'drop'), 'drop')

  const settle = (node: Node, address: Address, signal: AbortSignal): Promise<PeerId> =>
    new Promise((resolve, reject) => {
      const wanted = peerIn(address)
      const to = listeningAt(withoutPeer(address))
      const attempt: Attempt | undefined = to && { from: node, to, isHeld: node.sides.has(to.peer), isOver: false }
      const finish = (then: () => void) => {
        if (to && attempt && node.dials.get(to.peer) === attempt) node.dials.delete(to.peer)
        if (attempt) attempt.isOver = true
        for (const cancel of cancels) cancel()
        signal.removeEventListener('abort', fail)
        then()
      }
      const fail = () => finish(() => reject(dialFailed(address)))
      const onUp = ({ kind, peer }: PeerChange) => kind === 'up' && peer === to?.peer && finish(() => resolve(peer))
      const cancels = [clock.after(DIAL_MS_MAX, fail), node.changes.on(onUp)]
      signal.addEventListener('abort', fail, { once: true })
      if (!to || !attempt) return
      if (wanted && wanted !== to.peer) roundTrip(node, to, fail)
      else if (node.dials.has(to.peer) || node.promised.has(to.peer)) return
      else {
        node.dials.set(to.peer, attempt)
        ask(attempt)
        cancels.push(every(clock, ASK_MS, () => ask(attempt)))
        if (attempt.isHeld) roundTrip(node, to, () => (node.sides.has(to.peer) ? finish(() => resolve(to.peer)) : fail()))
      }
    })

  return async (node: Node, address: Address, signal: AbortSignal): Promise<PeerId> => {
    checkAddress(address)
    const wanted = peerIn(address)
    if (node.state !== 'up') throw new PeerError('NETWORK_STOPPED')
    if (withoutPeer(address) === node.address || wanted === node.peer) throw new PeerError('NETWORK_DIAL_SELF', { address })
    if (wanted && node.sides.has(wanted)) return wanted
    if (signal.aborted) throw dialFailed(address)
    return settle(node, address, signal)
  }
}

const dialFailed = (address: Address) => new PeerError('NETWORK_DIAL_FAILED', { address })
