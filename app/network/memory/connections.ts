import type { Clock } from '../../base/clock.ts'
import type { PeerId } from '../../base/ids.ts'
import { PROBE_MS } from '../../base/limits.ts'
import { below, type Random } from '../../base/random.ts'
import { createConnectionEnd, type ConnectionEnd, type ConnectionMessage } from './connection.ts'
import type { Lane } from './lane.ts'
import type { Node, Side } from './node.ts'

interface Wiring {
  readonly clock: Clock
  readonly random: Random
  readonly laneOf: (from: PeerId, to: PeerId) => Lane
  readonly streamLaneOf: (from: PeerId, to: PeerId, stream: string) => Lane
  readonly isOpen: (from: PeerId, to: PeerId) => boolean
}

/** How long an end bears silence: two pings of the real one, each end on its own. */
export const SILENCE_MS = 3000
const SILENCE_JITTER_MS = 250

/** The connections of a hub: brings ends up and down. */
export const createConnections = ({ clock, random, laneOf, streamLaneOf, isOpen }: Wiring) => {
  const upSides = new Set<Side>()

  const post = (side: Side, message: ConnectionMessage) => {
    const { node, twin } = side
    if (node.state === 'killed') return
    streamLaneOf(node.peer, twin.node.peer, message.stream).post(() => !side.isSilenced && twin.isUp && twin.end.take(message), 'wait')
  }
  const up = (side: Side) => {
    const { node, twin } = side
    const old = node.sides.get(twin.node.peer)
    if (old) hangUp(old)
    side.isUp = true
    upSides.add(side)
    node.sides.set(twin.node.peer, side)
    watch(side)
    node.changes.emit({ kind: 'up', peer: twin.node.peer })
  }
  const down = (side: Side) => {
    if (!side.isUp) return
    const peer = side.twin.node.peer
    retire(side)
    side.end.lose('NETWORK_STREAM_CLOSED')
    side.node.changes.emit({ kind: 'down', peer })
  }
  const retire = (side: Side) => {
    side.isUp = false
    side.cancelSilence?.()
    upSides.delete(side)
    side.node.sides.delete(side.twin.node.peer)
  }
  /** Down here, and there as soon as a packet gets through. */
  const hangUp = (side: Side) => {
    if (!side.isUp) return
    laneOf(side.node.peer, side.twin.node.peer).post(() => down(side.twin), 'wait')
    down(side)
  }
  /** Silence begins when either direction is cut or the other end lost its power, and ends when neither is so. */
  const watch = (side: Side) => {
    const [here, there] = [side.node.peer, side.twin.node.peer]
    if (side.twin.node.state !== 'killed' && isOpen(here, there) && isOpen(there, here)) {
      side.cancelSilence?.()
      side.cancelSilence = undefined
      return
    }
    side.cancelSilence ??= clock.after(SILENCE_MS + below(random, SILENCE_JITTER_MS), () => {
      side.isSilenced = true
      hangUp(side)
    })
  }

  return {
    /** The dialler's end of a new connection, neither up. */
    create: (dialler: Node, answerer: Node): Side => createSides(dialler, answerer, (node, peer, side) =>
      createConnectionEnd({ self: node.peer, peer, clock, handlers: node.handlers, post: (message) => post(side(), message) })),
    up,
    hangUp,
    watchAll: () => {
      for (const side of [...upSides]) watch(side)
    },
    /** A call and its answer: an end that gets none within PROBE_MS goes down. */
    probe: (node: Node) => {
      for (const side of [...node.sides.values()]) {
        const { twin } = side
        let isAnswered = false
        const answer = () => {
          if (twin.isUp) laneOf(twin.node.peer, node.peer).post(() => (isAnswered = true), 'wait')
        }
        laneOf(node.peer, twin.node.peer).post(answer, 'wait')
        clock.after(PROBE_MS, () => {
          if (isAnswered || !side.isUp) return
          side.isSilenced = true
          hangUp(side)
        })
      }
    },
    /** The machine lost its power. */
    silence: (node: Node) => {
      for (const side of [...node.sides.values()]) {
        retire(side)
        side.end.silence()
        if (side.twin.isUp) watch(side.twin)
      }
    },
  }
}

export type Connections = ReturnType<typeof createConnections>

const createSides = (dialler: Node, answerer: Node, createEnd: (node: Node, peer: PeerId, side: () => Side) => ConnectionEnd): Side => {
  const createSide = (node: Node, twin: () => Side): Side => {
    const peer = node === dialler ? answerer.peer : dialler.peer
    const side: Side = {
      node,
      end: createEnd(node, peer, () => side),
      get twin() {
        return twin()
      },
      isUp: false,
      isSilenced: false,
      cancelSilence: undefined,
    }
    return side
  }
  const ours: Side = createSide(dialler, () => theirs)
  const theirs: Side = createSide(answerer, () => ours)
  return ours
}
