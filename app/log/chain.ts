/** One log as far as it is here: which of its entries carry a signature, hashes to build on, and where its bodies lie on disk. */
import { concat } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { deviceOf, sessionOf, type LogId, type WorkspaceId } from '../base/ids.ts'
import { SIGNATURE_BYTES } from '../identity/crypto.ts'
import type { Key, Store, StoreOperation } from '../store/store.ts'
import { entryHashBytes, HASH_BYTES, placePrefix, type Place } from './envelope.ts'
import { NumberList, RowTable } from './row-table.ts'

const NO_HASH = new Uint8Array(HASH_BYTES)
/** 12 hex digits keep the store's order equal to the order of seqs. */
const SEQ_DIGITS = 12

export const entriesPrefix = (workspace: WorkspaceId): Key => ['w', workspace, 'e']
export const logPrefix = (workspace: WorkspaceId, log: LogId): Key => [...entriesPrefix(workspace), deviceOf(log), sessionOf(log)]
export const entryKey = (prefix: Key, seq: number): Key => [...prefix, seq.toString(16).padStart(SEQ_DIGITS, '0')]

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

/** Entries in a page. Of a full page only the last hash is kept: the others are made again from the entries when somebody asks. */
export const PAGE_ENTRIES = 16
/** Pages of one log whose hashes are kept for a while: a document is read in order. */
const PAGES_KEPT_MAX = 8

/** Full pages of all logs of a workspace: log u32, which entries are signed u16, u16, hash of the last entry 32. */
export const createPageTable = (): RowTable => new RowTable('pages', 8 + HASH_BYTES)
const LOG_AT = 0
const FLAGS_AT = 4
const HASH_AT = 8
/** Of a page that was cut off. */
const NO_LOG = 0xffff_ffff

export interface Chain {
  readonly log: LogId
  /** Next expected seq. */
  readonly height: number
  /** Which entries of the page that isn't full yet are signed. */
  readonly tailFlags: number
  /** Of the entry `seq`, which must be here; zeros for -1. @throws LOG_ENTRY_MISSING when the disk has lost what it is made from */
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
  /** Entries that were just written are not read back from disk as long as these are held. */
  hold(held: Held): void
  /** As it was when a checkpoint was written, into an empty chain whose full pages were taken already. */
  resume(state: ChainState): void
  /** The next full page, when a checkpoint is read. */
  takePage(row: number): void
}

export interface ChainState {
  readonly height: number
  readonly tailFlags: number
  /** Hashes of the last entry, and of the one before it. */
  readonly head: Uint8Array
  readonly beforeHead: Uint8Array
}

export interface Held {
  readonly from: number
  readonly bodies: readonly Uint8Array[]
  readonly hashes: readonly Uint8Array[]
}
export const NOTHING_HELD: Held = { from: 0, bodies: [], hashes: [] }

export interface ChainPages {
  readonly table: RowTable
  /** Of this log in the table. */
  readonly number: number
}

