/** Keeps documents that have grown, in quiet moments and a little at a time, so that none is ever opened from a long history. */
import type * as Y from 'yjs'
import type { Cancel, Clock } from '../base/clock.ts'
import { codeOf } from '../base/errors.ts'
import type { DocumentId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { createDoc, replayBatch, replayState, REPLAY_BATCH } from './create-doc.ts'
import type { KeptStates } from './kept-states.ts'
import type { OpenDocument } from './open-document.ts'

/** Changes that an opening may still have to read: a few milliseconds. */
export const UNKEPT_CHANGES_MAX = 64
/** Nothing has come for this long. */
const IDLE_MS = 2000
/** Between two steps, in which screens are served. */
const PAUSE_MS = 5

export interface KeeperParts {
  readonly states: KeptStates
  readonly clock: Clock
  readonly logger: Logger
  /** Every document that there is. */
  documents(): Iterable<DocumentId>
  opened(document: DocumentId): OpenDocument | undefined
}

export interface Keeper {
  /** Something came: not now. */
  disturb(): void
  /** Before an open document is closed. */
  closing(open: OpenDocument): void
  stop(): void
}

export const createKeeper = ({ states, clock, logger, documents, opened }: KeeperParts): Keeper => {
  let cancel: Cancel | undefined
  let isStopped = false
  /** Documents that could not be kept in this run. */
  const broken = new Set<DocumentId>()

  const isDue = (document: DocumentId) => states.unkept(document) >= UNKEPT_CHANGES_MAX && !broken.has(document)

  const keepOpen = (open: OpenDocument) => {
    if (open.isWhole && isDue(open.document)) states.keep(open.document, open.doc)
  }

  const next = (delayMs: number, work: () => void) => {
    cancel?.()
    cancel = isStopped ? undefined : clock.after(delayMs, work)
  }

  const lookFor = () => {
    for (const document of documents()) {
      if (!isDue(document)) continue
      const open = opened(document)
      if (!open) return next(PAUSE_MS, () => replayOn(document, begin(document)))
      keepOpen(open)
    }
  }

  const begin = (document: DocumentId) => {
    const doc = createDoc(document)
    const { state, updates } = states.logged(document)
    if (state) replayState(doc, state)
    return { doc, updates: updates()[Symbol.iterator]() }
  }

  /** Reads a batch of its history; keeps it when that was the last. */
  const replayOn = (document: DocumentId, work: { readonly doc: Y.Doc; readonly updates: Iterator<Uint8Array> }) => {
    try {
      const batch: Uint8Array[] = []
      let isLast = false
      while (batch.length < REPLAY_BATCH && !isLast) {
        const update = work.updates.next()
        isLast = update.done === true
        if (!update.done) batch.push(update.value)
      }
      replayBatch(work.doc, batch)
      if (!isLast) return next(PAUSE_MS, () => replayOn(document, work))
      states.keep(document, work.doc)
    } catch (error) {
      logger.warn('document not kept', { code: codeOf(error), document })
      broken.add(document)
    }
    work.doc.destroy()
    next(PAUSE_MS, lookFor)
  }

  return {
    disturb: () => next(IDLE_MS, lookFor),
    closing: keepOpen,
    stop: () => {
      isStopped = true
      cancel?.()
    },
  }
}
