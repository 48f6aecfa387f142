/** One simulation: people, trouble, mending, and a verdict. The same plan gives the same run. */
import { blame } from './book.ts'
import type { Property } from './book.ts'
import { createWatch } from './checks.ts'
import type { Inspection } from './checks.ts'
import { createFaults } from './faults.ts'
import { createNote, createWorkspace, join, joinLate } from './gathering.ts'
import type { Machine } from './machine.ts'
import { faultsOf, isFault } from './plan.ts'
import type { ActionKind, FaultKind, Plan } from './plan.ts'
import { createPower, START_MS_MAX } from './power.ts'
import type { Power } from './power.ts'
import { checkTrust, checkTrustIsWhole } from './trust.ts'
import { checkConvergence, checkDisks, checkEdits, checkWindows, inspectAll } from './verdict.ts'
import { createWorkload } from './workload.ts'
import type { Workload } from './workload.ts'
import { createWorld } from './world.ts'
import type { Counts, SimulationHost, Sometimes, World } from './world.ts'

export interface SimulationReport {
  readonly seed: number
  readonly peers: number
  readonly activeMs: number
  readonly verdict: 'pass' | 'fail'
  /** 16 hex digits over everything that happened. */
  readonly traceHash: string
  /** What did not hold, in words; empty for a pass. */
  readonly faults: readonly string[]
  /** What did not hold, by name, the first first. */
  readonly properties: readonly Property[]
  /** Faults of each kind in the plan, and those that found their machine there. */
  readonly drawn: Readonly<Record<string, number>>
  readonly happened: Readonly<Record<string, number>>
  readonly counts: Counts & Readonly<Record<'saved' | 'erased' | 'notes' | 'entries' | 'events' | 'virtualMs', number>>
  readonly sometimes: Sometimes
}

const NOTES = 2
const LOOK_MS = 40
const QUARREL_MS = 1000
/** How often everybody is asked what the others hold. */
const LOOKS_PER_QUESTION = 20
/** Of a fault with a stack. */
const FAULT_CHARACTERS_MAX = 1200

interface Stage {
  readonly world: World
  readonly workload: Workload
  readonly power: Power
}

/** One machine makes the workspace, the others join; one of them perhaps later, in the middle of it all. */
const gather = async ({ world, power, workload }: Stage): Promise<void> => {
  const { time, machines, joined } = world
  const chance = world.chance('gathering')
  const [first, ...others] = machines as [Machine, ...Machine[]]
  await time.settle(Promise.all(machines.map(power.start)), START_MS_MAX)
  world.workspace = await time.settle(createWorkspace(first), START_MS_MAX)
  joined.add(first)
  for (let note = 0; note < NOTES; note++) await time.settle(createNote(world, first), START_MS_MAX)
  const { lateMs } = world.plan
  const late = lateMs === undefined ? undefined : others.at(-1)
  for (const machine of others) if (machine !== late) await time.settle(join(world, chance.pick([...joined]), machine), START_MS_MAX)
  for (const machine of joined) workload.arrive(machine)
  if (late) time.after(lateMs!, () => joinLate(world, late, chance, () => workload.arrive(late)))
}

/** At last, two halves change the same formatting, while nobody looks at one of the machines: what Yjs cleans up when they meet again, it
 *  cleans up only where somebody looks. */
const quarrel = async ({ world, workload }: Stage): Promise<void> => {
  const chance = world.chance('quarrel')
  const numbers = chance.shuffled(world.machines.map(({ number }) => number))
  const half = Math.ceil(numbers.length / 2)
  workload.leave(world.machines[numbers[0]!]!)
  world.links.split([numbers.slice(0, half), numbers.slice(half)])
  world.hub.refreshLinks()
  world.trace.tell('two halves quarrel over formatting')
  workload.stormEverywhere()
  await world.time.run(QUARREL_MS)
}

/** Everybody works while things go wrong. */
const live = async ({ world, power, workload }: Stage): Promise<void> => {
  const { plan, time } = world
  const faults = createFaults(world, workload, power)
  const watch = createWatch(world)
  const endMs = time.nowMs() + plan.activeMs
  faults.start(plan)
  for (const step of plan.steps) time.after(step.atMs, () => {
    if (isFault(step)) faults.act(step.kind as FaultKind, step)
    else workload.act(step.kind as ActionKind, step)
  })
  for (let look = 1; time.nowMs() < endMs; look++) {
    await time.run(Math.min(LOOK_MS, endMs - time.nowMs()))
    for (const machine of world.machines) watch(machine)
    if (look % LOOKS_PER_QUESTION === 0) await checkTrust(world)
  }
  if (plan.quarrel) await quarrel({ world, power, workload })
  workload.rest()
  faults.mend()
}

const restartAll = async ({ world, power }: Stage): Promise<void> => {
  const chance = world.chance('restarts')
  for (const machine of world.machines) {
    const how = machine.run?.isUp ? chance.pick(['kill', 'power', 'stop'] as const) : 'kill'
    if (how === 'stop') await world.time.settle(power.stop(machine), START_MS_MAX)
    else power.crash(machine, how)
  }
  for (const machine of world.machines) await world.time.settle(power.start(machine), START_MS_MAX)
}

const countsOf = ({ book, counts, time }: World, inspection: Inspection | undefined): SimulationReport['counts'] => ({
  ...counts,
  saved: book.all.filter(({ isSaved }) => isSaved).length,
  erased: book.all.filter(({ marker }) => book.isErased(marker)).length,
  notes: inspection?.documents.length ?? 0,
  entries: [...(inspection?.heights.values() ?? [])].reduce((sum, { height }) => sum + height, 0),
  events: time.events,
  virtualMs: Math.round(time.nowMs()),
})

const reportOf = (world: World): SimulationReport => {
  const inspection = inspectAll(world)[0]
  const { book, trace, plan } = world
  for (const document of inspection?.documents ?? []) trace.note(`${document} ${inspection?.state(document)?.join()}`)
  return {
    seed: plan.seed, peers: plan.machines, activeMs: plan.activeMs,
    verdict: book.faults.length > 0 ? 'fail' : 'pass',
    traceHash: trace.hash(),
    faults: book.faults.map(({ words }) => words.slice(0, FAULT_CHARACTERS_MAX)),
    properties: [...new Set(book.faults.map(({ property }) => property))],
    drawn: faultsOf(plan),
    happened: world.happened,
    counts: countsOf(world, inspection),
    sometimes: world.sometimes,
  }
}

/** Runs one plan from beginning to verdict. Whatever fails on the way is a fault in the report. */
export const simulate = async (plan: Plan, host: SimulationHost): Promise<SimulationReport> => {
  const world = createWorld(plan, host)
  const workload = createWorkload(world, plan)
  const stage: Stage = { world, workload, power: createPower(world, workload) }
  try {
    await gather(stage)
    await live(stage)
    await checkConvergence(world, 'after everything was mended')
    checkWindows(world, workload)
    await restartAll(stage)
    await checkConvergence(world, 'after everybody started anew')
    checkEdits(world)
    await checkTrustIsWhole(world)
    await checkDisks(world, stage.power)
  } catch (error) {
    blame(world.book, 'run', `the run broke: ${String((error as Error)?.stack ?? error)}`)
  }
  await host.rest()
  for (const error of host.strayErrors) blame(world.book, 'strays', `nobody waited for: ${String((error as Error)?.stack ?? error)}`)
  return reportOf(world)
}
