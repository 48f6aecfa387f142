/** Takes every entry that the log releases to where it belongs. */
import { fromHex } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { deviceOf, sessionOf, type DocumentId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { CheckpointPart } from '../log/checkpoint.ts'
import { readLogId } from '../log/envelope.ts'
import type { Entry, EntryLog } from '../log/log.types.ts'
import type { History, WholeChange } from './history.ts'
import type { OpenDocument } from './open-document.ts'
import { createPartGatherer, readChange, type Place } from './parts.ts'

interface IntakeParts {
  readonly log: EntryLog
  readonly logger: Logger
  readonly history: History
  /** The index, and notes that are open. */
  readonly opened: (document: DocumentId) => OpenDocument | undefined
  /** A change that counts: already applied, if its document is open. */
  readonly onChange: (change: WholeChange) => void
  /** A document's verdicts changed after it was opened. */
  readonly onDifference: (document: DocumentId) => void
}

export interface Intake {
  take(entry: Entry): void
  readonly waitingParts: number
  readonly checkpoint: CheckpointPart
}

export const createIntake = (parts: IntakeParts): Intake => {
  const { log, logger, history, opened, onChange, onDifference } = parts
  const gatherer = createPartGatherer()

  const take = (entry: Entry) => {
    if (entry.kind !== 'data') return
    const gathered = gatherer.take(entry)
    if (gathered.kind === 'malformed' || entry.document === undefined) return refuse(entry)
    if (gathered.kind === 'waiting') return history.expect(entry.document, entry.log, entry.seq + entry.part.count - entry.part.index)
    judge({ entry, document: entry.document, place: gathered.place, update: updateOf(entry, gathered.place) })
  }

  /** A listener may not ask the log for the very entry that it is given. */
  const updateOf = (entry: Entry, place: Place) => readChange(place, (ref) => (ref.seq === entry.seq ? entry : log.read(ref)))

  const judge = (change: WholeChange) => {
    const verdict = history.record(change, onDifference)
    const { entry, document } = change
    if (verdict.kind === 'refused') {
      logger.warn('change quarantined', { code: verdict.code, document, log: entry.log, seq: entry.seq })
      // Our own: sound when it was made, or it would not be here. Show what the others will see.
      if (entry.log === log.self) onDifference(document)
      return
    }
    if (verdict.kind === 'accepted' && entry.log !== log.self) apply(change)
    onChange(change)
  }

  const apply = ({ document, update, entry }: WholeChange) => {
    const open = opened(document)
    try {
      open?.applyFromLog(update)
    } catch (error) {
      if (error instanceof PeerError) throw error
      // Sound by itself, and still more than Yjs can take (nested beyond the stack): one note is spoilt, the peer goes on.
      logger.warn('change broke a document', { document, log: entry.log, seq: entry.seq, error: String(error) })
    }
  }

  const refuse = (entry: Entry) => {
    const code = 'DOCUMENTS_UPDATE_MALFORMED'
    history.refusals.set(code, (history.refusals.get(code) ?? 0) + 1)
    logger.warn('entry quarantined', { code, log: entry.log, seq: entry.seq })
  }

  const checkpoint: CheckpointPart = {
    tables: [],
    write: (writer) => {
      const waiting = gatherer.list()
      writer.varint(waiting.length)
      for (const { log: id, seq } of waiting) writer.raw(fromHex(deviceOf(id))).raw(fromHex(sessionOf(id))).varint(seq)
    },
    read: (reader) => {
      for (let count = reader.varint(); count > 0; count--) gatherer.wait(log.read({ log: readLogId(reader), seq: reader.varint() }))
    },
  }

  return {
    take,
    checkpoint,
    get waitingParts() {
      return gatherer.waiting
    },
  }
}
