/** What of the logs survives a power cut. An entry counts only when the flush that began after its write has returned. */
import type { Clock } from '../base/clock.ts'
import { createEmitter } from '../base/emitter.ts'
import { codeOf, PeerError, type ErrorCode } from '../base/errors.ts'
import type { LogId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { Store } from '../store/store.ts'

/** Writes that come together share a flush; the rest of SYNC_TO_DISK_MS is the disk's. */
const GATHER_MS = 2
const RETRY_MS = 1000

export interface Durability {
  wrote(log: LogId, height: number): void
  /** It was on disk when the peer started. */
  found(log: LogId, height: number): void
  /** How many entries of `log` survive a power cut. */
  heightOf(log: LogId): number
  /** Resolves when the first `height` entries do. Rejects only when the log stops before. */
  saved(log: LogId, height: number): Promise<void>
  onSaved(listener: () => void): () => void
  /** Why the last flush failed; undefined when it didn't. */
  readonly problem: ErrorCode | undefined
  /** Logs with entries that are not saved yet. */
  readonly unsaved: ReadonlyMap<LogId, number>
  stop(): void
}

interface Waiter {
  readonly log: LogId
  readonly height: number
  readonly resolve: () => void
  readonly reject: (error: PeerError) => void
}

export const createDurability = (store: Store, clock: Clock, logger: Logger): Durability => {
  const heights = new Map<LogId, number>()
  const unsaved = new Map<LogId, number>()
  const saved = createEmitter<void>()
  let waiters: Waiter[] = []
  let isScheduled = false
  let problem: ErrorCode | undefined
  let isStopped = false

  const heightOf = (log: LogId) => heights.get(log) ?? 0

  const settle = (flushed: ReadonlyMap<LogId, number>) => {
    for (const [log, height] of flushed) {
      heights.set(log, height)
      if (unsaved.get(log) === height) unsaved.delete(log)
    }
    const ready = waiters.filter((waiter) => heightOf(waiter.log) >= waiter.height)
    waiters = waiters.filter((waiter) => heightOf(waiter.log) < waiter.height)
    for (const waiter of ready) waiter.resolve()
    saved.emit()
  }

  const flush = () => {
    const flushed = new Map(unsaved)
    store.synced().then(
      () => {
        isScheduled = false
        problem = undefined
        if (isStopped) return
        settle(flushed)
        if (unsaved.size > 0) schedule(GATHER_MS)
      },
      (error: unknown) => {
        isScheduled = false
        problem = codeOf(error)
        logger.warn('flush failed', { code: problem })
        if (!isStopped) schedule(RETRY_MS)
        saved.emit()
      },
    )
  }

  const schedule = (delayMs: number) => {
    if (isScheduled) return
    isScheduled = true
    clock.after(delayMs, flush)
  }

  return {
    wrote: (log, height) => {
      unsaved.set(log, height)
      schedule(GATHER_MS)
    },
    found: (log, height) => {
      // A kill leaves entries that no flush has covered: they count once the next flush has.
      unsaved.set(log, height)
      schedule(GATHER_MS)
    },
    heightOf,
    saved: (log, height) =>
      heightOf(log) >= height
        ? Promise.resolve()
        : new Promise((resolve, reject) => waiters.push({ log, height, resolve, reject })),
    onSaved: saved.on,
    get problem() {
      return problem
    },
    unsaved,
    stop: () => {
      isStopped = true
      for (const waiter of waiters) waiter.reject(new PeerError('API_CHANNEL_CLOSED'))
      waiters = []
    },
  }
}
