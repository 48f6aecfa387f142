/** What we lack and one neighbour has: asked for, verified by the log, taken. */
import { equalBytes } from '../base/codec.ts'
import { codeOf, type ErrorCode } from '../base/errors.ts'
import { deviceOf, type LogId } from '../base/ids.ts'
import { InvariantError } from '../base/invariant.ts'
import { LOGS_PER_NEIGHBOUR_MAX, REQUESTS_OPEN_MAX } from '../base/limits.ts'
import type { Run } from '../log/run.ts'
import type { ExchangeParts } from './exchange.types.ts'
import { BODY_OVERHEAD_BYTES, RUN_BYTES_MAX } from './giving.ts'
import type { HeightRow } from './messages.ts'

export interface Asking {
  takeHeights(rows: readonly HeightRow[]): void
  takeRun(run: Run): void
  /** Asks for all that is missing and nobody is being asked for. */
  askAll(): void
  /** They have nothing that counts here and is missing. */
  isLevel(): boolean
  close(): void
}

/** @param theirs their heights as far as they told, or as we sent them */
export const createAsking = (parts: ExchangeParts, theirs: Map<LogId, number>): Asking => {
  const { channel, log, requests, admits, send, refuse, fail } = parts
  const owner = {}
  /** Logs of which they hold another history: noticed once, then left alone. */
  const forked = new Set<LogId>()
  /** Logs that were asked for from their beginning, once. */
  const reread = new Set<LogId>()
  /** There was more to ask for than may be asked at once. */
  let hasMore = false

  const isMissing = (id: LogId) => (theirs.get(id) ?? 0) > log.heightOf(id) && !forked.has(id) && admits(deviceOf(id))

  const ask = (id: LogId) => {
    if (!isMissing(id)) return
    hasMore ||= requests.countOf(owner) >= REQUESTS_OPEN_MAX
    const to = theirs.get(id)!
    if (!hasMore && requests.claim(id, owner, to)) send({ kind: 'request', channel, log: id, from: log.heightOf(id), to })
  }

  const askAll = () => {
    hasMore = false
    for (const id of theirs.keys()) ask(id)
  }

  /** False when they have named more logs than anybody may. */
  const note = (id: LogId, height: number): boolean => {
    if (!theirs.has(id) && theirs.size >= LOGS_PER_NEIGHBOUR_MAX) return false
    theirs.set(id, height)
    return true
  }

  const noteFork = (id: LogId, details: Readonly<Record<string, unknown>>) => {
    if (forked.has(id)) return
    forked.add(id)
    refuse('LOG_FORKED', { log: id, ...details })
  }

  /** Why it was refused, if it was. */
  const accept = (run: Run): ErrorCode | undefined => {
    // Signatures further apart than a frame is long could never be passed on.
    const bytes = run.bodies.reduce((sum, body) => sum + body.length + BODY_OVERHEAD_BYTES, 0)
    if (bytes > RUN_BYTES_MAX) return 'LOG_ENTRY_TOO_LARGE'
    const result = log.accept(run)
    return result.ok ? undefined : result.code
  }

  const refuseRun = ({ log: id, from }: Run, code: ErrorCode) => {
    requests.fail(id, owner)
    if (code === 'LOG_FORKED') return noteFork(id, { from })
    refuse(code, { log: id, from })
    // It may go on from another history than ours: only their whole log shows where the two part, and proves the fork.
    if (code !== 'LOG_SIGNATURE_INVALID' || from === 0 || reread.has(id)) return
    reread.add(id)
    send({ kind: 'request', channel, log: id, from: 0, to: theirs.get(id) ?? from })
  }

  const takeRun = (run: Run) => {
    const { log: id, from, bodies } = run
    if (!admits(deviceOf(id))) return refuse('MEMBERSHIP_NOT_A_MEMBER', { log: id })
    if (forked.has(id)) return
    const before = log.heightOf(id)
    try {
      const code = accept(run)
      if (code && code !== 'LOG_GAP') return refuseRun(run, code)
    } catch (error) {
      if (error instanceof InvariantError) throw error
      // Ours to mend, not theirs: what is missing is asked for again when the claim on it has become stale.
      fail(codeOf(error), { log: id, from })
    }
    note(id, Math.max(theirs.get(id) ?? 0, from + bodies.length))
    if (log.heightOf(id) > before) requests.progress(id, log.heightOf(id))
    ask(id)
    if (hasMore && requests.countOf(owner) < REQUESTS_OPEN_MAX / 2) askAll()
  }

  return {
    takeRun,
    askAll,
    takeHeights: (rows) => {
      for (const { log: id, height, shortHash } of rows) {
        if (!note(id, height)) return refuse('SYNC_LIMIT_EXCEEDED', { log: id })
        const ours = log.shortHashAt(id, height - 1)
        if (ours && !equalBytes(ours, shortHash)) noteFork(id, { height })
        ask(id)
      }
    },
    isLevel: () => ![...theirs.keys()].some(isMissing),
    close: () => requests.releaseAll(owner),
  }
}
