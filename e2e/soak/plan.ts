/** What will happen to the machines, and when: drawn from a seed before anything starts. */
import { createChance, type Chance } from './chance.ts'

/** Machines by their number, from 0. */
export type Fault =
  | { readonly kind: 'split'; readonly groups: readonly (readonly number[])[] }
  | { readonly kind: 'oneWay'; readonly from: number; readonly to: number }
  | { readonly kind: 'between'; readonly one: number; readonly other: number }
  | { readonly kind: 'multicast' }
  | { readonly kind: 'unplug'; readonly machine: number; readonly moves: boolean }
  | { readonly kind: 'kill' | 'restart' | 'freeze' | 'sleep' | 'disk'; readonly machine: number }
  | { readonly kind: 'power'; readonly machine: number; readonly chance: number }
  | { readonly kind: 'clock'; readonly machine: number; readonly aheadMs: number }
export type FaultKind = Fault['kind']

export interface Step {
  /** Since the round began. */
  readonly atMs: number
  /** How long until it is mended. */
  readonly forMs: number
  readonly fault: Fault
}

/** Faults, then all mended and checked. */
export interface Round {
  readonly lengthMs: number
  readonly steps: readonly Step[]
}

export interface PlanOptions {
  readonly seed: number
  readonly machines: number
  /** Of all faults; starting, mending and checking come on top. */
  readonly lengthMs: number
  /** False where no wall clock can be made to jump. */
  readonly hasClocks: boolean
}

const SECOND = 1000
const MINUTE = 60 * SECOND
/** Long enough for a sleep beyond every timeout, short enough to say which minute a change was lost in. */
const ROUND_MS = 95 * SECOND

const NETWORK_DECK: readonly FaultKind[] = ['split', 'split', 'oneWay', 'between', 'multicast']
const HOST_DECK: readonly FaultKind[] = ['kill', 'kill', 'restart', 'freeze', 'sleep', 'power', 'disk', 'clock', 'unplug', 'unplug']

/** Seconds from, to. `sleep` is a freeze longer than every timeout of the program. */
const LASTS: Readonly<Record<FaultKind, readonly [number, number]>> = {
  split: [5, 20], oneWay: [5, 20], between: [5, 20], multicast: [10, 30],
  unplug: [4, 25], kill: [1, 8], restart: [1, 6], freeze: [3, 20], sleep: [62, 80], disk: [5, 12], power: [1, 6], clock: [8, 25],
}
const CLOCK_JUMPS: readonly number[] = [-24 * 60, -61, -10, 5, 61, 24 * 60, 400 * 24 * 60].map((minutes) => minutes * MINUTE)

/** The first machine's host runs from beginning to end, so that its memory can be judged over the whole time.
 *  The last but one has a small disk; the last one's flushes are watched, so that its power can be cut. */
export const rolesOf = (machines: number) => ({ steady: 0, smallDisk: machines - 2, watched: machines - 1 })

const machinesFor = (kind: FaultKind, machines: number): readonly number[] => {
  const { steady, smallDisk, watched } = rolesOf(machines)
  if (kind === 'disk') return [smallDisk]
  if (kind === 'power') return [watched]
  const all = Array.from({ length: machines }, (_, machine) => machine)
  return kind === 'kill' || kind === 'restart' ? all.filter((machine) => machine !== steady) : all
}

const drawNetworkFault = (kind: FaultKind, machines: number, chance: Chance): Fault => {
  const order = chance.shuffled(Array.from({ length: machines }, (_, machine) => machine))
  const [one = 0, other = 1] = order
  if (kind === 'oneWay') return { kind, from: one, to: other }
  if (kind === 'between') return { kind, one, other }
  if (kind === 'multicast') return { kind }
  const cut = chance.whole(1, machines - 1)
  return { kind: 'split', groups: [order.slice(0, cut).sort(), order.slice(cut).sort()] }
}

const drawHostFault = (kind: FaultKind, machine: number, chance: Chance): Fault => {
  if (kind === 'clock') return { kind, machine, aheadMs: chance.pick(CLOCK_JUMPS) }
  if (kind === 'power') return { kind, machine, chance: chance.fraction() }
  if (kind === 'unplug') return { kind, machine, moves: chance.fraction() < 0.3 }
  return { kind: kind as 'kill', machine }
}

/** Kinds come as from a deck of cards, so that a long run sees each about as often as any other. */
const createDeck = (kinds: readonly FaultKind[], chance: Chance) => {
  const cards: FaultKind[] = []
  /** The first that fits; undefined when none does now. */
  return (fits: (kind: FaultKind) => boolean): FaultKind | undefined => {
    if (!cards.some(fits)) cards.push(...chance.shuffled(kinds))
    const found = cards.findIndex(fits)
    return found < 0 ? undefined : cards.splice(found, 1)[0]
  }
}

const durationMs = (kind: FaultKind, leftMs: number, chance: Chance): number => {
  const [from, to] = LASTS[kind]
  return Math.min(chance.whole(from * SECOND, to * SECOND), leftMs)
}

export const drawPlan = ({ seed, machines, lengthMs, hasClocks }: PlanOptions): readonly Round[] => {
  const chance = createChance(seed)
  const rounds = Math.max(1, Math.round(lengthMs / ROUND_MS))
  const roundMs = Math.floor(lengthMs / rounds)
  const dealNetwork = createDeck(NETWORK_DECK, chance)
  const dealHost = createDeck(HOST_DECK.filter((kind) => hasClocks || kind !== 'clock'), chance)

  const drawRound = (): Round => {
    const steps: Step[] = []
    const busyUntilMs = Array.from({ length: machines }, () => 0)
    const lane = (draw: (atMs: number, leftMs: number) => Step | undefined) => {
      for (let atMs = chance.whole(SECOND, 4 * SECOND); roundMs - atMs >= 2 * SECOND;) {
        const step = draw(atMs, roundMs - atMs)
        if (step !== undefined) steps.push(step)
        atMs += (step?.forMs ?? 0) + chance.whole(SECOND, 5 * SECOND)
      }
    }
    const drawOnNetwork = (atMs: number, leftMs: number): Step => {
      const kind = dealNetwork(() => true) ?? 'multicast'
      return { atMs, forMs: durationMs(kind, leftMs, chance), fault: drawNetworkFault(kind, machines, chance) }
    }
    const drawOnHost = (atMs: number, leftMs: number): Step | undefined => {
      const free = (kind: FaultKind) => machinesFor(kind, machines).filter((machine) => (busyUntilMs[machine] ?? 0) <= atMs)
      const kind = dealHost((candidate) => free(candidate).length > 0 && LASTS[candidate][0] * SECOND <= leftMs)
      if (kind === undefined) return undefined
      const machine = chance.pick(free(kind))
      const forMs = durationMs(kind, leftMs, chance)
      busyUntilMs[machine] = atMs + forMs + 2 * SECOND
      return { atMs, forMs, fault: drawHostFault(kind, machine, chance) }
    }
    lane(drawOnNetwork)
    for (let number = 0; number < Math.max(1, Math.floor((machines - 1) / 2)); number++) lane(drawOnHost)
    return { lengthMs: roundMs, steps: steps.sort((a, b) => a.atMs - b.atMs) }
  }
  return Array.from({ length: rounds }, drawRound)
}
