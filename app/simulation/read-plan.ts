/** Plans from outside: checked whole before anything runs. */
import { PeerError } from '../base/errors.ts'
import { ACTION_KINDS, FAULT_KINDS, MACHINES_MAX, MACHINES_MIN } from './plan.ts'
import type { NetworkPlan, Plan, Step } from './plan.ts'

const KINDS: ReadonlySet<unknown> = new Set([...ACTION_KINDS, ...FAULT_KINDS])
const STEPS_MAX = 100_000
const MS_MAX = 24 * 3600_000
const SEED_MAX = 2 ** 32

const invalid = (what: string): PeerError => new PeerError('SIMULATION_PLAN_INVALID', { what })
const check = (isGood: boolean, what: string) => {
  if (!isGood) throw invalid(what)
}
const isNumber = (value: unknown, low: number, high: number): value is number => typeof value === 'number' && value >= low && value <= high
const isWhole = (value: unknown, low: number, high: number): value is number => Number.isInteger(value) && isNumber(value, low, high)
const isMissingOr = (value: unknown, isGood: boolean) => value === undefined || isGood
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isSpan = (value: unknown): boolean => {
  const [low, high] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : []
  return isWhole(low, 0, MS_MAX) && isWhole(high, low, MS_MAX)
}

const readNetwork = (given: unknown): NetworkPlan => {
  check(isRecord(given), 'network')
  const network = given as unknown as NetworkPlan
  check(isSpan(network.shortMs) && isSpan(network.longMs), 'network: its ways')
  check(isNumber(network.longShare, 0, 1) && isWhole(network.jitterMs, 1, MS_MAX) && typeof network.streamsMix === 'boolean', 'network')
  return network
}

const readStep = (given: unknown, at: number): Step => {
  const where = `step ${at}`
  check(isRecord(given), where)
  const step = given as unknown as Step
  const { kind, atMs, machine, other, forMs, amountMs, groups, draw } = step
  check(KINDS.has(kind), `${where}: kind`)
  check(isWhole(atMs, 0, MS_MAX) && isWhole(machine, 0, MACHINES_MAX), `${where}: when and where`)
  check(isMissingOr(other, isWhole(other, 0, MACHINES_MAX)), `${where}: other`)
  check(isMissingOr(forMs, isWhole(forMs, 0, MS_MAX)) && isMissingOr(amountMs, isWhole(amountMs, -MS_MAX, MS_MAX)), `${where}: how long`)
  check(isMissingOr(draw, isWhole(draw, 0, SEED_MAX)), `${where}: draw`)
  const isGroup = (group: unknown) => Array.isArray(group) && group.every((number) => isWhole(number, 0, MACHINES_MAX))
  check(isMissingOr(groups, Array.isArray(groups) && groups.every(isGroup)), `${where}: groups`)
  return step
}

/** @throws SIMULATION_PLAN_INVALID says which part */
export const readPlan = (given: unknown): Plan => {
  check(isRecord(given), 'a plan')
  const plan = given as unknown as Plan
  check(isWhole(plan.seed, 0, SEED_MAX), 'seed')
  check(isWhole(plan.machines, MACHINES_MIN, MACHINES_MAX), 'machines')
  check(isWhole(plan.activeMs, 0, MS_MAX), 'activeMs')
  check(isWhole(plan.windows, 0, 9) && isNumber(plan.replies, 0, 1) && isNumber(plan.middleCuts, 0, 1) && typeof plan.quarrel === 'boolean', 'settings')
  check(isMissingOr(plan.lateMs, isWhole(plan.lateMs, 0, MS_MAX)), 'lateMs')
  check(Array.isArray(plan.steps) && plan.steps.length <= STEPS_MAX, 'steps')
  return { ...plan, network: readNetwork(plan.network), steps: plan.steps.map(readStep) }
}
