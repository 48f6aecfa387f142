/** A swarm: up to thousands of peers, each the shipped sync over a model replica, in virtual time. Measures how entries spread in a network
 *  where everybody knows some others only, then makes trouble, and checks that everything ends everywhere. The same seed, the same run. */
import { toHex } from '../../base/codec.ts'
import { workspaceId, type DeviceId, type PeerId } from '../../base/ids.ts'
import { createMemoryHub } from '../../network/memory.ts'
import { createChance } from '../chance.ts'
import { createTrace } from '../trace.ts'
import { createPeerClock, createVirtualTime } from '../virtual-time.ts'
import { createMeter, type Spread } from './meter.ts'
import { createLibrary } from './model-log.ts'
import { createSwarmPeer, type SwarmGround, type SwarmPeer } from './swarm-peer.ts'
import { createEdges, type Edges, type Topology } from './topology.ts'
import { createTrouble } from './trouble.ts'
import { createWires } from './wires.ts'

export interface SwarmOptions {
  readonly seed: number
  /** At least 2. */
  readonly peers: number
  readonly topology: Topology
  /** Neighbours of each peer, some 8 to 16. */
  readonly degree: number
  /** Written in each of the two streams, by several authors. */
  readonly entries: number
  /** Everybody sends everything to all neighbours, as a measure for the shipped spreading. */
  readonly isFlooding: boolean
}

export interface SwarmReport {
  readonly engine: 'model replica'
  readonly seed: number
  readonly peers: number
  readonly topology: Topology
  readonly links: number
  readonly spreading: 'shipped' | 'flood'
  readonly verdict: 'pass' | 'fail'
  readonly faults: readonly string[]
  /** 16 hex digits over everything that happened. */
  readonly traceHash: string
  /** The first entry of a new log, by one author. */
  readonly first: Spread
  /** A later entry of the same log. */
  readonly later: Spread
  /** Several authors at once. */
  readonly stream: Spread
  /** The same with cut links, slow links, and peers that vanish and come back. */
  readonly trouble: Spread & { readonly cuts: number; readonly killed: number; readonly toEqualMs: number }
  readonly virtualMs: number
  readonly events: number
}

const MEET_MS_MAX = 60_000
/** Long enough for all that one entry brings about. */
const SETTLE_MS = 5000
const WRITERS = 5
const STREAM_MS = 10_000
/** Comparisons come every ten seconds, and what one of them brings may have several hops to go. */
const HEAL_MS_MAX = 120_000
const LOOK_MS = 100
/** Refusals that are no fault: none in a world of honest peers. */
const FAULTS_MAX = 20

export const runSwarm = async (options: SwarmOptions): Promise<SwarmReport> => {
  const { seed, topology } = options
  const time = createVirtualTime(() => DONE)
  const trace = createTrace(time.nowMs, () => {})
  const meter = createMeter(time.nowMs)
  const library = createLibrary()
  const faults: string[] = []
  const blame = (fault: string) => faults.length < FAULTS_MAX && faults.push(`${(time.nowMs() / 1000).toFixed(3)} s: ${fault}`)
  const chance = createChance(seed, 'swarm')
  const edges = createEdges(options, createChance(seed, 'topology'))
  const neighbours = neighboursIn(edges)
  const numbers = new Map<PeerId, number>()
  const numberOf = (peer: PeerId) => numbers.get(peer) ?? -1
  const wires = createWires(createChance(seed, 'wires'))
  const hub = createMemoryHub({
    clock: createPeerClock(time, time.nowMs), random: createChance(seed, 'hub'), link: (from, to) => wires.link(numberOf(from), numberOf(to)),
  })
  const ground: SwarmGround = {
    seed, time, hub, library, meter, trace, numberOf,
    workspace: workspaceId(toHex(chance.bytes(32))),
    discoveryKey: chance.bytes(32),
    devices: new Set<DeviceId>(),
    isFlooding: options.isFlooding,
    placed: (peer, number) => void numbers.set(peer, number),
    neighboursOf: (number) => (neighbours.get(number) ?? []).map((other) => peers[other]!),
    refused: (number, code) => blame(`peer ${number} was refused, or refused: ${code}`),
  }
  const peers: SwarmPeer[] = Array.from({ length: options.peers }, (_, number) => createSwarmPeer(ground, number))

  const hasAll = ({ log }: SwarmPeer) => [...library.logs].every(([id, written]) => log.heightOf(id) === written.length)
  const isEqual = () => peers.every((peer) => !peer.isUp || hasAll(peer))
  /** Until `isDone`, at most `withinMs`; how long it took. */
  const wait = async (isDone: () => boolean, withinMs: number): Promise<number | undefined> => {
    const beganMs = time.nowMs()
    while (!isDone() && time.nowMs() - beganMs < withinMs) await time.run(LOOK_MS)
    return isDone() ? time.nowMs() - beganMs : undefined
  }
  const settle = async (what: string) => {
    const tookMs = await wait(isEqual, HEAL_MS_MAX)
    if (tookMs === undefined) blame(`${what}: not everything is everywhere ${HEAL_MS_MAX / 1000} s after the last change`)
    await time.run(SETTLE_MS)
    return tookMs ?? HEAL_MS_MAX
  }
  const measure = async (what: string, act: () => Promise<void> | void): Promise<Spread> => {
    meter.reset()
    await act()
    await settle(what)
    return meter.read(peers.length)
  }
  const writers = chance.shuffled(peers).slice(0, WRITERS)
  const writeOn = async () => {
    for (let entry = 0; entry < options.entries; entry++) {
      const writer = writers[entry % writers.length]!
      time.after(chance.below(STREAM_MS), () => writer.isUp && writer.write())
    }
    await time.run(STREAM_MS)
  }

  for (const peer of peers) time.after(chance.below(1000), peer.start)
  const isMet = () => peers.every((peer) => peer.isUp && peer.provenCount() === neighbours.get(peer.number)!.length)
  if (await wait(isMet, MEET_MS_MAX) === undefined) blame('not all links opened')
  await time.run(SETTLE_MS)

  const author = chance.pick(peers)
  const first = await measure('the first entry', author.write)
  const later = await measure('a later entry', author.write)
  const stream = await measure('a stream', writeOn)

  const trouble = createTrouble({ time, wires, hub, edges, peers, writers, chance: createChance(seed, 'trouble') })
  meter.reset()
  trouble.start()
  await writeOn()
  trouble.mend()
  const toEqualMs = await settle('after trouble')
  const troubled = meter.read(peers.length)

  return {
    engine: 'model replica', seed, peers: peers.length, topology, links: edges.length,
    spreading: options.isFlooding ? 'flood' : 'shipped',
    verdict: faults.length > 0 ? 'fail' : 'pass', faults, traceHash: trace.hash(),
    first, later, stream, trouble: { ...troubled, cuts: trouble.cuts, killed: trouble.killed, toEqualMs },
    virtualMs: Math.round(time.nowMs()), events: time.events,
  }
}

const neighboursIn = (edges: Edges): ReadonlyMap<number, readonly number[]> => {
  const neighbours = new Map<number, number[]>()
  const note = (one: number, other: number) => neighbours.set(one, [...neighbours.get(one) ?? [], other])
  for (const [a, b] of edges) {
    note(a, b)
    note(b, a)
  }
  return neighbours
}

const DONE = Promise.resolve()
