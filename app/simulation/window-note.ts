/** One note in one window: a Yjs replica beside the peer, one edit under way and the rest waiting, as the real window does. */
import * as Y from 'yjs'
import { Doc } from 'yjs'
import type { DocumentId } from '../base/ids.ts'
import type { Book } from './book.ts'
import { checkCausalOrder } from './book.ts'
import { markersOf, textsBelow, textsOf } from './note-tree.ts'

/** Origin of what came from the peer. */
const PEER = Symbol('peer')
/** Origin of what a person does in this window. */
const TYPING = Symbol('typing')

export interface Outgoing {
  readonly update: Uint8Array
  readonly markers: readonly number[]
}

export interface WindowNote {
  readonly document: DocumentId
  readonly doc: Y.Doc
  /** Markers that were ever visible here. */
  readonly everSeen: ReadonlySet<number>
  /** As of the last transaction. */
  hasMarker(text: Y.XmlText): boolean
  /** From the peer. */
  take(update: Uint8Array): void
  /** One edit of a person. `act` gives the markers it writes. */
  edit(act: () => readonly number[]): void
  destroy(): void
}

export interface WindowNoteInit {
  readonly document: DocumentId
  readonly clientId: number
  readonly state: Uint8Array
  readonly book: Book
  /** For the book: whose window. */
  readonly name: string
  readonly send: (outgoing: Outgoing) => void
  /** Yjs wrote something by itself while applying what came from the peer. */
  readonly onCleanup: () => void
}

/** Looks at each text once, and again when it changed: looking for markers in all of them at every turn was a tenth of a run. */
const createMarkerIndex = (doc: Y.Doc) => {
  const known = new WeakMap<Y.XmlText, readonly number[]>()
  const read = (text: Y.XmlText): readonly number[] => {
    const markers = markersOf([text])
    known.set(text, markers)
    return markers
  }
  return {
    all: () => textsOf(doc).flatMap(read),
    /** A marker can become visible only in a text that changed, or that is new below an element that did. */
    changedBy: ({ changed }: Y.Transaction): number[] => {
      const freshIn = (type: unknown) => (type instanceof Y.XmlFragment ? textsBelow(type).filter((text) => !known.has(text)) : [])
      const texts = [...changed.keys()].flatMap((type) => (type instanceof Y.XmlText ? [type] : freshIn(type)))
      return [...new Set(texts)].flatMap(read)
    },
    has: (text: Y.XmlText) => (known.get(text) ?? read(text)).length > 0,
  }
}

export const openWindowNote = ({ document, clientId, state, book, name, send, onCleanup }: WindowNoteInit): WindowNote => {
  const doc = new Doc({ guid: document })
  doc.clientID = clientId
  const everSeen = new Set<number>()
  let markers: readonly number[] = []

  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin === PEER) return
    if (origin !== TYPING) onCleanup()
    send({ update, markers: origin === TYPING ? markers : [] })
  })
  Y.applyUpdate(doc, state, PEER)
  const look = (visible: readonly number[]) => {
    const fresh = visible.filter((marker) => !everSeen.has(marker))
    for (const marker of fresh) everSeen.add(marker)
    checkCausalOrder(book, fresh, everSeen, `${name}, note ${document.slice(0, 4)}`)
  }
  const index = createMarkerIndex(doc)
  look(index.all())
  doc.on('afterTransaction', (transaction: Y.Transaction) => look(index.changedBy(transaction)))

  return {
    document,
    doc,
    everSeen,
    hasMarker: index.has,
    take: (update) => Y.applyUpdate(doc, update, PEER),
    edit: (act) => doc.transact(() => {
      markers = act()
    }, TYPING),
    destroy: () => doc.destroy(),
  }
}
