/** The list of documents as the screens see it. */
import { createEmitter } from '../base/emitter.ts'
import type { Cancel, Clock } from '../base/clock.ts'
import type { DocumentId } from '../base/ids.ts'
import { SCHEMA, type DocumentSummary } from './documents.types.ts'
import type { History } from './history.ts'
import type { IndexItem, IndexView } from './index-document.ts'

/** Somebody's typing changes only a time in the list: told this often. */
const TIMES_MS = 1000

export interface Listing {
  list(): readonly DocumentSummary[]
  onList(listener: () => void): Cancel
  /** Something that a person would look for in the list: told at once. */
  changed(): void
  /** A document's newest time. */
  timesChanged(): void
  /** Newer than this program understands. */
  isNewer(document: DocumentId): boolean
  isHere(document: DocumentId): boolean
  stop(): void
}

export const createListing = ({ history, index, clock }: { history: History; index: IndexView; clock: Clock }): Listing => {
  const listeners = createEmitter<void>()
  let summaries: readonly DocumentSummary[] | undefined
  let soon: Cancel | undefined

  const isHere = (document: DocumentId) => (history.track(document)?.changes ?? 0) > 0
  const schemaOf = (document: DocumentId) => Math.max(index.items.get(document)?.schema ?? 0, history.track(document)?.schema ?? 0)

  const summaryOf = (item: IndexItem): DocumentSummary => {
    const track = history.track(item.document)
    return {
      ...item,
      schema: schemaOf(item.document),
      isHere: isHere(item.document),
      changedMs: track?.changedMs ?? item.createdMs,
      changedBy: track?.changedBy ?? item.createdBy,
    }
  }

  const stop = () => {
    soon?.()
    soon = undefined
  }

  const changed = () => {
    stop()
    summaries = undefined
    listeners.emit()
  }

  const timesChanged = () => {
    summaries = undefined
    soon ??= clock.after(TIMES_MS, changed)
  }

  return {
    list: () => (summaries ??= [...index.items.values()].map(summaryOf).sort(oldestFirst)),
    onList: listeners.on,
    changed,
    timesChanged,
    isNewer: (document) => schemaOf(document) > SCHEMA,
    isHere,
    stop,
  }
}

const oldestFirst = (a: DocumentSummary, b: DocumentSummary) => a.createdMs - b.createdMs || (a.document < b.document ? -1 : 1)
