/** What documents give to `serve`, `cluster` and the command line. */
import type { Cancel } from '../base/clock.ts'
import type { DeviceId, DocumentId, LogId } from '../base/ids.ts'
import type { Result } from '../base/result.ts'
import type { CheckpointPart } from '../log/checkpoint.ts'
import type { EntryRef } from '../log/log.types.ts'

/** The version of the document format that this program writes. */
export const SCHEMA = 1

export type DocumentKind = 'note'

export interface DocumentSummary {
  readonly document: DocumentId
  readonly kind: DocumentKind
  readonly title: string
  readonly createdMs: number
  readonly createdBy: DeviceId
  readonly trashedMs: number | undefined
  /** Newer than SCHEMA: opens read-only. */
  readonly schema: number
  /** False: the index names it, but its first entry, which creates its structure, has not arrived. */
  readonly isHere: boolean
  /** Newest entry by display time, and its author. */
  readonly changedMs: number
  readonly changedBy: DeviceId
}

/** A document's replica for one screen. */
export interface Replica {
  /** Of all the Yjs structs that this screen may write: one for each screen number. Set it after applying `state`, never before: a Y.Doc
   *  that receives structs of its own clientID takes another, silently. */
  readonly clientId: number
  /** The whole document as a Yjs update (V1). */
  readonly state: Uint8Array
  readonly isReadOnly: boolean
  /** Applies a screen's edit: only structs of `clientId`, continuing its clock, nothing missing. Refused edits change nothing.
   *  The answer resolves when the entry is saved (survives a power cut); it rejects with STORE_FULL.
   *  Refusals: DOCUMENTS_UPDATE_FOREIGN, DOCUMENTS_UPDATE_GAP, DOCUMENTS_UPDATE_MALFORMED, DOCUMENTS_READ_ONLY, DOCUMENTS_TRASHED (it was
   *  in the trash when it was attached), DOCUMENTS_TOO_LARGE, DOCUMENTS_UNKNOWN (detached) */
  apply(update: Uint8Array): Result<Promise<void>>
  /** Every change that did not come from this replica, as Yjs updates (V1): other screens' once they are in the log. */
  onUpdate(listener: (update: Uint8Array) => void): Cancel
  detach(): void
}

export interface Documents {
  list(): readonly DocumentSummary[]
  /** The list, or something in it, changed. */
  onList(listener: () => void): Cancel
  /** Resolves when saved. @throws DOCUMENTS_TITLE_INVALID, DOCUMENTS_TOO_LARGE, STORE_FULL */
  create(title: string, markdown: string): { readonly document: DocumentId; readonly saved: Promise<void> }
  rename(document: DocumentId, title: string): Promise<void>
  trash(document: DocumentId): Promise<void>
  restore(document: DocumentId): Promise<void>
  /** Appends a paragraph for each line. */
  append(document: DocumentId, text: string): Promise<void>
  /** @throws DOCUMENTS_UNKNOWN, DOCUMENTS_WAITING */
  markdown(document: DocumentId): string
  /** The tree as plain objects: `{ type, attributes, content }`. */
  json(document: DocumentId): unknown
  /** The Yjs state (V1) of a document, for tests and exports. */
  state(document: DocumentId): Uint8Array
  /** `screen` is the host's number for the writer, never twice in a session, never 0.
   *  @throws DOCUMENTS_UNKNOWN, DOCUMENTS_WAITING */
  attach(document: DocumentId, screen: number): Replica
  /** What a machine must hold to hold this document whole: for each log its number of entries up to the last that touches the
   *  document, index entries included. @throws DOCUMENTS_UNKNOWN */
  extent(document: DocumentId): ReadonlyMap<LogId, number>
  /** The newest entry of each document that changed, after it was applied or indexed. */
  onChange(listener: (change: { readonly document: DocumentId; readonly ref: EntryRef }) => void): Cancel
  /** Entries that were refused after acceptance (foreign structs, deletes beyond their past), by code. */
  readonly quarantined: ReadonlyMap<string, number>
  /** Entries of groups whose other parts have not arrived. */
  readonly pendingParts: number
  /** What is known of every document without opening it. */
  readonly checkpoint: CheckpointPart
  /** Verdicts of the past have changed: what a checkpoint says of them no longer holds. */
  onDisplacement(listener: () => void): Cancel
  stop(): void
}
