/** What the log gives to the rooms above it. */
import type { Cancel } from '../base/clock.ts'
import type { DeviceId, DocumentId, EntryHash, LogId, SessionId } from '../base/ids.ts'

/** What an entry is for. `start` is the first of every log; `control` is for membership; `data` for documents. */
export type EntryKind = 'start' | 'control' | 'data'

/** One of several entries that make one change, consecutive in their log. */
export interface Part {
  readonly index: number
  readonly count: number
}

/** An entry that was verified, opened, and released in causal order. */
export interface Entry {
  readonly log: LogId
  readonly device: DeviceId
  readonly session: SessionId
  /** Its place in the log, from 0. */
  readonly seq: number
  readonly hash: EntryHash
  readonly kind: EntryKind
  /** The document it changes; data entries only. */
  readonly document: DocumentId | undefined
  /** Version of the document format that its author wrote. */
  readonly schema: number
  /** The author's wall clock, for display only. */
  readonly timeMs: number
  /** The author's screen, 0 for the peer itself: with the session it gives the Yjs clientID. */
  readonly screen: number
  readonly part: Part
  readonly payload: Uint8Array
}

/** An entry to append. */
export interface Draft {
  readonly kind: 'control' | 'data'
  readonly document?: DocumentId
  readonly schema: number
  readonly screen: number
  /** At most PART_BYTES_MAX. */
  readonly payload: Uint8Array
  readonly part: Part
}

/** Where an entry is: enough to read it again. */
export interface EntryRef {
  readonly log: LogId
  readonly seq: number
}

export interface Height {
  /** Next expected seq: how many entries of the log are here, without a gap. */
  readonly height: number
  /** Hash of the entry at `height - 1`. */
  readonly headHash: EntryHash
}

/** LogId -> next expected seq. */
export type Heights = ReadonlyMap<LogId, Height>

/** The part of the log that documents need. */
export interface EntryLog {
  /** This run's own log. */
  readonly self: LogId
  /** Writes `drafts` as one store batch, consecutive, and releases them to the listeners before it returns.
   *  @throws STORE_FULL (nothing was written), LOG_ENTRY_TOO_LARGE */
  append(drafts: readonly Draft[]): readonly Entry[]
  /** Every entry, own and remote, each once, in causal order; those on disk at start are released during `start`. */
  onEntry(listener: (entry: Entry) => void): Cancel
  /** After each round of entries that `onEntry` was given, with their number. */
  onSettled(listener: (released: number) => void): Cancel
  /** Reads and opens an entry that was released before.
   *  @throws LOG_ENTRY_MISSING */
  read(ref: EntryRef): Entry
  /** Hash of the first entry of `log`, which names the session's Yjs clientIDs. Known for every released entry. */
  startHash(log: LogId): EntryHash
  /** How many entries of `other` the author of `ref` had seen when it wrote it; its own earlier entries for its own log. */
  seenBy(ref: EntryRef, other: LogId): number
  /** Resolves when `ref` survives a power cut here. */
  saved(ref: EntryRef): Promise<void>
}
