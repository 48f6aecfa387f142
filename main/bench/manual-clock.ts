/** Time that passes when it is told to: a year of typing in a minute. */
import type { Clock } from '../../app/base/clock.ts'

export interface ManualClock extends Clock {
  /** Runs what is due within `delayMs` from now, in order. */
  advance(delayMs: number): void
}

interface Timer {
  readonly atMs: number
  readonly fn: () => void
}

/** @param startMs wall-clock time at the start */
export const createManualClock = (startMs: number): ManualClock => {
  const timers = new Set<Timer>()
  let nowMs = 0
  const after: Clock['after'] = (delayMs, fn) => {
    const timer = { atMs: nowMs + delayMs, fn }
    timers.add(timer)
    return () => timers.delete(timer)
  }
  const nextBy = (endMs: number) => {
    let next: Timer | undefined
    for (const timer of timers) if (timer.atMs <= endMs && (next === undefined || timer.atMs < next.atMs)) next = timer
    return next
  }
  return {
    nowMs: () => startMs + nowMs,
    monotonicMs: () => nowMs,
    after,
    deadline: (delayMs) => {
      const controller = new AbortController()
      after(delayMs, () => controller.abort())
      return controller.signal
    },
    advance: (delayMs) => {
      const endMs = nowMs + delayMs
      for (let timer = nextBy(endMs); timer !== undefined; timer = nextBy(endMs)) {
        timers.delete(timer)
        nowMs = Math.max(nowMs, timer.atMs)
        timer.fn()
      }
      nowMs = endMs
    },
  }
}
