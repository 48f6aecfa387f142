/** One log as far as it is here: hashes of its entries, which of them carry a signature, and where its bodies lie on disk. */
import { concat } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { deviceOf, sessionOf, type LogId, type WorkspaceId } from '../base/ids.ts'
import { SIGNATURE_BYTES } from '../identity/crypto.ts'
import type { Key, Store, StoreOperation } from '../store/store.ts'
import { entryHashBytes, HASH_BYTES, type Place } from './envelope.ts'

const NO_HASH = new Uint8Array(HASH_BYTES)
/** 12 hex digits keep the store's order equal to the order of seqs. */
const SEQ_DIGITS = 12

export const entriesPrefix = (workspace: WorkspaceId): Key => ['w', workspace, 'e']
export const logPrefix = (workspace: WorkspaceId, log: LogId): Key => [...entriesPrefix(workspace), deviceOf(log), sessionOf(log)]
const entryKey = (workspace: WorkspaceId, log: LogId, seq: number): Key => [
  ...logPrefix(workspace, log),
  seq.toString(16).padStart(SEQ_DIGITS, '0'),
]

export interface StoredEntry {
  readonly body: Uint8Array
  readonly signature: Uint8Array | undefined
}

/** flag u8 (1: signed), signature if signed, body */
export const encodeStored = (entry: StoredEntry): Uint8Array =>
  entry.signature ? concat([Uint8Array.of(1), entry.signature, entry.body]) : concat([Uint8Array.of(0), entry.body])

export const decodeStored = (bytes: Uint8Array): StoredEntry =>
  bytes[0] === 1
    ? { signature: bytes.subarray(1, 1 + SIGNATURE_BYTES), body: bytes.subarray(1 + SIGNATURE_BYTES) }
    : { signature: undefined, body: bytes.subarray(1) }

export interface Chain {
  readonly log: LogId
  /** Next expected seq. */
  readonly height: number
  /** Of the entry `seq`; zeros for -1. */
  hashAt(seq: number): Uint8Array
  place(seq: number): Place
  /** Takes the next entry's hash. */
  extend(hash: Uint8Array, isSigned: boolean): void
  /** Forgets every entry from `height` on. */
  truncate(height: number): void
  /** The last signed seq in [from, to), or -1. */
  lastSigned(from: number, to: number): number
  /** @throws LOG_ENTRY_MISSING */
  read(seq: number): StoredEntry
  put(seq: number, entry: StoredEntry): StoreOperation
}

export const createChain = (workspace: WorkspaceId, log: LogId, store: Store): Chain => {
  let height = 0
  let hashes = new Uint8Array(16 * HASH_BYTES)
  const signed: number[] = []

  const hashAt = (seq: number) => (seq < 0 ? NO_HASH : hashes.subarray(seq * HASH_BYTES, (seq + 1) * HASH_BYTES))

  return {
    log,
    get height() {
      return height
    },
    hashAt,
    place: (seq) => ({ workspace, log, seq, previous: hashAt(seq - 1) }),
    extend: (hash, isSigned) => {
      if ((height + 1) * HASH_BYTES > hashes.length) {
        const larger = new Uint8Array(2 * hashes.length)
        larger.set(hashes)
        hashes = larger
      }
      hashes.set(hash, height * HASH_BYTES)
      if (isSigned) signed.push(height)
      height++
    },
    truncate: (to) => {
      height = to
      while (signed.length > 0 && signed.at(-1)! >= to) signed.pop()
    },
    lastSigned: (from, to) => {
      let [low, high] = [0, signed.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if (signed[middle]! < to) low = middle + 1
        else high = middle
      }
      return low > 0 && signed[low - 1]! >= from ? signed[low - 1]! : -1
    },
    read: (seq) => {
      const bytes = seq < height ? store.get(entryKey(workspace, log, seq)) : undefined
      if (!bytes) throw new PeerError('LOG_ENTRY_MISSING', { log, seq })
      return decodeStored(bytes)
    },
    put: (seq, entry) => ({ kind: 'put', key: entryKey(workspace, log, seq), value: encodeStored(entry) }),
  }
}

/** Hashes of consecutive bodies, the first at `from`. */
export const hashRun = (chain: Chain, from: number, bodies: readonly Uint8Array[]): readonly Uint8Array[] => {
  const hashes: Uint8Array[] = []
  bodies.forEach((body, index) => {
    const previous = hashes.at(-1) ?? chain.hashAt(from - 1)
    hashes.push(entryHashBytes({ ...chain.place(from + index), previous }, body))
  })
  return hashes
}
