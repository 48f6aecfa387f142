/** All that holds the documents of one workspace, wired: what comes from the log goes in here, what is read comes from here. */
import type { Clock } from '../base/clock.ts'
import { createEmitter, type Emitter } from '../base/emitter.ts'
import { PeerError, type ErrorCode } from '../base/errors.ts'
import type { DocumentId, WorkspaceId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { CheckpointPart } from '../log/checkpoint.ts'
import type { EntryLog, EntryRef } from '../log/log.types.ts'
import type { Vault } from '../log/vault.ts'
import { PEER_SCREEN, type Sha256 } from './client-id.ts'
import { createHistory, type History, type WholeChange } from './history.ts'
import { createIndexView, indexDocumentId, type IndexItem, type IndexView } from './index-document.ts'
import { createIntake, type Intake } from './intake.ts'
import { createKeeper } from './keeper.ts'
import { createKeptStates } from './kept-states.ts'
import { createLibrary, type Library } from './library.ts'
import { createListing, type Listing } from './listing.ts'
import { createLogWriter, type LogWriter } from './log-writer.ts'
import { openDocument, type OpenDocument } from './open-document.ts'

interface ShelfParts {
  readonly log: EntryLog
  readonly workspace: WorkspaceId
  readonly clock: Clock
  readonly logger: Logger
  readonly sha256: Sha256
  /** Where documents are kept between runs; undefined: nowhere. */
  readonly vault?: Vault
}

export interface Shelf {
  readonly history: History
  readonly index: IndexView
  /** Always open. */
  readonly indexDocument: OpenDocument
  readonly library: Library
  readonly listing: Listing
  readonly writer: LogWriter
  readonly intake: Intake
  readonly changes: Emitter<{ readonly document: DocumentId; readonly ref: EntryRef }>
  /** @throws DOCUMENTS_UNKNOWN */
  find(document: DocumentId): IndexItem
  /** @throws DOCUMENTS_UNKNOWN, DOCUMENTS_WAITING */
  open(document: DocumentId): OpenDocument
  /** Why nobody may edit the document now. */
  barred(document: DocumentId): ErrorCode | undefined
  /** Of what the peer itself writes. */
  peerClientId(): number
  readonly checkpoint: CheckpointPart
  stop(): void
}

export const createShelf = ({ log, workspace, clock, logger, sha256, vault }: ShelfParts): Shelf => {
  const history = createHistory(log, sha256)
  const index = createIndexView()
  const indexId = indexDocumentId(sha256, workspace)
  const states = createKeptStates({ vault, history, logger })
  const indexDocument = openDocument(indexId, () => states.logged(indexId), index.bind)
  const library = createLibrary(states.logged, (open) => keeper.closing(open))
  const listing = createListing({ history, index, clock })
  const writer = createLogWriter({ log, clock, logger })
  const changes: Shelf['changes'] = createEmitter()
  const opened = (document: DocumentId) => (document === indexId ? indexDocument : library.get(document))
  const keeper = createKeeper({ states, clock, logger, documents: () => history.documents, opened })

  const onChange = ({ entry, document }: WholeChange) => {
    const open = opened(document)
    // Yjs may have cleaned up formatting. Not logged from within the log's own event: soon.
    if (open) writer.changed(open, PEER_SCREEN)
    const ref = { log: entry.log, seq: entry.seq }
    if (document === indexId) {
      for (const touched of index.takeTouched()) {
        history.touch(touched, entry)
        changes.emit({ document: touched, ref })
      }
      return listing.changed()
    }
    changes.emit({ document, ref })
    if (history.track(document)?.changes === 1 || entry.schema > (index.items.get(document)?.schema ?? 0)) listing.changed()
    else listing.timesChanged()
  }

  const onDifference = (document: DocumentId) =>
    opened(document)?.rollBack(new PeerError('DOCUMENTS_UPDATE_FOREIGN', { document }))

  const intake = createIntake({ log, logger, history, opened, onChange, onDifference })
  const cancels = [log.onEntry(intake.take), log.onSettled(() => vault && keeper.disturb()), history.onDisplacement(states.dropAll)]

  const find = (document: DocumentId): IndexItem => {
    const item = index.items.get(document)
    if (!item) throw new PeerError('DOCUMENTS_UNKNOWN', { document })
    return item
  }

  return {
    history, index, indexDocument, library, listing, writer, intake, changes, find,
    open: (document) => {
      find(document)
      if (!listing.isHere(document)) throw new PeerError('DOCUMENTS_WAITING', { document })
      return library.open(document)
    },
    barred: (document) => {
      if (listing.isNewer(document) || listing.isNewer(indexId)) return 'DOCUMENTS_READ_ONLY'
      return index.items.get(document)?.trashedMs === undefined ? undefined : 'DOCUMENTS_TRASHED'
    },
    peerClientId: () => history.clientId({ log: log.self, screen: PEER_SCREEN }),
    stop: () => {
      for (const cancel of cancels) cancel()
      keeper.stop()
      writer.stop()
      listing.stop()
      for (const open of [indexDocument, ...library.all()]) {
        keeper.closing(open)
        open.close()
      }
    },
    checkpoint: {
      tables: history.checkpoint.tables,
      write: (out) => {
        history.checkpoint.write(out)
        intake.checkpoint.write(out)
      },
      read: (reader) => {
        history.checkpoint.read(reader)
        intake.checkpoint.read(reader)
        indexDocument.reload()
        listing.changed()
      },
    },
  }
}
