/** Makes the logs of one workspace equal between two peers. Knows heights and hashes, never what an entry says. */
import { equalBytes, fromHex } from '../base/codec.ts'
import { codeOf, type ErrorCode } from '../base/errors.ts'
import { deviceOf, type DeviceId, type LogId } from '../base/ids.ts'
import { FRAME_BYTES_MAX, HEIGHTS_PER_MESSAGE_MAX, STREAM_CREDIT_BYTES } from '../base/limits.ts'
import type { Stored, WorkspaceLog } from '../log/log.ts'
import { SHORT_HASH_BYTES } from '../log/envelope.ts'
import type { Channel, HeightRow, WorkspaceMessage } from './messages.ts'
import type { Requests } from './requests.ts'

/** Room in a frame for what is not bodies. */
const RUN_OVERHEAD_BYTES = 4096

export interface Exchange {
  /** Both sides are proven: compare. */
  start(): void
  receive(message: Exclude<WorkspaceMessage, { kind: 'room' }>): void
  /** Our own log grew: it goes out at once. */
  push(stored: Stored): void
  /** Others' logs grew here: say so, and whoever lacks them asks. */
  offer(logs: Iterable<LogId>): void
  /** Sends digest: on connect and every ANTI_ENTROPY_MS. */
  compare(): void
  /** The stream has room again. */
  pump(): void
  /** Membership, or a neighbour that served us, changed: ask again for what is missing. */
  reconsider(): void
  /** A whole comparison has happened, and the other side has nothing that is missing here. */
  readonly isLevel: boolean
  close(): void
}

export interface ExchangeParts {
  readonly channel: Channel
  readonly log: WorkspaceLog
  readonly requests: Requests
  admits(device: DeviceId): boolean
  send(message: WorkspaceMessage): void
  queuedBytes(): number
  /** Counts a refusal. */
  refuse(code: ErrorCode, details: Readonly<Record<string, unknown>>): void
  /** Something changed that others may wait for. */
  progressed(): void
}

interface Job {
  from: number
  readonly to: number
}

