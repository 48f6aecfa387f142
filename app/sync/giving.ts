/** What one neighbour lacks and we have: sent in frames that each end on a signature, as fast as it takes them. */
import type { LogId } from '../base/ids.ts'
import { FRAME_BYTES_MAX, HEIGHTS_PER_MESSAGE_MAX, STREAM_CREDIT_BYTES } from '../base/limits.ts'
import type { Stored } from '../log/log.ts'
import type { ExchangeParts } from './exchange.types.ts'

/** Bodies in one frame, with room for their lengths and all that is around them. */
export const RUN_BYTES_MAX = FRAME_BYTES_MAX - 4096
export const BODY_OVERHEAD_BYTES = 4

export interface Giving {
  takeRequest(log: LogId, from: number, to: number): void
  push(stored: Stored): void
  /** The stream has room again. */
  pump(): void
}

interface Job {
  readonly from: number
  readonly to: number
}

/** @param theirs their heights as far as they told, or as we sent them */
export const createGiving = (parts: ExchangeParts, theirs: Map<LogId, number>): Giving => {
  const { channel, log, send, queuedBytes, refuse } = parts
  /** What they asked for, or should hear, and has not gone out yet. */
  const jobs = new Map<LogId, Job>()

  /** How many entries went out. */
  const sendRun = (id: LogId, from: number, to: number): number => {
    const run = log.readRun({ log: id, from, to, bytesMax: RUN_BYTES_MAX })
    if (!run) return 0
    send({ kind: 'run', channel, run })
    theirs.set(id, Math.max(theirs.get(id) ?? 0, from + run.bodies.length))
    return run.bodies.length
  }

  /** A frame of each in turn: what is typed now doesn't wait behind a year's history. */
  const pump = () => {
    for (let next = first(jobs); next && queuedBytes() < STREAM_CREDIT_BYTES; next = first(jobs)) {
      const [id, { from, to }] = next
      const sent = sendRun(id, from, to)
      jobs.delete(id)
      if (sent > 0 && from + sent < to) jobs.set(id, { from: from + sent, to })
    }
  }

  return {
    pump,
    takeRequest: (id, from, to) => {
      if (jobs.size >= HEIGHTS_PER_MESSAGE_MAX && !jobs.has(id)) return refuse('SYNC_LIMIT_EXCEEDED', { log: id })
      // What was to be pushed beyond it is still to be pushed.
      jobs.set(id, { from, to: Math.max(to, jobs.get(id)?.to ?? 0) })
      pump()
    },
    push: ({ log: id, from, to }) => {
      jobs.set(id, { from: jobs.get(id)?.from ?? Math.min(theirs.get(id) ?? 0, from), to })
      pump()
    },
  }
}

const first = <Key, Value>(map: ReadonlyMap<Key, Value>): readonly [Key, Value] | undefined => map.entries().next().value
