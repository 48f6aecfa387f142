/** What every document is made of: where its changes lie in the logs, whose clocks they moved, and which were refused.
 *  Kept for all documents, open or not, so that a verdict never waits for a document to be opened. */
import type { ErrorCode } from '../base/errors.ts'
import type { DeviceId, DocumentId, LogId } from '../base/ids.ts'
import { refused, type Result } from '../base/result.ts'
import type { Entry, EntryLog } from '../log/log.types.ts'
import { checkChange } from './causal-check.ts'
import { isScreen, type Sha256 } from './client-id.ts'
import { createClientOwners, type Writer } from './client-owners.ts'
import { decodeChange, type Change } from './decode-update.ts'
import { SCHEMA } from './documents.types.ts'
import { readChange, type Place } from './parts.ts'

/** How far one client's clock had come, after which entries of its log. */
interface Clocks {
  readonly log: LogId
  readonly seqs: number[]
  readonly ends: number[]
}

/** One object a change: there may be a million. */
interface Recorded extends Place {
  readonly screen: number
  refusal: ErrorCode | undefined
}

interface Track {
  readonly recorded: Recorded[]
  readonly clients: Map<number, Clocks>
  /** log -> entries up to the last that belongs to the document. */
  readonly extent: Map<LogId, number>
  /** How far its first change goes at least, while it is not here. */
  expected: { readonly log: LogId; readonly height: number } | undefined
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
  /** The accepted changes, in the order in which they apply, read from the log one by one. */
  updates(document: DocumentId): Iterable<Uint8Array>
  /** An entry that is not the document's own concerns it: a line of the index. Its first line is followed by its first change. */
  touch(document: DocumentId, entry: Entry): void
  clientId(writer: Writer): number
  /** Changes that were refused, by code. */
  readonly refusals: Map<string, number>
}

export const createHistory = (log: EntryLog, sha256: Sha256): History => {
  const tracks = new Map<DocumentId, Track>()
  const owners = createClientOwners(sha256, log)
  const refusals = new Map<string, number>()

  const trackOf = (document: DocumentId): Track => {
    let track = tracks.get(document)
    if (!track) tracks.set(document, (track = emptyTrack()))
    return track
  }

  const judge = (track: Track, writer: Recorded, update: Uint8Array): Result<Change> => {
    if (!isScreen(writer.screen) || !owners.owns(writer)) return refused('DOCUMENTS_UPDATE_FOREIGN')
    const decoded = decodeChange(update)
    if (!decoded.ok) return decoded
    const code = checkChange(decoded.value, owners.clientId(writer), (client) => {
      const clocks = track.clients.get(client)
      return clocks ? clockAfter(clocks, log.seenBy(writer, clocks.log)) : 0
    })
    return code ? refused(code) : decoded
  }

  const take = (track: Track, recorded: Recorded, update: Uint8Array): ErrorCode | undefined => {
    const verdict = judge(track, recorded, update)
    recorded.refusal = verdict.ok ? undefined : verdict.code
    if (verdict.ok) advance(track, recorded, verdict.value)
    return recorded.refusal
  }

  const count = (code: ErrorCode, by: number) => refusals.set(code, (refusals.get(code) ?? 0) + by)

  /** Judges all of a document again, from its first change. */
  const judgeAgain = (track: Track) => {
    track.clients.clear()
    for (const recorded of track.recorded) {
      if (recorded.refusal) count(recorded.refusal, -1)
      const code = take(track, recorded, readChange(recorded, log.read))
      if (code) count(code, 1)
    }
  }

  const record: History['record'] = ({ entry, document, place, update }, onDisplaced) => {
    const track = trackOf(document)
    if (entry.schema > SCHEMA) {
      track.schema = Math.max(track.schema, entry.schema)
      note(track, entry)
      return { kind: 'held' }
    }
    const displaced = isScreen(entry.screen) ? owners.claim({ log: entry.log, screen: entry.screen }) : undefined
    const recorded: Recorded = { ...place, screen: entry.screen, refusal: undefined }
    if (displaced !== undefined)
      for (const [other, its] of tracks)
        if (its.clients.has(displaced)) {
          judgeAgain(its)
          onDisplaced(other)
        }
    track.recorded.push(recorded)
    const code = take(track, recorded, update)
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
    *updates(document) {
      for (const recorded of tracks.get(document)?.recorded ?? []) if (!recorded.refusal) yield readChange(recorded, log.read)
    },
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

const emptyTrack = (): Track => ({
  recorded: [], clients: new Map(), extent: new Map(), expected: undefined, schema: 0, changedMs: 0, changedBy: undefined, changes: 0,
})

const advance = (track: Track, { log, seq }: Place, { client, end }: Change): void => {
  if (client === undefined) return
  let clocks = track.clients.get(client)
  if (!clocks) track.clients.set(client, (clocks = { log, seqs: [], ends: [] }))
  clocks.seqs.push(seq)
  clocks.ends.push(end)
}

/** The clock after the first `height` entries of the client's log. */
const clockAfter = ({ seqs, ends }: Clocks, height: number): number => {
  let [low, high] = [0, seqs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (seqs[middle]! < height) low = middle + 1
    else high = middle
  }
  return low === 0 ? 0 : ends[low - 1]!
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
