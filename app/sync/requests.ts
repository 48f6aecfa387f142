/** Which link is fetching which log, so that nothing is asked for twice at once. */
import type { Clock } from '../base/clock.ts'
import type { LogId } from '../base/ids.ts'

/** A request without progress for this long may be made of somebody else. */
const STALE_MS = 5000

export interface Requests {
  /** True when `owner` may ask for `log`, up to the height `to`, now. */
  claim(log: LogId, owner: object, to: number): boolean
  /** `log` has grown to `height`: the request for it goes on, or is over. */
  progress(log: LogId, height: number): void
  release(log: LogId, owner: object): void
  releaseAll(owner: object): void
}

export const createRequests = (clock: Clock): Requests => {
  const open = new Map<LogId, { readonly owner: object; readonly to: number; atMs: number }>()
  const isHeld = (log: LogId) => {
    const request = open.get(log)
    return request !== undefined && clock.monotonicMs() - request.atMs < STALE_MS
  }
  return {
    claim: (log, owner, to) => {
      if (isHeld(log)) return false
      open.set(log, { owner, to, atMs: clock.monotonicMs() })
      return true
    },
    progress: (log, height) => {
      const request = open.get(log)
      if (!request) return
      if (height >= request.to) open.delete(log)
      else request.atMs = clock.monotonicMs()
    },
    release: (log, owner) => {
      if (open.get(log)?.owner === owner) open.delete(log)
    },
    releaseAll: (owner) => {
      for (const [log, request] of open) if (request.owner === owner) open.delete(log)
    },
  }
}
