/** Networks in memory: many peers in one process, joined by links that a policy delays and cuts. Same inputs, same run. */
import type { Clock } from '../base/clock.ts'
import { createEmitter } from '../base/emitter.ts'
import { PeerError } from '../base/errors.ts'
import type { Address, PeerId } from '../base/ids.ts'
import type { Random } from '../base/random.ts'
import { createConnections, type Connections } from './memory/connections.ts'
import { createDialler } from './memory/dial.ts'
import { createMemoryDiscovery } from './memory/discovery.ts'
import { createLane, type Lane, type Link } from './memory/lane.ts'
import type { Node } from './memory/node.ts'
import type { Discovery, Network } from './network.ts'

export type { Link } from './memory/lane.ts'

export interface MemoryHubOptions {
  /** Both the time of the wire and the source of every callback: nothing happens but inside one of its timers, or of a call. */
  readonly clock: Clock
  readonly random: Random
  /** Asked for every message, and again after `refreshLinks`. One direction may be cut while the other is open. */
  readonly link: (from: PeerId, to: PeerId) => Link
  /** Streams between two peers overtake each other; each by itself keeps its order. */
  readonly streamsMix?: boolean
}

export interface MemoryHub {
  /** A network that listens at `address` once started. The address may be taken again after a stop or a kill, under a new id. */
  createNetwork(peer: PeerId, address: Address): Network
  /** Announces reach those whose link from us is open. One per network. */
  createDiscovery(network: Network): Discovery
  /** Call after the answers of `link` changed: what waited sets out, and silence begins or ends. */
  refreshLinks(): void
  /** Power off, without a goodbye: its objects do nothing more and tell nobody; the others notice the silence. */
  kill(peer: PeerId): void
}

/** A world of peers in memory.
 *  - Messages between two peers keep their order, each delayed by `link`; while the link is cut they wait, as TCP would retransmit.
 *  - A connection that is cut in either direction, or whose other end was killed, goes down some 3 s later at each end by itself.
 *  - Dials over a cut link, and to nobody, fail when their signal aborts (after 10 s at the latest). */
export const createMemoryHub = ({ clock, random, link, streamsMix = false }: MemoryHubOptions): MemoryHub => {
  const lanes = new Map<string, Lane>()
  const nodes = new Map<PeerId, Node>()
  const laneOf = (from: PeerId, to: PeerId): Lane => {
    const name = `${from}>${to}`
    const lane = lanes.get(name) ?? createLane(clock, () => link(from, to))
    lanes.set(name, lane)
    return lane
  }
  const streamLaneOf = (from: PeerId, to: PeerId, stream: string): Lane => {
    const whole = laneOf(from, to)
    if (!streamsMix) return whole
    const name = `${from}>${to}>${stream}`
    const lane = lanes.get(name) ?? createLane(clock, () => link(from, to), whole)
    lanes.set(name, lane)
    return lane
  }
  const forgetLanes = (peer: PeerId) => {
    for (const name of [...lanes.keys()]) if (name.split('>').includes(peer)) lanes.delete(name)
  }
  const isOpen = (from: PeerId, to: PeerId) => link(from, to).kind === 'open'
  const connections = createConnections({ clock, random, laneOf, streamLaneOf, isOpen })
  const listening = new Map<Address, Node>()
  const listeningAt = (address: Address) => listening.get(address)
  const dial = createDialler({ clock, laneOf, connections, listeningAt })
  const discovery = createMemoryDiscovery({ clock, random, laneOf })

  return {
    createNetwork: (peer, address) => {
      if (nodes.has(peer)) throw new PeerError('BASE_ID_MALFORMED', { name: 'PeerId', text: 'a PeerId is for one run only' })
      const node: Node = { peer, address, state: 'new', sides: new Map(), dials: new Map(), promised: new Map(), handlers: new Map(), changes: createEmitter() }
      nodes.set(peer, node)
      const start = () => {
        if (listeningAt(address)) throw new PeerError('NETWORK_PORT_IN_USE', { address })
        node.state = 'up'
        listening.set(address, node)
      }
      const stop = () => {
        for (const side of [...node.sides.values()]) connections.hangUp(side)
        node.state = 'stopped'
        nodes.delete(peer)
        listening.delete(address)
      }
      return createNetworkOf(node, connections, { start, stop, dial })
    },
    createDiscovery: (network) => discovery.create(network.self, () => nodes.get(network.self)?.state === 'up'),
    refreshLinks: () => {
      for (const lane of [...lanes.values()]) lane.refresh()
      connections.watchAll()
    },
    kill: (peer) => {
      const node = nodes.get(peer)
      if (!node) return
      nodes.delete(peer)
      if (node.state === 'up') listening.delete(node.address)
      node.state = 'killed'
      discovery.forget(peer)
      forgetLanes(peer)
      connections.silence(node)
    },
  }
}

interface NodeCalls {
  readonly start: () => void
  readonly stop: () => void
  readonly dial: (node: Node, address: Address, signal: AbortSignal) => Promise<PeerId>
}

const createNetworkOf = (node: Node, connections: Connections, { start, stop, dial }: NodeCalls): Network => ({
  self: node.peer,
  start: async () => {
    if (node.state !== 'new') throw new PeerError('NETWORK_STOPPED')
    start()
  },
  stop: async () => {
    if (node.state === 'up') stop()
  },
  addresses: () => (node.state === 'up' ? [node.address] : []),
  peers: () => [...node.sides.keys()],
  addressOf: (peer) => node.sides.get(peer)?.twin.node.address,
  onPeer: node.changes.on,
  dial: (address, signal) => dial(node, address, signal),
  hangUp: (peer) => {
    const side = node.sides.get(peer)
    if (side) connections.hangUp(side)
  },
  probe: () => connections.probe(node),
  open: async (peer, protocol, signal) => {
    const side = node.sides.get(peer)
    if (!side) throw new PeerError('NETWORK_STREAM_CLOSED', { peer, protocol })
    return side.end.open(protocol, signal)
  },
  handle: (protocol, accept) => void node.handlers.set(protocol, accept),
})
