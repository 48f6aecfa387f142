/** Time that passes only when nothing is left to do at the present moment. */
import type { Cancel, Clock } from '../base/clock.ts'
import { PeerError } from '../base/errors.ts'

interface Event {
  readonly atMs: number
  readonly sequence: number
  run: (() => void) | undefined
}

export interface VirtualTime {
  /** Milliseconds since the simulation began. */
  nowMs(): number
  after(delayMs: number, run: () => void): Cancel
  /** Runs everything due until then, one event after another, each with all that it promised. */
  run(forMs: number): Promise<void>
  /** Runs until `promise` has settled. @throws SIMULATION_STALLED when it hasn't within `withinMs` */
  settle<T>(promise: Promise<T>, withinMs: number): Promise<T>
  /** Events that ran so far. */
  readonly events: number
}

const isBefore = (a: Event, b: Event) => a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence)

/** A binary heap by time, then by order of arrival. */
export const createEventHeap = () => {
  const heap: Event[] = []
  const swap = (a: number, b: number) => {
    const held = heap[a]!
    heap[a] = heap[b]!
    heap[b] = held
  }
  const rise = (from: number) => {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!isBefore(heap[at]!, heap[parent]!)) return
      swap(at, parent)
      at = parent
    }
  }
  const sink = () => {
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      let least = at
      if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left
      if (right < heap.length && isBefore(heap[right]!, heap[least]!)) least = right
      if (least === at) return
      swap(at, least)
      at = least
    }
  }
  return {
    first: () => heap[0],
    push: (event: Event) => {
      heap.push(event)
      rise(heap.length - 1)
    },
    pop: () => {
      swap(0, heap.length - 1)
      const event = heap.pop()
      sink()
      return event
    },
  }
}

/** @param drain resolves after every pending promise callback has run: a turn of the host's event loop */
export const createVirtualTime = (drain: () => Promise<void>): VirtualTime => {
  const heap = createEventHeap()
  let nowMs = 0
  let sequence = 0
  let events = 0

  const runNext = async () => {
    const event = heap.pop()!
    if (!event.run) return
    nowMs = event.atMs
    events += 1
    event.run()
    await drain()
  }
  const runUntil = async (untilMs: number, isDone: () => boolean) => {
    await drain()
    while (!isDone() && (heap.first()?.atMs ?? Infinity) <= untilMs) await runNext()
    if (!isDone()) nowMs = untilMs
  }
  return {
    nowMs: () => nowMs,
    after: (delayMs, run) => {
      const event: Event = { atMs: nowMs + Math.max(0, delayMs), sequence: ++sequence, run }
      heap.push(event)
      return () => {
        event.run = undefined
      }
    },
    run: (forMs) => runUntil(nowMs + forMs, () => false),
    settle: async (promise, withinMs) => {
      let isSettled = false
      const settled = () => {
        isSettled = true
      }
      promise.then(settled, settled)
      await runUntil(nowMs + withinMs, () => isSettled)
      if (!isSettled) throw new PeerError('SIMULATION_STALLED', { withinMs })
      return promise
    },
    get events() {
      return events
    },
  }
}

/** The clock of one run of one peer. */
export interface PeerClock extends Clock {
  /** The peer is gone: none of its timers will fire. */
  stop(): void
  /** The process gets no time: what falls due waits for `resume`, and then happens at once, in order. */
  pause(): void
  resume(): void
  readonly isPaused: boolean
}

/** @param wallMs the machine's idea of the time since 1970: may be wrong, and may jump */
export const createPeerClock = (time: VirtualTime, wallMs: () => number): PeerClock => {
  let isRunning = true
  let isPaused = false
  let due: { run: (() => void) | undefined }[] = []
  const after = (delayMs: number, run: () => void): Cancel => {
    const timer: { run: (() => void) | undefined } = { run }
    const cancel = time.after(delayMs, () => {
      if (!isRunning) return
      if (isPaused) due.push(timer)
      else run()
    })
    return () => {
      timer.run = undefined
      cancel()
    }
  }
  return {
    nowMs: wallMs,
    monotonicMs: () => time.nowMs(),
    after,
    deadline: (delayMs) => {
      const controller = new AbortController()
      after(delayMs, () => controller.abort(new DOMException('The deadline has passed', 'TimeoutError')))
      return controller.signal
    },
    stop: () => {
      isRunning = false
    },
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
      const waited = due
      due = []
      for (const timer of waited) after(0, () => timer.run?.())
    },
    get isPaused() {
      return isPaused
    },
  }
}
