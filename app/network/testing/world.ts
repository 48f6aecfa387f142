/** For the tests of this room: a clock that is moved by hand, chance from a seed. */
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'

export interface ManualClock extends Clock {
  /** Runs what is due within `durationMs`, in order, letting promises settle after every timer. */
  pass(durationMs: number): Promise<void>
}

export const createManualClock = (): ManualClock => {
  let nowMs = 0
  let made = 0
  const timers = new Map<number, { readonly dueMs: number; readonly fn: () => void }>()
  const after = (delayMs: number, fn: () => void) => {
    const id = made++
    timers.set(id, { dueMs: nowMs + Math.max(0, delayMs), fn })
    return () => void timers.delete(id)
  }
  const next = (untilMs: number) => {
    let found: [number, { dueMs: number; fn: () => void }] | undefined
    for (const timer of timers) if (timer[1].dueMs <= untilMs && (!found || timer[1].dueMs < found[1].dueMs)) found = timer
    return found
  }
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after,
    deadline: (delayMs) => {
      const controller = new AbortController()
      after(delayMs, () => controller.abort())
      return controller.signal
    },
    pass: async (durationMs) => {
      const untilMs = nowMs + durationMs
      await settle()
      for (let timer = next(untilMs); timer; timer = next(untilMs)) {
        nowMs = Math.max(nowMs, timer[1].dueMs)
        timers.delete(timer[0])
        timer[1].fn()
        await settle()
      }
      nowMs = untilMs
    },
  }
}

/** A small generator (mulberry32): the same seed, the same run. */
export const createSeededRandom = (seed: number): Random => {
  let state = seed >>> 0
  const uint32 = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return {
    bytes: (length) => Uint8Array.from({ length }, () => uint32() & 255),
    uint53: () => (uint32() & 0x1fffff) * 2 ** 32 + uint32(),
  }
}
