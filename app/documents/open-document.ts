/** A document that is open: its Y.Doc, who looks at it, and what happened in it that is not in the log yet. */
import * as Y from 'yjs'
import type { DocumentId } from '../base/ids.ts'
import { PEER_SCREEN } from './client-id.ts'
import { createDoc, LOG, replay } from './create-doc.ts'

/** Origin of what the peer itself writes. */
const PEER = Symbol('peer')

/** A screen's replica, as the document sees it. */
export interface Viewer {
  readonly screen: number
  show(update: Uint8Array): void
}

/** A transaction that has yet to be logged. Only its own screen knows of it until then. */
export interface Unlogged {
  readonly screen: number
  /** What goes to the log. */
  readonly update: Uint8Array
  /** What other viewers lack. */
  readonly shown: Uint8Array
  readonly author: Viewer | undefined
  readonly settle: PromiseWithResolvers<void> | undefined
}

export interface OpenDocument {
  readonly document: DocumentId
  readonly doc: Y.Doc
  readonly viewers: Set<Viewer>
  readonly unlogged: readonly Unlogged[]
  /** Applies what another peer wrote. Yjs may clean up formatting after it: that is ours to log. */
  applyFromLog(update: Uint8Array): void
  /** Applies a screen's edit, checked before. Undefined when it changes nothing; else what becomes of it. */
  applyFromScreen(author: Viewer, update: Uint8Array): Promise<void> | undefined
  /** A change of the peer itself: all of it, or nothing when `write` throws. */
  edit(clientId: number, write: (doc: Y.Doc) => void): void
  /** Hands over what has to be logged. */
  takeUnlogged(): readonly Unlogged[]
  /** These are in the log now: the other viewers may see them. */
  logged(edits: readonly Unlogged[], saved: Promise<void>): void
  /** Goes back to what the log says. Whatever waits to be logged is lost, and whoever waits for it is told. */
  rollBack(error: unknown): void
  close(): void
}

interface ScreenEdit {
  readonly author: Viewer
  readonly update: Uint8Array
  settle: PromiseWithResolvers<void> | undefined
}

/** @param logged reads the document's accepted changes from the log
 *  @param onReset called with each new Y.Doc: the first one, and one after each roll-back */
export const openDocument = (
  document: DocumentId, logged: () => Iterable<Uint8Array>, onReset?: (doc: Y.Doc) => void,
): OpenDocument => {
  const viewers = new Set<Viewer>()
  let unlogged: Unlogged[] = []
  let screenEdit: ScreenEdit | undefined
  let doc = load()

  function load(): Y.Doc {
    const loaded = createDoc(document)
    replay(loaded, logged())
    loaded.on('update', (update: Uint8Array, origin: unknown) => noticed(update, origin))
    onReset?.(loaded)
    return loaded
  }

  /** Every transaction, the formatting clean-ups of Yjs included: unlogged, they would make replicas differ. */
  const noticed = (update: Uint8Array, origin: unknown) => {
    if (origin === LOG) show(update, undefined)
    else if (screenEdit && origin === screenEdit) {
      screenEdit.settle = Promise.withResolvers()
      unlogged.push({ screen: screenEdit.author.screen, shown: update, ...screenEdit })
    } else unlogged.push({ screen: PEER_SCREEN, update, shown: update, author: undefined, settle: undefined })
  }

  const show = (update: Uint8Array, author: Viewer | undefined) => {
    for (const viewer of [...viewers]) if (viewer !== author) viewer.show(update)
  }

  const takeUnlogged = (): readonly Unlogged[] => {
    const taken = unlogged
    unlogged = []
    return taken
  }

  const rollBack = (error: unknown) => {
    for (const { settle } of takeUnlogged()) settle?.reject(error)
    doc.destroy()
    doc = load()
  }

  const applyFromScreen: OpenDocument['applyFromScreen'] = (author, update) => {
    const edit: ScreenEdit = (screenEdit = { author, update, settle: undefined })
    try {
      Y.applyUpdate(doc, update, edit)
      return edit.settle?.promise
    } finally {
      screenEdit = undefined
    }
  }

  return {
    document,
    viewers,
    get doc() {
      return doc
    },
    get unlogged() {
      return unlogged
    },
    applyFromLog: (update) => Y.applyUpdate(doc, update, LOG),
    applyFromScreen,
    edit: (clientId, write) => {
      doc.clientID = clientId
      try {
        doc.transact(() => write(doc), PEER)
      } catch (error) {
        rollBack(error)
        throw error
      }
    },
    takeUnlogged,
    logged: (edits, saved) => {
      for (const { shown, author, settle } of edits) {
        settle?.resolve(saved)
        show(shown, author)
      }
    },
    rollBack,
    close: () => doc.destroy(),
  }
}
