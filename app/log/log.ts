/** The logs of one workspace: appends to our own, accepts those of others, and releases all of them in causal order. */
import { ByteWriter, equalBytes, fromHex, toHex } from '../base/codec.ts'
import type { Clock } from '../base/clock.ts'
import { createEmitter } from '../base/emitter.ts'
import { codeOf, PeerError, type ErrorCode } from '../base/errors.ts'
import { deviceOf, entryHash, logId, sessionId, sessionOf, type LogId, type SessionId, type WorkspaceId } from '../base/ids.ts'
import { invariant } from '../base/invariant.ts'
import { DEPS_PER_ENTRY_MAX, ENTRY_BYTES_MAX } from '../base/limits.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import { ok, refused, type Result } from '../base/result.ts'
import { NONCE_BYTES, sha256, SIGNATURE_BYTES, verifyDevice } from '../identity/crypto.ts'
import type { DeviceKeys } from '../identity/device-keys.ts'
import type { Store } from '../store/store.ts'
import { createChain, createPageTable, hashRun, NOTHING_HELD, type Chain } from './chain.ts'
import type { CheckpointPart } from './checkpoint.ts'
import { openContent, readHeader, sealEntry, SHORT_HASH_BYTES, signedBytes, entryHashBytes, type Content, type Dependency } from './envelope.ts'
import { createDurability, type Durability } from './durability.ts'
import type { Keyring } from './keyring.ts'
import { loadChains } from './load.ts'
import { createLogPart } from './log-checkpoint.ts'
import { createLogNumbers } from './log-numbers.ts'
import type { Draft, Entry, EntryLog, EntryRef, Height, Heights } from './log.types.ts'
import { createReleaser, type Releaser } from './release.ts'
import { readRun } from './read-run.ts'
import type { Run } from './run.ts'

/** What was written to disk: own entries go out at once, others' are offered. */
export interface Stored {
  readonly log: LogId
  readonly from: number
  readonly to: number
  readonly isOwn: boolean
}

export interface WorkspaceLog extends EntryLog {
  readonly session: SessionId
  /** Loads what is on disk and releases it: all of it, or what lies beyond a checkpoint that was read. Once, before anything else. */
  start(): void
  /** What start would have to work out again from every entry. */
  readonly checkpoint: CheckpointPart
  /** Takes a run of anybody's log: verified, stored, then released as far as causal order allows. Answers how many entries were new.
   *  Whether its author may write here is judged before this, by membership.
   *  Refusals: LOG_GAP, LOG_SIGNATURE_INVALID, LOG_FORKED, LOG_ENTRY_MALFORMED, LOG_ENTRY_TOO_LARGE, LOG_VERSION_UNSUPPORTED
   *  @throws STORE_FULL (nothing was written) */
  accept(run: Run): Result<number>
  heights(): Heights
  /** Next expected seq; 0 for an unknown log. */
  heightOf(log: LogId): number
  /** First bytes of the hash at `seq`, or undefined when it is not here. */
  shortHashAt(log: LogId, seq: number): Uint8Array | undefined
  /** From `from` to at most `to`, at most `bytesMax`, ending on a verified signature; undefined when there is none. */
  readRun(range: { log: LogId; from: number; to: number; bytesMax: number }): Run | undefined
  onStored(listener: (stored: Stored) => void): () => void
  readonly durability: Durability
  /** SHA-256 over every (log, height, head hash), sorted by log: 64 hex digits. */
  headsHash(): string
  /** Entries here that wait for others before them. */
  readonly pending: number
  /** Entries here, of all logs. */
  readonly entries: number
  /** Released entries that could not be opened. */
  readonly unreadable: number
  stop(): void
}

