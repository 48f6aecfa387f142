/** What every document is made of: where its changes lie in the logs, whose clocks they moved, and which were refused.
 *  Kept for all documents, open or not, so that a verdict never waits for a document to be opened. */
import type { Cancel } from '../base/clock.ts'
import { fromHex, fromUtf8, toHex, toUtf8, type ByteReader, type ByteWriter } from '../base/codec.ts'
import { createEmitter } from '../base/emitter.ts'
import type { ErrorCode } from '../base/errors.ts'
import { invariant } from '../base/invariant.ts'
import { deviceId, documentId, type DeviceId, type DocumentId, type LogId } from '../base/ids.ts'
import { refused, type Result } from '../base/result.ts'
import type { CheckpointPart } from '../log/checkpoint.ts'
import type { LogNumbers } from '../log/log-numbers.ts'
import type { Entry, EntryLog } from '../log/log.types.ts'
import { checkChange } from './causal-check.ts'
import { isScreen, type Sha256 } from './client-id.ts'
import { createClientOwners, type ClientOwners, type Writer } from './client-owners.ts'
import { decodeChange, type Change } from './decode-update.ts'
import { SCHEMA } from './documents.types.ts'
import { createChangeTable, type Changes } from './changes.ts'
import { readChange, type Place } from './parts.ts'
import { NumberList } from '../log/row-table.ts'

/** Whose clock it is, and the changes that moved it. */
interface Clocks {
  readonly log: LogId
  readonly rows: NumberList
}

interface Track {
  readonly document: DocumentId
  readonly number: number
  /** Its changes, in the order in which they came. */
  readonly rows: NumberList
  readonly clients: Map<number, Clocks>
  /** log -> entries up to the last that belongs to the document. */
  readonly extent: Map<LogId, number>
  /** How far its first change goes at least, while it is not here. */
  expected: { readonly log: LogId; readonly height: number } | undefined
  /** Of its changes, those that its kept state holds. */
  kept: number
  /** The newest schema that wrote it. */
  schema: number
  changedMs: number
  changedBy: DeviceId | undefined
  /** Changes that count, those of a newer schema included. */
  changes: number
}

export type TrackView = Readonly<Pick<Track, 'schema' | 'changedMs' | 'changedBy' | 'changes'>>

export type Verdict =
  | { readonly kind: 'accepted' }
  /** Kept for a newer version of this program. */
  | { readonly kind: 'held' }
  | { readonly kind: 'refused'; readonly code: ErrorCode }

export interface WholeChange {
  /** The last entry of the change. */
  readonly entry: Entry
  readonly document: DocumentId
  readonly place: Place
  readonly update: Uint8Array
}

export interface History {
  /** Judges a change and takes it in. Changes come in causal order.
   *  @param onDisplaced called with a document whose verdicts changed, because a better claim to a clientID came to light */
  record(change: WholeChange, onDisplaced: (document: DocumentId) => void): Verdict
  track(document: DocumentId): TrackView | undefined
  /** log -> number of entries that hold the document whole; as many as are known of, while its first change is not here. */
  extent(document: DocumentId): ReadonlyMap<LogId, number>
  /** A document's first change goes on, or begins, in the entries of `log` below `height`. */
  expect(document: DocumentId, log: LogId, height: number): void
  /** The accepted changes that aren't covered, in the order in which they apply, read from the log one by one. */
  updates(document: DocumentId, isCovered?: (place: Place) => boolean): Iterable<Uint8Array>
  /** How many of the accepted changes `isCovered` holds for. */
  accepted(document: DocumentId, isCovered: (place: Place) => boolean): number
  /** log -> entries up to the last accepted change of the document. */
  cover(document: DocumentId): ReadonlyMap<LogId, number>
  /** A state with every change so far was kept. */
  noteKept(document: DocumentId): void
  /** Changes since then. */
  unkept(document: DocumentId): number
  readonly documents: Iterable<DocumentId>
  /** Verdicts of the past have changed. */
  onDisplacement(listener: () => void): Cancel
  /** An entry that is not the document's own concerns it: a line of the index. Its first line is followed by its first change. */
  touch(document: DocumentId, entry: Entry): void
  clientId(writer: Writer): number
  readonly checkpoint: CheckpointPart
  /** Changes that were refused, by code. */
  readonly refusals: Map<string, number>
}

