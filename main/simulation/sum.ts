/** What many runs add up to. */
import type { Outcome } from './pool.ts'

type Numbers = Record<string, number>

export interface Sum {
  runs: number
  readonly failed: number[]
  /** Faults by kind: in the plans, and those that found their machine there. */
  readonly drawn: Numbers
  readonly happened: Numbers
  readonly counts: Numbers
  /** Rare moments that were reached. */
  readonly sometimes: Numbers
}

export const createSum = (): Sum => ({ runs: 0, failed: [], drawn: {}, happened: {}, counts: {}, sometimes: {} })

const add = (to: Numbers, from: object = {}) => {
  for (const [name, value] of Object.entries(from)) to[name] = (to[name] ?? 0) + value
}

export const addOutcome = (sum: Sum, { seed, verdict, drawn, happened, counts, sometimes }: Outcome): void => {
  sum.runs += 1
  if (verdict === 'fail') sum.failed.push(seed)
  add(sum.drawn, drawn)
  add(sum.happened, happened)
  add(sum.counts, counts)
  add(sum.sometimes, sometimes)
}

/** Moments that no run reached: what never happens is not tested. */
export const neverReached = ({ sometimes }: Sum): string[] => Object.keys(sometimes).filter((name) => !sometimes[name])
