/** The notes of one workspace: Yjs documents whose updates are entries of the log. */
import type { Clock } from '../base/clock.ts'
import { toHex, toUtf8 } from '../base/codec.ts'
import { codeOf, PeerError } from '../base/errors.ts'
import { deviceOf, documentId, type DocumentId, type WorkspaceId } from '../base/ids.ts'
import { DOCUMENTS_MAX, MARKDOWN_BYTES_MAX } from '../base/limits.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import type { EntryLog } from '../log/log.types.ts'
import type { Vault } from '../log/vault.ts'
import { createBlock, emptyNote, readBlocks, writeBlocks, type Block } from './blocks.ts'
import type { Sha256 } from './client-id.ts'
import { canonicalState } from './create-doc.ts'
import type { Documents } from './documents.types.ts'
import { endOfNote } from './end-of-note.ts'
import { addItem, changeItem, checkTitle } from './index-document.ts'
import { blocksFromMarkdown, markdownFromBlocks } from './markdown.ts'
import type { OpenDocument } from './open-document.ts'
import { attachReplica } from './replica.ts'
import { createShelf, type Shelf } from './shelf.ts'
import { CONTENT, treeOf } from './tree.ts'

/** Yjs spreads what it inserts over the stack, which overflows at some 100,000. */
const BLOCKS_AT_ONCE = 1000

export interface DocumentsParts {
  readonly log: EntryLog
  readonly workspace: WorkspaceId
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly sha256: Sha256
  /** Where documents are kept between runs; undefined: nowhere. */
  readonly vault?: Vault
}

/** To be created before the log starts: it takes every entry that is released. */
export const createDocuments = (parts: DocumentsParts): Documents => {
  const shelf = createShelf(parts)
  const { history, listing, writer, intake } = shelf
  const content = (document: DocumentId) => shelf.open(document).doc.getXmlFragment(CONTENT)

  return {
    ...createEdits(shelf, parts),
    list: listing.list,
    onList: listing.onList,
    onChange: shelf.changes.on,
    markdown: (document) => markdownFromBlocks(readBlocks(content(document))),
    json: (document) => treeOf(content(document)),
    state: (document) => canonicalState(shelf.open(document).doc),
    extent: (document) => history.extent(shelf.find(document).document),
    attach: (document, screen) => {
      const open = shelf.open(document)
      // Somebody wrote to it who never made it: no page to type into.
      if (!listing.isNewer(document) && content(document).length === 0) throw new PeerError('DOCUMENTS_WAITING', { document })
      writer.tryFlush(open)
      const clientId = history.clientId({ log: parts.log.self, screen })
      const wasBarred = shelf.barred(document)
      return attachReplica({
        open, writer, screen, clientId,
        // Trashed while somebody types: what is typed is kept, the note comes back whole or not at all.
        barred: () => (wasBarred || listing.isNewer(document) ? shelf.barred(document) : undefined),
        onDetach: () => writer.tryFlush(open),
      })
    },
    get quarantined() {
      return history.refusals
    },
    get pendingParts() {
      return intake.waitingParts
    },
    checkpoint: shelf.checkpoint,
    onDisplacement: history.onDisplacement,
    stop: () => stopShelf(shelf, parts.logger),
  }
}

const stopShelf = (shelf: Shelf, logger: Logger) => {
  try {
    shelf.writer.flush([shelf.indexDocument, ...shelf.library.all()])
  } catch (error) {
    logger.warn('stopped with edits that could not be logged', { code: codeOf(error) })
  }
  shelf.stop()
}

/** What the peer itself writes, for the command line and the list. */
const createEdits = (shelf: Shelf, { log, clock, random }: DocumentsParts) => {
  const { index, indexDocument, library, listing, writer } = shelf
  const newId = () => toHex(random.bytes(16))

  /** As one batch: the line of the index comes first, so that a note of which only a part has arrived is known to be missing. */
  const save = (opens: readonly OpenDocument[]): Promise<void> => {
    const ref = writer.flush(opens)
    return ref ? log.saved(ref) : Promise.resolve()
  }

  const checkIndex = () => {
    if (listing.isNewer(indexDocument.document)) throw new PeerError('DOCUMENTS_READ_ONLY')
  }

  const changeLine = async (document: DocumentId, change: Parameters<typeof changeItem>[2]) => {
    shelf.find(document)
    checkIndex()
    indexDocument.edit(shelf.peerClientId(), (doc) => changeItem(doc, document, change))
    await save([...[library.get(document)].filter((open) => open !== undefined), indexDocument])
  }

  const write = (open: OpenDocument, blocks: readonly Block[]) =>
    open.edit(shelf.peerClientId(), (doc) => {
      const content = doc.getXmlFragment(CONTENT)
      const end = endOfNote(content)
      for (let from = 0; from < blocks.length; from += BLOCKS_AT_ONCE) {
        writeBlocks(content, blocks.slice(from, from + BLOCKS_AT_ONCE), end + from)
      }
    })

  const create: Documents['create'] = (title, markdown) => {
    const item = { document: documentId(newId()), title: checkTitle(title), createdMs: clock.nowMs(), createdBy: deviceOf(log.self) }
    checkIndex()
    if (index.items.size >= DOCUMENTS_MAX) throw new PeerError('DOCUMENTS_TOO_MANY')
    const blocks = blocksFromMarkdown(checkText(markdown), newId)
    const note = library.open(item.document)
    write(note, blocks.length > 0 ? blocks : emptyNote(newId))
    indexDocument.edit(shelf.peerClientId(), (doc) => addItem(doc, item))
    return { document: item.document, saved: save([indexDocument, note]) }
  }

  const append: Documents['append'] = async (document, text) => {
    const open = shelf.open(document)
    const bar = shelf.barred(document)
    if (bar) throw new PeerError(bar, { document })
    write(open, paragraphs(checkText(text), newId))
    await save([open])
  }

  return {
    create,
    append,
    rename: async (document: DocumentId, title: string) => changeLine(document, { title: checkTitle(title) }),
    trash: async (document: DocumentId) => changeLine(document, { trashedMs: clock.nowMs() }),
    restore: async (document: DocumentId) => changeLine(document, { trashedMs: null }),
  }
}

/** @throws DOCUMENTS_TOO_LARGE */
const checkText = (text: string): string => {
  // Half a surrogate pair would come back from the disk as something else.
  const whole = text.toWellFormed()
  const bytes = toUtf8(whole).length
  if (bytes > MARKDOWN_BYTES_MAX) throw new PeerError('DOCUMENTS_TOO_LARGE', { bytes })
  return whole
}

const paragraphs = (text: string, newId: () => string): Block[] =>
  text.split(/\r?\n/).map((line) => createBlock(newId(), 'paragraph', { content: line === '' ? [] : [{ text: line, marks: {} }] }))