export const createHistory = (log: EntryLog, sha256: Sha256): History => {
  const tracks = new Map<DocumentId, Track>()
  const table = createChangeTable()
  const owners = createClientOwners(sha256, log)
  const refusals = new Map<string, number>()
  const displacements = createEmitter<void>()

  const trackOf = (document: DocumentId): Track => {
    let track = tracks.get(document)
    if (!track) tracks.set(document, (track = emptyTrack(document, tracks.size)))
    return track
  }

  const judge = (track: Track, row: number, update: Uint8Array): Result<Change> => {
    const writer = table.writer(row)
    if (!isScreen(writer.screen) || !owners.owns(writer)) return refused('DOCUMENTS_UPDATE_FOREIGN')
    const decoded = decodeChange(update)
    if (!decoded.ok) return decoded
    const ref = { log: writer.log, seq: table.seq(row) }
    const code = checkChange(decoded.value, owners.clientId(writer), (client) => {
      const clocks = track.clients.get(client)
      return clocks ? clockAfter(table, clocks, log.seenBy(ref, clocks.log)) : 0
    })
    return code ? refused(code) : decoded
  }

  const take = (track: Track, row: number, update: Uint8Array): ErrorCode | undefined => {
    const verdict = judge(track, row, update)
    const code = verdict.ok ? undefined : verdict.code
    const client = verdict.ok ? verdict.value.client : undefined
    table.decide(row, code, client !== undefined && verdict.ok ? verdict.value.end : undefined)
    if (client !== undefined) clocksOf(track, client, table.writer(row).log).rows.push(row)
    return code
  }

  const count = (code: ErrorCode, by: number) => refusals.set(code, (refusals.get(code) ?? 0) + by)

  /** Judges all of a document again, from its first change. */
  const judgeAgain = (track: Track) => {
    track.clients.clear()
    for (let index = 0; index < track.rows.length; index++) {
      const row = track.rows.at(index)
      const before = table.refusal(row)
      if (before) count(before, -1)
      const code = take(track, row, readChange(table.place(row), log.read))
      if (code) count(code, 1)
    }
  }

  /** A writer that is new may have the better claim to another's clientID. */
  const claim = (writer: Writer, onDisplaced: (document: DocumentId) => void) => {
    const displaced = isScreen(writer.screen) ? owners.claim(writer) : undefined
    if (displaced === undefined) return
    for (const [other, its] of tracks)
      if (its.clients.has(displaced)) {
        judgeAgain(its)
        onDisplaced(other)
      }
    displacements.emit()
  }

  const record: History['record'] = ({ entry, document, place, update }, onDisplaced) => {
    const track = trackOf(document)
    if (entry.schema > SCHEMA) {
      track.schema = Math.max(track.schema, entry.schema)
      note(track, entry)
      return { kind: 'held' }
    }
    const writer = table.writerOf(place.log, entry.screen)
    if (writer.isNew) claim(writer, onDisplaced)
    const row = table.add(track.number, writer.number, place)
    track.rows.push(row)
    const code = take(track, row, update)
    if (code) {
      count(code, 1)
      return { kind: 'refused', code }
    }
    note(track, entry)
    return { kind: 'accepted' }
  }

  const expect = (document: DocumentId, ofLog: LogId, height: number) => {
    const track = trackOf(document)
    track.expected = { log: ofLog, height }
  }

  return {
    record,
    refusals,
    clientId: owners.clientId,
    track: (document) => tracks.get(document),
    onDisplacement: displacements.on,
    accepted: (document, isCovered) => {
      let count = 0
      for (const row of acceptedRows(table, tracks.get(document))) if (isCovered(table.place(row))) count++
      return count
    },
    cover: (document) => {
      const heights = new Map<LogId, number>()
      for (const row of acceptedRows(table, tracks.get(document))) {
        const { log: id, seq } = table.place(row)
        heights.set(id, Math.max(seq + 1, heights.get(id) ?? 0))
      }
      return heights
    },
    noteKept: (document) => {
      const track = trackOf(document)
      track.kept = track.rows.length
    },
    unkept: (document) => {
      const track = tracks.get(document)
      return track ? track.rows.length - track.kept : 0
    },
    get documents() {
      return tracks.keys()
    },
    *updates(document, isCovered = () => false) {
      for (const row of acceptedRows(table, tracks.get(document))) {
        const place = table.place(row)
        if (!isCovered(place)) yield readChange(place, log.read)
      }
    },
    checkpoint: createHistoryPart({ table, tracks, trackOf, owners, refusals }),
    touch: (document, entry) => {
      if (!tracks.has(document)) expect(document, entry.log, entry.seq + 2)
      noteTime(trackOf(document), entry)
    },
    expect,
    extent: (document) => {
      const { extent, expected, changes } = trackOf(document)
      if (!expected || changes > 0) return extent
      return new Map(extent).set(expected.log, Math.max(expected.height, extent.get(expected.log) ?? 0))
    },
  }
}

