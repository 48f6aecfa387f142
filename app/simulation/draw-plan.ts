/** Draws a plan from a seed: swarm testing. Each seed switches on its own kinds of trouble, and has its own number of machines, length,
 *  bustle and network: a run with everything at once hides what only shows without one of them.
 *  @see Groce et al., Swarm Testing, ISSTA 2012 */
import { createChance } from './chance.ts'
import type { Chance } from './chance.ts'
import { FAULT_KINDS } from './plan.ts'
import type { ActionKind, FaultKind, NetworkPlan, Plan, Step } from './plan.ts'

/** What is chosen by hand. */
export interface Choice {
  readonly machines?: number
  readonly activeMs?: number
  /** Only these kinds of faults, all of them. */
  readonly faults?: readonly FaultKind[]
  readonly without?: readonly FaultKind[]
}

/** Weights. */
const ACTIONS: readonly (readonly [ActionKind, number])[] = [
  ['type', 44], ['format', 10], ['rich', 6], ['delete', 7], ['block', 6], ['unblock', 2], ['paste', 3],
  ['append', 4], ['create', 1], ['rename', 2], ['trash', 0.7], ['restore', 1.2], ['open', 2],
  ['cursor', 3], ['where', 1], ['name', 0.5],
]
const WEIGHT_SUM = ACTIONS.reduce((sum, [, weight]) => sum + weight, 0)

/** Small worlds find most, and cost least: most seeds are small, some are not. */
const MACHINES = [2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 7] as const
const ACTIVE_MS = [2000, 4000, 4000, 6000, 6000, 10_000, 16_000] as const
/** From one action at a machine to its next, at most. */
const PAUSES_MS = [200, 500, 1200, 1200, 2500] as const
/** From one fault to the next, at most. */
const FAULT_PAUSES_MS = [500, 1500, 3000] as const
const KIND_PROBABILITY = 0.4
const DRAW_MAX = 2 ** 32

const CUT_MS = [300, 9000] as const
const DOWN_MS = [100, 5000] as const
const DISK_MS = [1000, 8000] as const
const FLAP_MS = [40, 1500] as const
const FREEZE_MS = [50, 12_000] as const
const READER_MS = [200, 4000] as const
const SLOW_WAY_MS = [1, 1500] as const
const SLOW_FLUSH_MS = [100, 2500] as const
/** A power cut comes this soon after an edit: while there is a tail to lose. */
const AFTER_EDIT_MS = [5, 40] as const
/** It is killed again this soon after it began to start. */
const STUMBLE_MS = [0, 60] as const
/** A backup is this old when it is put back. */
const BACKUP_MS = [200, 6000] as const
const CLOCK_JUMP_MS = 3 * 3600_000

const LAN: NetworkPlan = { shortMs: [1, 12], longMs: [50, 400], longShare: 0.25, jitterMs: 4, streamsMix: false }
const NETWORKS: readonly NetworkPlan[] = [
  LAN, LAN, LAN,
  { ...LAN, streamsMix: true },
  { ...LAN, longShare: 0 },
  { ...LAN, shortMs: [1, 1], longShare: 0, jitterMs: 1 },
  { ...LAN, shortMs: [5, 60], longShare: 0.5, jitterMs: 50, streamsMix: true },
]

interface Place {
  readonly chance: Chance
  readonly machines: number
  readonly machine: number
}

type Details = Partial<Step>

/** Every machine in one of two or three groups. */
const groupsOf = ({ chance, machines }: Place): Details => {
  const groups: number[][] = Array.from({ length: chance.between(2, Math.min(3, machines)) }, () => [])
  for (const machine of chance.shuffled(Array.from({ length: machines }, (_, number) => number))) chance.pick(groups).push(machine)
  return { groups, forMs: chance.between(...CUT_MS) }
}
const otherOf = ({ chance, machines, machine }: Place) => (machine + 1 + chance.below(machines - 1)) % machines

