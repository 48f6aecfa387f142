/** A replica without crypto, disk or documents: what sync sees of a log. All replicas share one library of what was ever written, so that a
 *  log costs a replica one number, and thousands fit in one process. */
import { ByteWriter, equalBytes, fromHex, toHex } from '../../base/codec.ts'
import { createEmitter } from '../../base/emitter.ts'
import { deviceOf, entryHash, sessionOf, type LogId } from '../../base/ids.ts'
import { ok, refused } from '../../base/result.ts'
import { sha256 } from '../../identity/crypto.ts'
import { SHORT_HASH_BYTES } from '../../log/envelope.ts'
import type { Stored } from '../../log/log.ts'
import { SIGNATURE_BYTES } from '../../log/run.ts'
import type { SyncLog } from '../../sync/exchange.types.ts'

/** What one keystroke costs as a sealed entry. @see ../../log/envelope.ts */
const BODY_BYTES = 170

interface Written {
  readonly body: Uint8Array
  readonly hash: Uint8Array
}

/** All that anybody ever wrote. */
export interface Library {
  write(log: LogId): void
  of(log: LogId): readonly Written[]
  readonly logs: ReadonlyMap<LogId, readonly Written[]>
}

export const createLibrary = (): Library => {
  const logs = new Map<LogId, Written[]>()
  const of = (log: LogId) => logs.get(log) ?? []
  return {
    logs,
    of,
    write: (log) => {
      const written = of(log)
      logs.set(log, written)
      const seed = sha256(new ByteWriter().raw(fromHex(deviceOf(log))).raw(fromHex(sessionOf(log))).u64(written.length).finish())
      const body = Uint8Array.from({ length: BODY_BYTES }, (_, at) => seed[at % seed.length]!)
      written.push({ body, hash: sha256(written.at(-1)?.hash ?? new Uint8Array(0), body) })
    },
  }
}

/** Stands for a signature: whoever changes a body can't make it. */
const signatureOf = ({ hash }: Written) => Uint8Array.from({ length: SIGNATURE_BYTES }, (_, at) => hash[at % hash.length]!)

export interface ModelLog extends SyncLog {
  /** Writes one entry to this session's own log. */
  append(): void
  onStored(listener: (stored: Stored) => void): () => void
  /** Another session begins: the next entry starts a log of its own. */
  restart(self: LogId): void
  readonly self: LogId
}

export const createModelLog = (library: Library, first: LogId): ModelLog => {
  const heights = new Map<LogId, number>()
  const stored = createEmitter<Stored>()
  let self = first
  let headsHash: string | undefined

  const heightOf = (log: LogId) => heights.get(log) ?? 0
  const hashAt = (log: LogId, seq: number) => library.of(log)[seq]!.hash

  const grow = (log: LogId, to: number) => {
    const from = heightOf(log)
    heights.set(log, to)
    headsHash = undefined
    stored.emit({ log, from, to, isOwn: log === self })
  }

  const hashHeads = () => {
    const rows = [...heights].sort(([a], [b]) => (a < b ? -1 : 1)).map(([log, height]) =>
      new ByteWriter().raw(fromHex(deviceOf(log))).raw(fromHex(sessionOf(log))).u64(height).raw(hashAt(log, height - 1)).finish())
    return toHex(sha256(...rows))
  }

  return {
    get self() {
      return self
    },
    restart: (next) => {
      self = next
    },
    append: () => {
      library.write(self)
      grow(self, heightOf(self) + 1)
    },
    onStored: stored.on,
    heightOf,
    heights: () => new Map([...heights].map(([log, height]) => [log, { height, headHash: entryHash(toHex(hashAt(log, height - 1))) }])),
    shortHashAt: (log, seq) => (seq >= 0 && seq < heightOf(log) ? hashAt(log, seq).slice(0, SHORT_HASH_BYTES) : undefined),
    headsHash: () => (headsHash ??= hashHeads()),
    accept: ({ log, from, bodies, signature }) => {
      const height = heightOf(log)
      if (from > height) return refused('LOG_GAP')
      const written = library.of(log)
      const last = written[from + bodies.length - 1]
      const isTrue = last && equalBytes(signature, signatureOf(last))
        && bodies.every((body, at) => equalBytes(body, written[from + at]!.body))
      if (!isTrue) return refused('LOG_SIGNATURE_INVALID')
      const fresh = Math.max(0, from + bodies.length - height)
      if (fresh > 0) grow(log, from + bodies.length)
      return ok(fresh)
    },
    readRun: ({ log, from, to, bytesMax }) => {
      const count = Math.min(to, heightOf(log), from + Math.max(1, Math.floor(bytesMax / BODY_BYTES))) - from
      if (count <= 0) return undefined
      const written = library.of(log).slice(from, from + count)
      return { log, from, bodies: written.map(({ body }) => body), signature: signatureOf(written.at(-1)!) }
    },
  }
}