const emptyTrack = (document: DocumentId, number: number): Track => ({
  document, number, rows: new NumberList(), clients: new Map(), extent: new Map(), expected: undefined,
  kept: 0, schema: 0, changedMs: 0, changedBy: undefined, changes: 0,
})

function* acceptedRows(table: Changes, track: Track | undefined): Generator<number> {
  // The list may grow while it is read.
  for (let index = 0; track && index < track.rows.length; index++) {
    const row = track.rows.at(index)
    if (!table.refusal(row)) yield row
  }
}

const clocksOf = (track: Track, client: number, log: LogId): Clocks => {
  let clocks = track.clients.get(client)
  if (!clocks) track.clients.set(client, (clocks = { log, rows: new NumberList() }))
  return clocks
}

/** The clock after the first `height` entries of the client's log. */
const clockAfter = (table: Changes, { rows }: Clocks, height: number): number => {
  const count = rows.countWhile((row) => table.seq(row) < height)
  return count === 0 ? 0 : table.end(rows.at(count - 1))!
}

interface HistoryPartParts {
  readonly table: Changes
  readonly tracks: ReadonlyMap<DocumentId, Track>
  readonly owners: ClientOwners
  readonly refusals: Map<string, number>
  trackOf(document: DocumentId): Track
}

/** What a track holds beside its rows. */
const createHistoryPart = ({ table, tracks, trackOf, owners, refusals }: HistoryPartParts): CheckpointPart => {
  const write = (writer: ByteWriter) => {
    const { logs } = table
    for (const { extent, expected } of tracks.values()) {
      for (const log of extent.keys()) logs.of(log)
      if (expected) logs.of(expected.log)
    }
    table.write(writer, owners.clientId)
    writer.varint(tracks.size)
    for (const track of tracks.values()) writeTrack(writer, track, logs)
    writer.varint(refusals.size)
    for (const [code, count] of refusals) writer.sized(toUtf8(code)).varint(count)
  }

  const read = (reader: ByteReader) => {
    table.read(reader, owners.remember)
    const numbered: Track[] = []
    for (let count = reader.varint(); count > 0; count--) numbered.push(readTrack(reader, trackOf, table.logs))
    for (let count = reader.varint(); count > 0; count--) refusals.set(fromUtf8(reader.sized(64)), reader.varint())
    for (let row = 0; row < table.table.rows; row++) {
      const track = numbered[table.document(row)]
      invariant(track, 'every change belongs to a document')
      track.rows.push(row)
      if (table.end(row) === undefined) continue
      const writer = table.writer(row)
      clocksOf(track, owners.clientId(writer), writer.log).rows.push(row)
    }
  }

  return { tables: [table.table], write, read }
}

const writeTrack = (writer: ByteWriter, track: Track, logs: LogNumbers) => {
  writer.raw(fromHex(track.document)).varint(track.kept).varint(track.schema).varint(track.changes).varint(track.changedMs)
  writer.sized(track.changedBy ? fromHex(track.changedBy) : new Uint8Array(0))
  writer.varint(track.expected ? logs.of(track.expected.log) + 1 : 0).varint(track.expected?.height ?? 0).varint(track.extent.size)
  for (const [log, height] of track.extent) writer.varint(logs.of(log)).varint(height)
}

const readTrack = (reader: ByteReader, trackOf: (document: DocumentId) => Track, logs: LogNumbers): Track => {
  const track = trackOf(documentId(toHex(reader.raw(16))))
  track.kept = reader.varint()
  track.schema = reader.varint()
  track.changes = reader.varint()
  track.changedMs = reader.varint()
  const changedBy = reader.sized(32)
  track.changedBy = changedBy.length > 0 ? deviceId(toHex(changedBy)) : undefined
  const [expectedLog, height] = [reader.varint(), reader.varint()]
  if (expectedLog > 0) track.expected = { log: logs.log(expectedLog - 1), height }
  for (let count = reader.varint(); count > 0; count--) track.extent.set(logs.log(reader.varint()), reader.varint())
  return track
}

const note = (track: Track, entry: Entry): void => {
  track.changes++
  noteTime(track, entry)
}

/** The device breaks ties, so that every peer shows the same. */
const noteTime = (track: Track, entry: Entry): void => {
  track.extent.set(entry.log, entry.seq + 1)
  const isNewer = entry.timeMs > track.changedMs || (entry.timeMs === track.changedMs && entry.device > (track.changedBy ?? ''))
  if (!isNewer) return
  track.changedMs = entry.timeMs
  track.changedBy = entry.device
}
