/** Who is connected to whom: never everybody to everybody, beyond a room. */
import type { Chance } from '../chance.ts'

export const TOPOLOGIES = ['regular', 'ring', 'clusters', 'full'] as const
export type Topology = (typeof TOPOLOGIES)[number]

/** Pairs of numbers, the lower first, each once. */
export type Edges = readonly (readonly [number, number])[]

export interface TopologyOptions {
  readonly topology: Topology
  readonly peers: number
  /** Neighbours of each peer, at the least where chance allows; `full` has no use for it. */
  readonly degree: number
}

/** Clusters are joined in a ring by this many bridges each. */
const BRIDGES = 3
const CLUSTER_PEERS = 50

/** The same chance, the same edges; always one connected whole. */
export const createEdges = ({ topology, peers, degree }: TopologyOptions, chance: Chance): Edges => {
  const edges = new Map<string, readonly [number, number]>()
  const join = (a: number, b: number) => {
    if (a !== b) edges.set(`${Math.min(a, b)}-${Math.max(a, b)}`, [Math.min(a, b), Math.max(a, b)])
  }
  if (topology === 'full') for (let a = 0; a < peers; a++) for (let b = 0; b < a; b++) join(a, b)
  if (topology === 'ring') for (let a = 0; a < peers; a++) for (let step = 1; step <= degree / 2; step++) join(a, (a + step) % peers)
  if (topology === 'regular') joinCircles(range(0, peers), degree / 2, { chance, join })
  if (topology === 'clusters') {
    const clusters = range(0, Math.ceil(peers / CLUSTER_PEERS))
      .map((at) => range(at * CLUSTER_PEERS, Math.min(peers, (at + 1) * CLUSTER_PEERS)))
    for (const cluster of clusters) joinCircles(cluster, degree / 2, { chance, join })
    clusters.forEach((cluster, at) => {
      const next = clusters[(at + 1) % clusters.length]!
      for (let bridge = 0; bridge < BRIDGES; bridge++) join(chance.pick(cluster), chance.pick(next))
    })
  }
  return [...edges.values()]
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)

interface Joining {
  readonly chance: Chance
  readonly join: (a: number, b: number) => void
}

/** Several circles through all of them, each in an order of its own: regular but for pairs that two circles share. */
const joinCircles = (members: readonly number[], circles: number, { chance, join }: Joining) => {
  for (let circle = 0; circle < circles; circle++) {
    const order = chance.shuffled(members)
    order.forEach((member, at) => join(member, order[(at + 1) % order.length]!))
  }
}
