/** A document that is open: its Y.Doc, who looks at it, and what happened in it that is not in the log yet. */
import * as Y from 'yjs'
import type { DocumentId } from '../base/ids.ts'
import { PEER_SCREEN } from './client-id.ts'
import { createDoc, LOG, replay, replayState } from './create-doc.ts'

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

/** What the log holds of a document. */
export interface Logged {
  /** As it was kept (Yjs, V2), if it was. */
  readonly state: Uint8Array | undefined
  /** The accepted changes that the state doesn't hold. */
  updates(): Iterable<Uint8Array>
}

export interface OpenDocument {
  readonly document: DocumentId
  /** It holds every accepted change, and nothing else. */
  readonly isWhole: boolean
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
  /** What the log holds has become known. */
  reload(): void
  close(): void
}

/** Origin of a screen's edit. */
interface ScreenEdit {
  readonly author: Viewer
  readonly update: Uint8Array
  settle: PromiseWithResolvers<void> | undefined
}

/** @param readLogged reads what the log holds of the document
 *  @param onReset called with each new Y.Doc: the first one, and one after each roll-back */
export const openDocument = (
  document: DocumentId, readLogged: () => Logged, onReset?: (doc: Y.Doc) => void,
): OpenDocument => {
  const viewers = new Set<Viewer>()
  const pending = createPending()
  /** Yjs broke off in the middle of a change. */
  let isSpoilt = false
  let doc = load()

  function load(): Y.Doc {
    const loaded = createDoc(document)
    const { state, updates } = readLogged()
    if (state) replayState(loaded, state)
    replay(loaded, updates())
    isSpoilt = false
    loaded.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === LOG) show(update, undefined)
      else pending.add(update, origin)
    })
    onReset?.(loaded)
    return loaded
  }

  const show = (update: Uint8Array, author: Viewer | undefined) => {
    for (const viewer of [...viewers]) if (viewer !== author) viewer.show(update)
  }

  const rollBack = (error: unknown) => {
    for (const { settle } of pending.take()) settle?.reject(error)
    doc.destroy()
    doc = load()
  }

  const edit: OpenDocument['edit'] = (clientId, write) => {
    doc.clientID = clientId
    try {
      doc.transact(() => write(doc), PEER)
    } catch (error) {
      rollBack(error)
      throw error
    }
  }

  return {
    document,
    viewers,
    get doc() {
      return doc
    },
    get unlogged() {
      return pending.all()
    },
    get isWhole() {
      return !isSpoilt && pending.all().length === 0
    },
    applyFromLog: (update) => {
      try {
        Y.applyUpdate(doc, update, LOG)
      } catch (error) {
        isSpoilt = true
        throw error
      }
    },
    applyFromScreen: (author, update) =>
      pending.during({ author, update, settle: undefined }, (origin) => Y.applyUpdate(doc, update, origin)),
    edit,
    takeUnlogged: pending.take,
    logged: (edits, saved) => {
      for (const { shown, author, settle } of edits) {
        settle?.resolve(saved)
        show(shown, author)
      }
    },
    rollBack,
    reload: () => {
      doc.destroy()
      doc = load()
    },
    close: () => doc.destroy(),
  }
}

/** Every transaction that did not come from the log, in order: Yjs's formatting clean-ups (without an origin) included. Unlogged, those
 *  leave replicas different: 100 of 600 random runs, 24 of them for all to see. */
const createPending = () => {
  let unlogged: Unlogged[] = []
  let screenEdit: ScreenEdit | undefined

  const add = (update: Uint8Array, origin: unknown) => {
    if (screenEdit && origin === screenEdit) {
      screenEdit.settle = Promise.withResolvers()
      // Who waits for it hears of a failure; when nobody does, it is no crash.
      screenEdit.settle.promise.catch(() => {})
      // What the screen said goes to the log, not what it came to here: text typed into a paragraph that somebody deletes stays readable.
      unlogged.push({ screen: screenEdit.author.screen, shown: update, ...screenEdit })
    } else unlogged.push({ screen: PEER_SCREEN, update, shown: update, author: undefined, settle: undefined })
  }

  const take = (): readonly Unlogged[] => {
    const taken = unlogged
    unlogged = []
    return taken
  }

  /** Answers what becomes of the edit; undefined when it changed nothing. */
  const during = (edit: ScreenEdit, apply: (origin: ScreenEdit) => void): Promise<void> | undefined => {
    screenEdit = edit
    try {
      apply(edit)
      return edit.settle?.promise
    } finally {
      screenEdit = undefined
    }
  }

  return { add, take, during, all: (): readonly Unlogged[] => unlogged }
}
