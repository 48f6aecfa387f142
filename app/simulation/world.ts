/** Everything that one simulation holds. */
import type { PeerId, WorkspaceId } from '../base/ids.ts'
import type { Stream } from '../network/network.ts'
import { createMemoryHub } from '../network/memory.ts'
import type { MemoryHub } from '../network/memory.ts'
import type { Peer, PeerPorts } from '../peer.types.ts'
import { createBook } from './book.ts'
import type { Book } from './book.ts'
import { createChance } from './chance.ts'
import type { Chance } from './chance.ts'
import { createLinks } from './links.ts'
import type { Links } from './links.ts'
import { createMachine } from './machine.ts'
import type { Machine } from './machine.ts'
import type { Plan } from './plan.ts'
import { createTrace } from './trace.ts'
import type { Trace } from './trace.ts'
import { createPeerClock, createVirtualTime } from './virtual-time.ts'
import type { VirtualTime } from './virtual-time.ts'
import { watchNetwork } from './watched-network.ts'

/** Rare moments that a good run reaches: what never happens is not tested. */
export interface Sometimes {
  /** A cable was cut or mended while something was on its way. */
  healDuringSync: number
  /** A machine died while entries waited in it for others. */
  restartWithPending: number
  /** A power cut took batches with it. */
  lostTail: number
  /** Entries waited for others before them in causal order. */
  causalWait: number
  /** Some parts of a big change were there and others not. */
  partsSplit: number
  /** Yjs cleaned up formatting by itself while applying somebody else's edit. */
  formattingCleanup: number
}

export interface Counts {
  edits: number
  crashes: number
  restarts: number
  cuts: number
  frames: number
  frameBytes: number
  refusedEdits: number
  /** Disks that were copied, and both started. */
  clones: number
  freezes: number
  /** Disks that broke, and were put back as they had been. */
  backups: number
}

export interface World {
  readonly plan: Plan
  readonly time: VirtualTime
  readonly trace: Trace
  readonly book: Book
  readonly links: Links
  readonly hub: MemoryHub
  readonly machines: readonly Machine[]
  /** Copies the disk of a machine to one more, which becomes part of the world. Once. */
  clone(machine: Machine): Machine | undefined
  /** A machine, and the one with a copy of its disk. */
  readonly twins: ReadonlySet<Machine>
  readonly joined: Set<Machine>
  /** Taken away: back when all is mended. */
  readonly away: Set<Machine>
  /** Their disks were put back as they had been. */
  readonly rolledBack: Set<Machine>
  /** What happens to a machine as soon as entries wait in it for others. */
  readonly whenWaiting: Map<Machine, () => void>
  /** Faults that found their machine there, by kind. */
  readonly happened: Record<string, number>
  readonly streams: ReadonlySet<Stream>
  readonly counts: Counts
  readonly sometimes: Sometimes
  workspace: WorkspaceId
  /** Part of something big was sent. */
  onLargeFrame: (from: Machine, to: Machine) => void
  /** A stream of chance of its own. */
  chance(name: string): Chance
}

/** What the host of a simulation hands in. */
export interface SimulationHost {
  /** One turn of the event loop: every promise callback that is due runs first. */
  readonly turn: () => Promise<void>
  /** A whole turn of the host's loop, after which it has told of every promise that failed. */
  readonly rest: () => Promise<void>
  readonly createPeer: (ports: PeerPorts) => Peer
  /** Promises that failed with nobody waiting for them. */
  readonly strayErrors: readonly unknown[]
  /** Lines of the story, as they happen. */
  readonly tell: (line: string) => void
}

const LARGE_FRAME_BYTES = 60_000

export const createWorld = (plan: Plan, host: SimulationHost): World => {
  const { seed, network } = plan
  const time = createVirtualTime(host.turn)
  const trace = createTrace(time.nowMs, host.tell)
  const chance = (name: string) => createChance(seed, name)
  const links = createLinks(chance('links'), network)
  const hub = createMemoryHub({
    clock: createPeerClock(time, time.nowMs), random: chance('hub'), link: links.link, streamsMix: network.streamsMix,
  })
  const counts: Counts = {
    edits: 0, crashes: 0, restarts: 0, cuts: 0, frames: 0, frameBytes: 0, refusedEdits: 0, clones: 0, freezes: 0, backups: 0,
  }
  const streams = new Set<Stream>()
  const machineOf = (peer: PeerId): Machine => machines[links.machineOf(peer)]!
  const sent = (from: PeerId, to: PeerId, bytes: number) => {
    counts.frames += 1
    counts.frameBytes += bytes
    trace.note(`${machineOf(from).name}>${machineOf(to).name} ${bytes}`)
    if (bytes >= LARGE_FRAME_BYTES) world.onLargeFrame(machineOf(from), machineOf(to))
  }
  const newMachine = (number: number) => createMachine({
    seed, number, time, hub, place: links.place, createPeer: host.createPeer,
    watch: (network) => watchNetwork(network, { sent, streams }),
  })
  const machines: Machine[] = Array.from({ length: plan.machines }, (_, number) => newMachine(number))
  const twins = new Set<Machine>()
  const clone = (machine: Machine): Machine | undefined => {
    if (twins.size > 0) return undefined
    const twin = newMachine(machines.length)
    twin.disk.copyFrom(machine.disk)
    machines.push(twin)
    world.joined.add(twin)
    twins.add(machine).add(twin)
    return twin
  }
  const world: World = {
    plan, time, trace, book: createBook(), links, hub, machines, clone, twins, streams, counts, chance,
    joined: new Set(),
    away: new Set(),
    rolledBack: new Set(),
    happened: {},
    whenWaiting: new Map(),
    sometimes: { healDuringSync: 0, restartWithPending: 0, lostTail: 0, causalWait: 0, partsSplit: 0, formattingCleanup: 0 },
    // Known once the first machine has made it.
    workspace: '' as WorkspaceId,
    onLargeFrame: () => {},
  }
  return world
}
