/** A change too large for one entry is several, consecutive in their log, and counts only when all of them are there. */
import { concat } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import type { LogId } from '../base/ids.ts'
import { PART_BYTES_MAX, PARTS_MAX } from '../base/limits.ts'
import type { Entry, EntryRef, Part } from '../log/log.types.ts'

/** Where a whole change lies in its log. */
export interface Place extends EntryRef {
  /** Entries that it takes; `seq` is the last of them. */
  readonly count: number
}

export const CHANGE_BYTES_MAX = PART_BYTES_MAX * PARTS_MAX

/** @throws DOCUMENTS_TOO_LARGE */
export const splitIntoParts = (update: Uint8Array): { readonly payload: Uint8Array; readonly part: Part }[] => {
  if (update.length > CHANGE_BYTES_MAX) throw new PeerError('DOCUMENTS_TOO_LARGE', { bytes: update.length })
  const count = Math.max(1, Math.ceil(update.length / PART_BYTES_MAX))
  return Array.from({ length: count }, (_, index) => ({
    payload: update.subarray(index * PART_BYTES_MAX, (index + 1) * PART_BYTES_MAX),
    part: { index, count },
  }))
}

export const readChange = (place: Place, read: (ref: EntryRef) => Entry): Uint8Array => {
  const first = place.seq - place.count + 1
  return concat(Array.from({ length: place.count }, (_, index) => read({ log: place.log, seq: first + index }).payload))
}

export type Gathered = { readonly kind: 'whole'; readonly place: Place } | { readonly kind: 'waiting' } | { readonly kind: 'malformed' }

export interface PartGatherer {
  /** Takes the entries of each log in order. A group that another entry interrupts will never be whole: it is dropped. */
  take(entry: Entry): Gathered
  /** Entries of groups that wait for the rest. */
  readonly waiting: number
  /** The last entry of each such group. */
  list(): readonly EntryRef[]
  /** A group that waited when a checkpoint was written, by its last entry. */
  wait(entry: Entry): void
}

export const createPartGatherer = (): PartGatherer => {
  const open = new Map<LogId, Entry>()

  const take = (entry: Entry): Gathered => {
    const { index, count } = entry.part
    const before = open.get(entry.log)
    open.delete(entry.log)
    if (!isPart(entry.part) || (index > 0 && !(before && continues(before, entry)))) return { kind: 'malformed' }
    if (index === count - 1) return { kind: 'whole', place: { log: entry.log, seq: entry.seq, count } }
    open.set(entry.log, entry)
    return { kind: 'waiting' }
  }

  return {
    take,
    list: () => [...open.values()].map(({ log, seq }) => ({ log, seq })),
    wait: (entry) => void open.set(entry.log, entry),
    get waiting() {
      return [...open.values()].reduce((sum, entry) => sum + entry.part.index + 1, 0)
    },
  }
}

const isPart = ({ index, count }: Part): boolean =>
  Number.isInteger(index) && Number.isInteger(count) && index >= 0 && index < count && count <= PARTS_MAX

const continues = (before: Entry, entry: Entry): boolean =>
  before.seq + 1 === entry.seq &&
  before.part.index + 1 === entry.part.index &&
  before.part.count === entry.part.count &&
  before.document === entry.document &&
  before.screen === entry.screen &&
  before.schema === entry.schema
