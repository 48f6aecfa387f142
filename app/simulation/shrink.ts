/** Simpler plans than a plan, the boldest first: fewer machines, plainer settings, fewer steps, shorter times. Whoever looks for the
 *  smallest story goes on from the first that still fails. Pure: it runs nothing. */
import { MACHINES_MIN } from './plan.ts'
import type { NetworkPlan, Plan, Step } from './plan.ts'

/** Where the search stands: one round goes through all stages; another follows as long as rounds help. */
export interface Cursor {
  readonly stage: number
  /** Within the stage: of a whole, halved again and again; or the number of the next candidate. */
  readonly size: number
  readonly at: number
  readonly hasHelped: boolean
}

export interface Candidate {
  readonly plan: Plan
  /** Where to go on from, should this one still fail. */
  readonly next: Cursor
}

export const START: Cursor = { stage: 0, size: Infinity, at: 0, hasHelped: false }

const EVEN: NetworkPlan = { shortMs: [1, 1], longMs: [1, 1], longShare: 0, jitterMs: 1, streamsMix: false }
const STEP_PAUSE_MS = 200
const AFTER_LAST_MS = 300

/** Machines are numbered without gaps: those behind `gone` move up. */
const withoutMachine = (plan: Plan, gone: number): Plan | undefined => {
  if (plan.machines <= MACHINES_MIN) return undefined
  const renumber = (machine: number) => (machine > gone ? machine - 1 : machine)
  const steps = plan.steps.filter(({ machine, other }) => machine !== gone && other !== gone).map((step) => ({
    ...step,
    machine: renumber(step.machine),
    ...(step.other === undefined ? {} : { other: renumber(step.other) }),
    ...(step.groups ? { groups: step.groups.map((group) => group.filter((machine) => machine !== gone).map(renumber)) } : {}),
  }))
  const { lateMs, ...rest } = plan
  const staysLate = lateMs !== undefined && gone !== plan.machines - 1 && plan.machines > 3
  return { ...rest, machines: plan.machines - 1, steps, ...(staysLate ? { lateMs } : {}) }
}

/** Nothing when it is so already. */
const changed = (plan: Plan, change: Partial<Plan>): Plan | undefined =>
  JSON.stringify({ ...plan, ...change }) === JSON.stringify(plan) ? undefined : { ...plan, ...change }

const onTime = (plan: Plan): Plan => {
  const { lateMs, ...rest } = plan
  return lateMs === undefined ? plan : rest
}

const plainer: readonly ((plan: Plan) => Plan | undefined)[] = [
  (plan) => changed(plan, { replies: 0, middleCuts: 0, quarrel: false, network: EVEN }),
  (plan) => changed(plan, { quarrel: false }),
  (plan) => changed(plan, { replies: 0 }),
  (plan) => changed(plan, { middleCuts: 0 }),
  (plan) => changed(plan, { network: EVEN }),
  (plan) => changed(plan, { network: { ...plan.network, streamsMix: false } }),
  (plan) => changed(plan, { network: { ...plan.network, longShare: 0 } }),
  (plan) => changed(plan, { windows: 1 }),
  (plan) => (plan.lateMs === undefined ? undefined : onTime(plan)),
]

const evenly = (plan: Plan): Plan | undefined => {
  const steps = plan.steps.map((step, at) => ({ ...step, atMs: (at + 1) * STEP_PAUSE_MS }))
  return changed(plan, { steps, activeMs: steps.length * STEP_PAUSE_MS + AFTER_LAST_MS })
}
const ended = (plan: Plan): Plan | undefined => {
  const activeMs = (plan.steps.at(-1)?.atMs ?? 0) + AFTER_LAST_MS
  return activeMs < plan.activeMs ? { ...plan, activeMs } : undefined
}

const halved = (value: number, least: number) => (Math.abs(value) <= least ? value : Math.trunc(value / 2))
const shorterStep = (step: Step): Step => ({
  ...step,
  ...(step.forMs === undefined ? {} : { forMs: halved(step.forMs, 100) }),
  ...(step.amountMs === undefined ? {} : { amountMs: halved(step.amountMs, 10) }),
})
const shorter = (plan: Plan, at: number): Plan | undefined =>
  changed(plan, { steps: plan.steps.map((step, number) => (number === at ? shorterStep(step) : step)) })

const numbered = (count: number, stage: number, make: (at: number) => Plan | undefined) => function* (cursor: Cursor): Iterable<Candidate> {
  for (let at = cursor.at; at < count; at++) {
    const plan = make(at)
    // After a success the one at this place is another: it is tried again.
    if (plan) yield { plan, next: { stage, size: Infinity, at, hasHelped: true } }
  }
}

/** Leaves out a half of the steps, or the other; then each quarter, and so on down to single ones. */
const fewerSteps = (plan: Plan, stage: number) => function* (cursor: Cursor): Iterable<Candidate> {
  const { steps } = plan
  let at = cursor.at
  for (let size = Math.min(cursor.size, Math.ceil(steps.length / 2)); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (; at < steps.length; at += size)
      yield { plan: { ...plan, steps: [...steps.slice(0, at), ...steps.slice(at + size)] }, next: { stage, size, at, hasHelped: true } }
    at = 0
  }
}

const stagesOf = (plan: Plan): readonly ((cursor: Cursor) => Iterable<Candidate>)[] => [
  numbered(plan.machines, 0, (at) => withoutMachine(plan, plan.machines - 1 - at)),
  numbered(plainer.length, 1, (at) => plainer[at]!(plan)),
  fewerSteps(plan, 2),
  numbered(2, 3, (at) => (at === 0 ? ended(plan) : evenly(plan))),
  numbered(plan.steps.length, 4, (at) => shorter(plan, at)),
]

/** Every plan that is one step simpler, from the cursor on. */
export function* simplerPlans(plan: Plan, from: Cursor = START): Iterable<Candidate> {
  const stages = stagesOf(plan)
  for (let stage = from.stage; stage < stages.length; stage++) yield* stages[stage]!(stage === from.stage ? from : START)
  if (from.hasHelped) yield* simplerPlans(plan, START)
}

export interface Shrunk {
  readonly plan: Plan
  /** Plans that were run. */
  readonly runs: number
}

/** The smallest that it finds. @param stillFails whether the same property fails; @param runsMax when to be content */
export const shrinkPlan = async (plan: Plan, stillFails: (plan: Plan) => Promise<boolean>, runsMax: number): Promise<Shrunk> => {
  let smallest = plan
  let candidates = simplerPlans(plan)[Symbol.iterator]()
  let runs = 0
  while (runs < runsMax) {
    const { value, done } = candidates.next()
    if (done) break
    runs += 1
    if (!await stillFails(value.plan)) continue
    smallest = value.plan
    candidates = simplerPlans(smallest, value.next)[Symbol.iterator]()
  }
  return { plan: smallest, runs }
}