const DETAILS: Record<FaultKind, (place: Place) => Details> = {
  split: groupsOf,
  oneWay: (place) => ({ other: otherOf(place), forMs: place.chance.between(...CUT_MS) }),
  slowWay: (place) => ({ other: otherOf(place), amountMs: place.chance.between(...SLOW_WAY_MS) }),
  flap: (place) => ({ other: otherOf(place), amountMs: place.chance.between(...FLAP_MS), forMs: place.chance.between(...CUT_MS) }),
  powerCut: ({ chance }) => ({ amountMs: chance.between(...AFTER_EDIT_MS), forMs: chance.between(...DOWN_MS) }),
  kill: ({ chance }) => ({ forMs: chance.between(...DOWN_MS) }),
  killWaiting: ({ chance }) => ({ forMs: chance.between(...DOWN_MS) }),
  stumble: ({ chance }) => ({ amountMs: chance.between(...STUMBLE_MS), forMs: chance.between(...DOWN_MS) }),
  stop: ({ chance }) => ({ forMs: chance.between(...DOWN_MS) }),
  away: () => ({}),
  freeze: ({ chance }) => ({ forMs: chance.between(...FREEZE_MS) }),
  slowDisk: ({ chance }) => ({ amountMs: chance.between(...SLOW_FLUSH_MS), forMs: chance.between(...DISK_MS) }),
  fullDisk: ({ chance }) => ({ forMs: chance.between(...DISK_MS) }),
  wrongClock: ({ chance }) => ({ amountMs: chance.between(-CLOCK_JUMP_MS, CLOCK_JUMP_MS) }),
  clone: () => ({}),
  backup: ({ chance }) => ({ amountMs: chance.between(...BACKUP_MS), forMs: chance.between(...DOWN_MS) }),
  slowReader: ({ chance }) => ({ forMs: chance.between(...READER_MS) }),
}

const pickAction = (chance: Chance): ActionKind => {
  let at = chance.below(WEIGHT_SUM * 1000) / 1000
  for (const [action, weight] of ACTIONS) if ((at -= weight) < 0) return action
  return 'type'
}

interface Shift {
  readonly fromMs: number
  readonly activeMs: number
  readonly pauseMs: number
}

const drawActions = (chance: Chance, machine: number, { fromMs, activeMs, pauseMs }: Shift): Step[] => {
  const steps: Step[] = []
  for (let atMs = fromMs + chance.between(10, pauseMs); atMs < activeMs; atMs += chance.between(10, pauseMs))
    steps.push({ atMs, kind: pickAction(chance), machine, draw: chance.below(DRAW_MAX) })
  return steps
}

interface Trouble {
  readonly kinds: readonly FaultKind[]
  readonly machines: number
  readonly activeMs: number
}

const drawFaults = (chance: Chance, { kinds, machines, activeMs }: Trouble): Step[] => {
  const steps: Step[] = []
  const pauseMs = chance.pick(FAULT_PAUSES_MS)
  for (let atMs = chance.between(50, pauseMs); atMs < activeMs && kinds.length > 0; atMs += chance.between(50, pauseMs)) {
    const machine = chance.below(machines)
    const kind = chance.pick(kinds)
    steps.push({ atMs, kind, machine, ...DETAILS[kind]({ chance, machines, machine }) })
  }
  return steps
}

/** The kinds that are on. */
const drawKinds = (chance: Chance, { faults, without = [] }: Choice): FaultKind[] => {
  const drawn = FAULT_KINDS.filter(() => chance.happens(KIND_PROBABILITY))
  return (faults ?? drawn).filter((kind) => !without.includes(kind))
}

/** One disk is copied, once; people work at the copy too. */
const withTwin = (faults: readonly Step[], machines: number, draw: (machine: number, fromMs: number) => Step[]): Step[] => {
  const first = faults.find(({ kind }) => kind === 'clone')
  const others = faults.filter((step) => step.kind !== 'clone' || step === first)
  return first ? [...others, ...draw(machines, first.atMs)] : others
}

export const drawPlan = (seed: number, choice: Choice = {}): Plan => {
  const chance = createChance(seed, 'plan')
  const sizes = { machines: chance.pick(MACHINES), activeMs: chance.pick(ACTIVE_MS) }
  const machines = choice.machines ?? sizes.machines
  const activeMs = choice.activeMs ?? sizes.activeMs
  const kinds = drawKinds(createChance(seed, 'plan kinds'), choice)
  const pauseMs = chance.pick(PAUSES_MS)
  const actionsOf = (machine: number, fromMs: number) => drawActions(createChance(seed, `plan machine ${machine}`), machine, { fromMs, activeMs, pauseMs })
  const actions = Array.from({ length: machines }, (_, machine) => actionsOf(machine, 0)).flat()
  const faults = withTwin(drawFaults(createChance(seed, 'plan faults'), { kinds, machines, activeMs }), machines, actionsOf)
  const isLate = machines > 2 && chance.happens(0.3)
  return {
    seed, machines, activeMs,
    windows: chance.pick([1, 2, 2]),
    replies: chance.pick([0, 0.08, 0.08]),
    middleCuts: chance.pick([0, 0.5, 0.5]),
    quarrel: chance.happens(0.4),
    ...(isLate ? { lateMs: chance.between(0, activeMs / 2) } : {}),
    network: chance.pick(NETWORKS),
    steps: [...actions, ...faults].sort((a, b) => a.atMs - b.atMs),
  }
}
