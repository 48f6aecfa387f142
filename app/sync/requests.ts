/** Which link is fetching which log, so that nothing is asked for twice at once. */
import type { Clock } from '../base/clock.ts'
import type { LogId } from '../base/ids.ts'

/** A request without progress for this long may be made of somebody else. */
const STALE_MS = 5000
/** How much later it may be made again of one who let it lie: longer than anybody else needs to step in. */
const SECOND_TRY_MS = 2000

export interface Requests {
  /** True when `owner` may ask for `log`, up to the height `to`, now. */
  claim(log: LogId, owner: object, to: number): boolean
  /** `log` has grown to `height`: the request for it goes on, or is over. */
  progress(log: LogId, height: number): void
  /** What `owner` gave was refused: others come first. */
  fail(log: LogId, owner: object): void
  releaseAll(owner: object): void
  /** Logs that `owner` is being asked for. */
  countOf(owner: object): number
}

interface Request {
  readonly owner: object
  readonly to: number
  atMs: number
  /** Who was asked for it since it last grew, in vain. */
  readonly failed: Set<object>
}

export const createRequests = (clock: Clock): Requests => {
  const open = new Map<LogId, Request>()
  const counts = new Map<object, number>()

  const count = (owner: object, by: number) => {
    const next = (counts.get(owner) ?? 0) + by
    if (next > 0) counts.set(owner, next)
    else counts.delete(owner)
  }

  const end = (log: LogId, request: Request) => {
    open.delete(log)
    count(request.owner, -1)
  }

  const isHeld = (request: Request, owner: object) => {
    // Else the first in line would claim again and again what it never gives.
    const patienceMs = request.owner === owner || request.failed.has(owner) ? STALE_MS + SECOND_TRY_MS : STALE_MS
    return clock.monotonicMs() - request.atMs < patienceMs
  }

  return {
    claim: (log, owner, to) => {
      const before = open.get(log)
      if (before && isHeld(before, owner)) return false
      if (before) end(log, before)
      open.set(log, { owner, to, atMs: clock.monotonicMs(), failed: before ? before.failed.add(before.owner) : new Set() })
      count(owner, 1)
      return true
    },
    progress: (log, height) => {
      const request = open.get(log)
      if (!request) return
      if (height >= request.to) return end(log, request)
      request.atMs = clock.monotonicMs()
      request.failed.clear()
    },
    fail: (log, owner) => {
      const request = open.get(log)
      if (request?.owner === owner) request.atMs = clock.monotonicMs() - STALE_MS
    },
    releaseAll: (owner) => {
      for (const [log, request] of open) {
        if (request.owner === owner) end(log, request)
        else request.failed.delete(owner)
      }
    },
    countOf: (owner) => counts.get(owner) ?? 0,
  }
}