export const createExchange = (parts: ExchangeParts): Exchange => {
  const { channel, log, requests, admits, send, queuedBytes, refuse, progressed } = parts
  /** Their heights as far as they told, or as we sent them. */
  const theirs = new Map<LogId, number>()
  /** What they asked for and has not gone out yet. */
  const jobs = new Map<LogId, Job>()
  const owner = {}
  let hasCompared = false

  const rowOf = (id: LogId): HeightRow => ({ log: id, height: log.heightOf(id), shortHash: log.shortHashAt(id, log.heightOf(id) - 1)! })

  const sendHeights = (rows: readonly HeightRow[], flags: { isWhole: boolean; wantsReply: boolean }) => {
    for (let at = 0; at === 0 || at < rows.length; at += HEIGHTS_PER_MESSAGE_MAX) {
      const isLast = at + HEIGHTS_PER_MESSAGE_MAX >= rows.length
      send({ kind: 'heights', channel, rows: rows.slice(at, at + HEIGHTS_PER_MESSAGE_MAX), isWhole: flags.isWhole && isLast, wantsReply: flags.wantsReply && isLast })
    }
  }

  const sendAllHeights = (wantsReply: boolean) => {
    const shorten = (headHash: string) => fromHex(headHash).subarray(0, SHORT_HASH_BYTES)
    const rows = [...log.heights()].map(([id, { height, headHash }]) => ({ log: id, height, shortHash: shorten(headHash) }))
    sendHeights(rows, { isWhole: true, wantsReply })
  }

  const want = (id: LogId) => {
    const [from, to] = [log.heightOf(id), theirs.get(id) ?? 0]
    if (to <= from || !admits(deviceOf(id)) || !requests.claim(id, owner, to)) return
    send({ kind: 'request', channel, log: id, from, to })
  }

  const takeHeights = (rows: readonly HeightRow[]) => {
    for (const { log: id, height, shortHash } of rows) {
      theirs.set(id, height)
      const ours = log.shortHashAt(id, height - 1)
      if (ours && !equalBytes(ours, shortHash)) refuse('LOG_FORKED', { log: id, height })
      want(id)
    }
  }

  const takeDigest = (headsHash: string) => {
    if (headsHash !== log.headsHash()) return sendAllHeights(true)
    for (const [id, { height }] of log.heights()) theirs.set(id, height)
    hasCompared = true
    progressed()
  }

  const takeRequest = (id: LogId, from: number, to: number) => {
    if (jobs.size >= HEIGHTS_PER_MESSAGE_MAX && !jobs.has(id)) return refuse('SYNC_LIMIT_EXCEEDED', { log: id })
    jobs.set(id, { from, to })
    pump()
  }

  const takeRun = (message: Extract<WorkspaceMessage, { kind: 'run' }>) => {
    const { run } = message
    const device = deviceOf(run.log)
    if (!admits(device)) return refuse('MEMBERSHIP_NOT_A_MEMBER', { log: run.log })
    try {
      const result = log.accept(run)
      if (!result.ok && result.code !== 'LOG_GAP') return refuse(result.code, { log: run.log, from: run.from })
      theirs.set(run.log, Math.max(theirs.get(run.log) ?? 0, run.from + run.bodies.length))
    } catch (error) {
      return refuse(codeOf(error), { log: run.log })
    }
    requests.progress(run.log, log.heightOf(run.log))
    want(run.log)
    progressed()
  }

  const sendRun = (id: LogId, from: number, to: number): number => {
    const run = log.readRun({ log: id, from, to, bytesMax: FRAME_BYTES_MAX - RUN_OVERHEAD_BYTES })
    if (!run) return 0
    send({ kind: 'run', channel, run })
    theirs.set(id, Math.max(theirs.get(id) ?? 0, from + run.bodies.length))
    return run.bodies.length
  }

  function pump() {
    for (const [id, job] of jobs) {
      while (job.from < job.to && queuedBytes() < STREAM_CREDIT_BYTES) {
        const sent = sendRun(id, job.from, job.to)
        job.from = sent === 0 ? job.to : job.from + sent
      }
      if (job.from < job.to) return
      jobs.delete(id)
    }
  }

  const compare = () => send({ kind: 'digest', channel, headsHash: log.headsHash() })

  return {
    start: compare,
    compare,
    pump,
    receive: (message) => {
      switch (message.kind) {
        case 'digest':
          return takeDigest(message.headsHash)
        case 'heights':
          takeHeights(message.rows)
          hasCompared ||= message.isWhole
          if (message.wantsReply) sendAllHeights(false)
          return progressed()
        case 'request':
          return takeRequest(message.log, message.from, message.to)
        case 'run':
          return takeRun(message)
      }
    },
    push: (stored) => {
      if (!hasCompared) return
      const from = Math.min(theirs.get(stored.log) ?? 0, stored.from)
      const job = jobs.get(stored.log)
      if (!job && queuedBytes() < STREAM_CREDIT_BYTES && from + sendRun(stored.log, from, stored.to) >= stored.to) return
      jobs.set(stored.log, { from: job?.from ?? Math.max(from, theirs.get(stored.log) ?? 0), to: stored.to })
      pump()
    },
    offer: (logs) => {
      const rows = [...logs].filter((id) => (theirs.get(id) ?? 0) < log.heightOf(id)).map(rowOf)
      if (hasCompared && rows.length > 0) sendHeights(rows, { isWhole: false, wantsReply: false })
    },
    reconsider: () => {
      for (const id of theirs.keys()) want(id)
    },
    get isLevel() {
      return hasCompared && [...theirs].every(([id, height]) => height <= log.heightOf(id) || !admits(deviceOf(id)))
    },
    close: () => requests.releaseAll(owner),
  }
}