export const createChain = (
  workspace: WorkspaceId, log: LogId, store: Store, pages: ChainPages = { table: createPageTable(), number: 0 },
): Chain => {
  const { table } = pages
  const prefix = placePrefix(workspace, log)
  const keyPrefix = logPrefix(workspace, log)
  const rows = new NumberList()
  /** Page -> hashes of its entries that are here. */
  const kept = new Map<number, Uint8Array>()
  let height = 0
  let head = NO_HASH
  /** Of the entry before the last. */
  let beforeHead = NO_HASH
  let tailFlags = 0
  let held = NOTHING_HELD

  const keep = (page: number, hashes = new Uint8Array(PAGE_ENTRIES * HASH_BYTES)): Uint8Array => {
    if (kept.size >= PAGES_KEPT_MAX) kept.delete(kept.keys().next().value!)
    kept.set(page, hashes)
    return hashes
  }

  const place = (seq: number, previous: Uint8Array): Place => ({ workspace, log, seq, previous, prefix })

  /** Makes the hashes of a page again from its entries. */
  const pageOf = (page: number): Uint8Array => {
    const known = kept.get(page)
    if (known) return known
    const hashes = new Uint8Array(PAGE_ENTRIES * HASH_BYTES)
    let previous = page === 0 ? NO_HASH : table.bytes(rows.at(page - 1), HASH_AT, HASH_BYTES)
    const from = page * PAGE_ENTRIES
    for (let seq = from; seq < Math.min(height, from + PAGE_ENTRIES); seq++) {
      previous = entryHashBytes(place(seq, previous), read(seq).body)
      hashes.set(previous, (seq - from) * HASH_BYTES)
    }
    return keep(page, hashes)
  }

  const hashAt = (seq: number): Uint8Array => {
    if (seq < 0) return NO_HASH
    if (seq === height - 1) return head
    if (seq === height - 2) return beforeHead
    const recent = held.hashes[seq - held.from]
    if (recent) return recent
    const page = Math.floor(seq / PAGE_ENTRIES)
    if (seq % PAGE_ENTRIES === PAGE_ENTRIES - 1 && page < rows.length) return table.bytes(rows.at(page), HASH_AT, HASH_BYTES)
    const at = (seq % PAGE_ENTRIES) * HASH_BYTES
    return pageOf(page).subarray(at, at + HASH_BYTES)
  }

  const read = (seq: number): StoredEntry => {
    const body = held.bodies[seq - held.from]
    if (body) return { body, signature: undefined }
    const bytes = seq < height ? store.get(entryKey(keyPrefix, seq)) : undefined
    if (!bytes) throw new PeerError('LOG_ENTRY_MISSING', { log, seq })
    return decodeStored(bytes)
  }

  const closePage = () => {
    const row = table.append()
    table.setU32(row, LOG_AT, pages.number)
    table.setU16(row, FLAGS_AT, tailFlags)
    table.bytes(row, HASH_AT, HASH_BYTES).set(head)
    rows.push(row)
    tailFlags = 0
  }

  const flagsOf = (page: number) => (page < rows.length ? table.u16(rows.at(page), FLAGS_AT) : tailFlags)

  return {
    log,
    get height() {
      return height
    },
    get tailFlags() {
      return tailFlags
    },
    hashAt,
    place: (seq) => place(seq, hashAt(seq - 1)),
    extend: (hash, isSigned) => {
      const [page, at] = [Math.floor(height / PAGE_ENTRIES), height % PAGE_ENTRIES]
      const hashes = at === 0 ? keep(page) : kept.get(page)
      hashes?.set(hash, at * HASH_BYTES)
      beforeHead = head
      head = hash.slice()
      if (isSigned) tailFlags |= 1 << at
      height++
      if (at === PAGE_ENTRIES - 1) closePage()
    },
    truncate: (to) => {
      if (to >= height) return
      const [hash, previous] = [hashAt(to - 1).slice(), hashAt(to - 2).slice()]
      const pagesLeft = Math.floor(to / PAGE_ENTRIES)
      const flags = flagsOf(pagesLeft) & ((1 << to % PAGE_ENTRIES) - 1)
      for (let page = pagesLeft; page < rows.length; page++) table.setU32(rows.at(page), LOG_AT, NO_LOG)
      rows.length = Math.min(rows.length, pagesLeft)
      kept.clear()
      height = to
      head = hash
      beforeHead = previous
      tailFlags = flags
    },
    lastSigned: (from, to) => {
      const last = Math.min(to, height) - 1
      for (let page = Math.floor(last / PAGE_ENTRIES); page >= 0 && (page + 1) * PAGE_ENTRIES > from && last >= from; page--) {
        const below = Math.min(PAGE_ENTRIES, last + 1 - page * PAGE_ENTRIES)
        const flags = flagsOf(page) & ((1 << below) - 1)
        if (flags === 0) continue
        const seq = page * PAGE_ENTRIES + 31 - Math.clz32(flags)
        return seq >= from ? seq : -1
      }
      return -1
    },
    read,
    put: (seq, entry) => ({ kind: 'put', key: entryKey(keyPrefix, seq), value: encodeStored(entry) }),
    hold: (entries) => {
      held = entries
    },
    resume: (state) => {
      height = state.height
      head = state.head.slice()
      beforeHead = state.beforeHead.slice()
      tailFlags = state.tailFlags
    },
    takePage: (row) => rows.push(row),
  }
}

/** Gives every full page of the table to its chain, in order. */
export const takePages = (table: RowTable, chainOf: (number: number) => Chain | undefined): void => {
  for (let row = 0; row < table.rows; row++) {
    const number = table.u32(row, LOG_AT)
    if (number !== NO_LOG) chainOf(number)?.takePage(row)
  }
}

/** Hashes of consecutive bodies, the first at `from`. */
export const hashRun = (chain: Chain, from: number, bodies: readonly Uint8Array[]): readonly Uint8Array[] => {
  const hashes: Uint8Array[] = []
  const first = chain.place(from)
  let previous = first.previous
  for (const [index, body] of bodies.entries()) {
    previous = entryHashBytes({ ...first, seq: from + index, previous }, body)
    hashes.push(previous)
  }
  return hashes
}
