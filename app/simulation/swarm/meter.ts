/** What a stretch of a swarm's life cost: messages by kind, and how each entry spread. */
import type { LogId } from '../../base/ids.ts'
import type { Message } from '../../sync/messages.ts'

export interface Traffic {
  frames: number
  bytes: number
}

export interface Spread {
  readonly entries: number
  /** Messages that carry entries, for each entry and each peer but its author: 1 is the least. */
  readonly entryMessagesPerPeer: number
  /** Those from which nothing was new. */
  readonly duplicates: number
  readonly hopsMax: number
  readonly hopsP50: number
  /** From writing to the last peer's disk. */
  readonly toAllMsP50: number
  readonly toAllMsMax: number
  /** All that is said beside entries: frames and bytes for each entry and peer. */
  readonly controlMessagesPerPeer: number
  readonly controlBytesPerPeer: number
  readonly entryBytesPerPeer: number
  readonly traffic: Readonly<Record<string, Traffic>>
}

interface Arrival {
  readonly writtenMs: number
  lastMs: number
  /** Hops from its author, by peer. */
  readonly hops: Map<number, number>
}

export interface Meter {
  /** Forgets everything: a new stretch begins. */
  reset(): void
  wrote(peer: number, log: LogId, seq: number): void
  sent(kind: Message['kind'], bytes: number): void
  /** @param from who sent it to `peer` */
  arrived(peer: number, from: number, log: LogId, seq: number): void
  duplicate(): void
  read(peers: number): Spread
}

const median = (sorted: readonly number[]) => sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
const rounded = (value: number) => Math.round(value * 1000) / 1000

export const createMeter = (nowMs: () => number): Meter => {
  const traffic = new Map<Message['kind'], Traffic>()
  const arrivals = new Map<string, Arrival>()
  let duplicates = 0

  return {
    reset: () => {
      traffic.clear()
      arrivals.clear()
      duplicates = 0
    },
    wrote: (peer, log, seq) => void arrivals.set(`${log} ${seq}`, { writtenMs: nowMs(), lastMs: nowMs(), hops: new Map([[peer, 0]]) }),
    sent: (kind, bytes) => {
      const known = traffic.get(kind) ?? { frames: 0, bytes: 0 }
      traffic.set(kind, known)
      known.frames += 1
      known.bytes += bytes
    },
    arrived: (peer, from, log, seq) => {
      const arrival = arrivals.get(`${log} ${seq}`)
      if (!arrival) return
      arrival.lastMs = nowMs()
      arrival.hops.set(peer, (arrival.hops.get(from) ?? 0) + 1)
    },
    duplicate: () => void duplicates++,
    read: (peers) => {
      const entries = arrivals.size
      const each = Math.max(1, entries * (peers - 1))
      const runs = traffic.get('run') ?? { frames: 0, bytes: 0 }
      const control = [...traffic].filter(([kind]) => kind !== 'run').map(([, value]) => value)
      const hops = [...arrivals.values()].flatMap((arrival) => [...arrival.hops.values()].filter((hop) => hop > 0)).sort((a, b) => a - b)
      const toAll = [...arrivals.values()].map(({ writtenMs, lastMs }) => lastMs - writtenMs).sort((a, b) => a - b)
      return {
        entries, duplicates,
        entryMessagesPerPeer: rounded(runs.frames / each),
        entryBytesPerPeer: rounded(runs.bytes / each),
        controlMessagesPerPeer: rounded(control.reduce((sum, { frames }) => sum + frames, 0) / each),
        controlBytesPerPeer: rounded(control.reduce((sum, { bytes }) => sum + bytes, 0) / each),
        hopsMax: hops.at(-1) ?? 0, hopsP50: median(hops),
        toAllMsMax: Math.round(toAll.at(-1) ?? 0), toAllMsP50: Math.round(median(toAll)),
        traffic: Object.fromEntries([...traffic].sort(([a], [b]) => (a < b ? -1 : 1))),
      }
    },
  }
}