export interface LogParts {
  readonly workspace: WorkspaceId
  readonly keys: DeviceKeys
  readonly keyring: Keyring
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

const SINGLE = { index: 0, count: 1 }

export const createLog = (parts: LogParts): WorkspaceLog => {
  const { workspace, keys, keyring, store, clock, random, logger } = parts
  const session = sessionId(toHex(random.bytes(16)))
  const self = logId(keys.device, session)
  const chains = new Map<LogId, Chain>()
  const numbers = createLogNumbers()
  const pages = createPageTable()
  const stored = createEmitter<Stored>()
  const durability = createDurability(store, clock, logger)
  let headsHash: string | undefined
  let entries = 0

  const chainOf = (log: LogId): Chain =>
    chains.get(log) ?? createChain(workspace, log, store, { table: pages, number: numbers.of(log) })
  const releaser: Releaser = createReleaser({ keyring, chains, numbers, logger })

  /** After the batch: from here on the entries are part of the log. */
  const commit = (chain: Chain, hashes: readonly Uint8Array[], isSigned: (index: number) => boolean) => {
    const from = chain.height
    hashes.forEach((hash, index) => chain.extend(hash, isSigned(index)))
    chains.set(chain.log, chain)
    entries += hashes.length
    headsHash = undefined
    durability.wrote(chain.log, chain.height)
    stored.emit({ log: chain.log, from, to: chain.height, isOwn: chain.log === self })
  }

  const append = (drafts: readonly Draft[]): readonly Entry[] => {
    const chain = chainOf(self)
    const heads = releaser.newHeads(self)
    const contents: Content[] = [
      ...(chain.height === 0 ? [{ ...EMPTY_CONTENT, kind: 'start' as const, timeMs: clock.nowMs() }] : []),
      // More heads than one entry may name come first, in entries that say nothing else.
      ...heads.slice(DEPS_PER_ENTRY_MAX).filter((_, index) => index % DEPS_PER_ENTRY_MAX === 0)
        .map(() => ({ ...EMPTY_CONTENT, timeMs: clock.nowMs() })),
      ...drafts.map((draft) => ({ ...draft, document: draft.document, timeMs: clock.nowMs() })),
    ]
    if (contents.length === 0) return []
    const written = writeOwn(chain, contents, heads)
    return written.slice(contents.length - drafts.length)
  }

  const writeOwn = (chain: Chain, contents: readonly Content[], heads: readonly Dependency[]): readonly Entry[] => {
    const from = chain.height
    const first = chain.place(from)
    const hashes: Uint8Array[] = []
    const operations = contents.map((content, index) => {
      const place = { ...first, seq: from + index, previous: hashes.at(-1) ?? first.previous }
      const own = heads.slice(index * DEPS_PER_ENTRY_MAX, (index + 1) * DEPS_PER_ENTRY_MAX)
      const body = sealEntry(keyring, place, { content, heads: own, nonce: random.bytes(NONCE_BYTES) })
      const hash = entryHashBytes(place, body)
      hashes.push(hash)
      return chain.put(from + index, { body, signature: keys.signing.sign(signedBytes(hash)) })
    })
    store.batch(operations)
    const written = contents.map((content, index) => ({
      ...content, log: self, device: keys.device, session, seq: from + index, hash: entryHash(toHex(hashes[index]!)),
    }))
    releaser.expectOwn(self, from, heads)
    commit(chain, hashes, () => true)
    releaser.releaseOwn(self, written)
    return written
  }

  const accept = (run: Run): Result<number> => {
    const known = chainOf(run.log)
    // Nobody else can write what this very run has not written.
    if (run.log === self && run.from + run.bodies.length > known.height) return refused('LOG_FORKED')
    const checked = checkRun(known, run)
    if (!checked.ok) return checked
    const { fresh, hashes } = checked.value
    if (fresh.length === 0) return ok(0)
    const from = known.height
    const last = from + fresh.length - 1
    store.batch(fresh.map((body, index) => known.put(from + index, { body, signature: from + index === last ? run.signature : undefined })))
    commit(known, hashes, (index) => index === fresh.length - 1)
    known.hold({ from, bodies: fresh, hashes })
    releaser.release(run.log)
    known.hold(NOTHING_HELD)
    return ok(fresh.length)
  }

  /** Which bodies are new, and their hashes; everything is verified before anything is written. */
  const checkRun = (chain: Chain, run: Run): Result<{ fresh: readonly Uint8Array[]; hashes: readonly Uint8Array[] }> => {
    if (run.bodies.length === 0 || run.signature.length !== SIGNATURE_BYTES) return refused('LOG_ENTRY_MALFORMED')
    if (run.from > chain.height) return refused('LOG_GAP')
    if (run.bodies.some((body) => body.length > ENTRY_BYTES_MAX)) return refused('LOG_ENTRY_TOO_LARGE')
    const hashes = hashRun(chain, run.from, run.bodies)
    const overlap = Math.min(chain.height - run.from, hashes.length)
    const isFork = overlap > 0 && !equalBytes(hashes[overlap - 1]!, chain.hashAt(run.from + overlap - 1))
    if (!isFork && overlap === hashes.length) return ok({ fresh: [], hashes: [] })
    if (!verifyDevice(deviceOf(run.log), signedBytes(hashes.at(-1)!), run.signature)) return refused('LOG_SIGNATURE_INVALID')
    if (isFork) return keepEvidence(chain, run)
    const fresh = run.bodies.slice(overlap)
    const malformed = shapeError(chain.height, fresh)
    return malformed ? refused(malformed) : ok({ fresh, hashes: hashes.slice(overlap) })
  }

  /** Two signed histories of one session: what came second is kept, once a log, and never applied. */
  const keepEvidence = (chain: Chain, run: Run): Result<never> => {
    const key = ['w', workspace, 'fork', deviceOf(chain.log), sessionOf(chain.log)]
    logger.warn('log forked', { log: chain.log, from: run.from })
    if (!store.get(key)) {
      const writer = new ByteWriter().varint(run.from).raw(run.signature)
      for (const body of run.bodies) writer.sized(body)
      store.batch([{ kind: 'put', key, value: writer.finish() }])
    }
    return refused('LOG_FORKED')
  }

  const read = (ref: EntryRef): Entry => {
    const chain = chains.get(ref.log)
    if (!chain) throw new PeerError('LOG_ENTRY_MISSING', { ...ref })
    const content = openContent(keyring, chain.place(ref.seq), readHeader(chain.read(ref.seq).body))
    if (!content) throw new PeerError('LOG_ENTRY_UNREADABLE', { ...ref })
    return { ...content, ...ref, device: deviceOf(ref.log), session: sessionOf(ref.log), hash: entryHash(toHex(chain.hashAt(ref.seq))) }
  }

  const startHash = (log: LogId) => {
    if (log === self && chainOf(self).height === 0) append([])
    const chain = chains.get(log)
    invariant(chain && chain.height > 0, 'a log whose start is asked for has one')
    return entryHash(toHex(chain.hashAt(0)))
  }

  return {
    self,
    session,
    start: () => {
      const loaded = new Map(chains)
      const fill = (log: LogId) => {
        let chain = loaded.get(log)
        if (!chain) loaded.set(log, (chain = chainOf(log)))
        return chain
      }
      for (const chain of loadChains({ workspace, store, logger, chainOf: fill })) chains.set(chain.log, chain)
      for (const chain of chains.values()) {
        entries += chain.height
        durability.found(chain.log, chain.height)
      }
      for (const log of chains.keys()) releaser.release(log)
    },
    checkpoint: createLogPart({ chains, numbers, pages, releaser, chainOf }),
    append,
    accept,
    read,
    readRun: (range) => readRun(chains.get(range.log), range),
    startHash,
    onEntry: releaser.onEntry,
    onSettled: releaser.onSettled,
    onStored: stored.on,
    seenBy: (ref, other) => releaser.seenBy(ref.log, ref.seq, other),
    saved: (ref) => durability.saved(ref.log, ref.seq + 1),
    heights: () => new Map([...chains].map(([log, chain]) => [log, heightAt(chain)])),
    heightOf: (log) => chains.get(log)?.height ?? 0,
    shortHashAt: (log, seq) => {
      const chain = chains.get(log)
      return chain && seq >= 0 && seq < chain.height ? chain.hashAt(seq).slice(0, SHORT_HASH_BYTES) : undefined
    },
    durability,
    headsHash: () => (headsHash ??= hashHeads(chains)),
    get pending() {
      return entries - releaser.released
    },
    get entries() {
      return entries
    },
    get unreadable() {
      return releaser.unreadable
    },
    stop: durability.stop,
  }
}

const heightAt = (chain: Chain): Height => ({ height: chain.height, headHash: entryHash(toHex(chain.hashAt(chain.height - 1))) })

const EMPTY_CONTENT: Content = { kind: 'control', document: undefined, schema: 0, timeMs: 0, screen: 0, part: SINGLE, payload: new Uint8Array(0) }

/** Only the first entry of a log is its start, and every body splits into its fields. */
const shapeError = (from: number, bodies: readonly Uint8Array[]): ErrorCode | undefined => {
  try {
    const isFit = bodies.every((body, index) => (readHeader(body).kind === 'start') === (from + index === 0))
    return isFit ? undefined : 'LOG_ENTRY_MALFORMED'
  } catch (error) {
    return codeOf(error) === 'LOG_VERSION_UNSUPPORTED' ? 'LOG_VERSION_UNSUPPORTED' : 'LOG_ENTRY_MALFORMED'
  }
}

const hashHeads = (chains: ReadonlyMap<LogId, Chain>): string => {
  const rows = [...chains.values()].filter((chain) => chain.height > 0).sort((a, b) => (a.log < b.log ? -1 : 1))
  const rowBytes = ({ log, height, hashAt }: Chain) =>
    new ByteWriter().raw(fromHex(deviceOf(log))).raw(fromHex(sessionOf(log))).u64(height).raw(hashAt(height - 1)).finish()
  return toHex(sha256(...rows.map(rowBytes)))
}
