/** The only door to time. Everything in `app` takes a Clock; the simulator hands in a virtual one. */
export type Cancel = () => void

export interface Clock {
  /** Wall-clock time in milliseconds since 1970: for display and expiry only, never for order. */
  nowMs(): number
  /** Milliseconds since some fixed start; never goes back. */
  monotonicMs(): number
  /** Calls `fn` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, fn: () => void): Cancel
  /** A signal that aborts after `delayMs`. */
  deadline(delayMs: number): AbortSignal
}

/** The machine's own clock. */
export const systemClock = (): Clock => ({
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, fn) => {
    const timer = setTimeout(fn, delayMs)
    return () => clearTimeout(timer)
  },
  deadline: (delayMs) => AbortSignal.timeout(delayMs),
})

/** Calls `fn` every `periodMs` until cancelled. */
export const every = (clock: Clock, periodMs: number, fn: () => void): Cancel => {
  let cancel = clock.after(periodMs, tick)
  function tick() {
    cancel = clock.after(periodMs, tick)
    fn()
  }
  return () => cancel()
}
