/** The notes open in this window. One that is left with unsaved typing stays attached, unseen, until it is saved. */
import type { Connection } from '../peer/connection.ts'
import { openNoteSession, type NoteAddress, type NoteSession } from './session.ts'

export interface Notebook {
  /** The answer is to be given back with `release`. */
  readonly open: (note: NoteAddress) => NoteSession
  readonly release: (note: NoteAddress) => void
  readonly hasUnsaved: () => boolean
  /** Left with typing that is not saved yet. */
  readonly lingering: () => readonly NoteAddress[]
  readonly subscribe: (listener: () => void) => () => void
  readonly retryAll: () => void
}

interface Shelf {
  readonly note: NoteAddress
  readonly session: NoteSession
  readers: number
}

const keyOf = (note: NoteAddress) => `${note.workspace}/${note.document}`
const NONE: readonly NoteAddress[] = []

export const createNotebook = (connection: Connection): Notebook => {
  const shelves = new Map<string, Shelf>()
  const listeners = new Set<() => void>()
  let lingering = NONE

  const closeIfDone = (shelf: Shelf) => {
    if (shelf.readers > 0 || shelf.session.hasUnsaved()) return
    shelves.delete(keyOf(shelf.note))
    shelf.session.close()
  }

  const changed = (shelf: Shelf) => {
    closeIfDone(shelf)
    const left = [...shelves.values()].filter(({ readers, session }) => readers === 0 && session.hasUnsaved()).map(({ note }) => note)
    if (left.length === 0 && lingering.length === 0) return
    lingering = left.length === 0 ? NONE : left
    for (const listener of [...listeners]) listener()
  }

  const put = (note: NoteAddress): Shelf => {
    const shelf: Shelf = { note, session: openNoteSession(connection, note), readers: 0 }
    shelves.set(keyOf(note), shelf)
    shelf.session.subscribe(() => {
      if (shelf.readers === 0) changed(shelf)
    })
    return shelf
  }

  return {
    open: (note) => {
      const shelf = shelves.get(keyOf(note)) ?? put(note)
      shelf.readers++
      changed(shelf)
      return shelf.session
    },
    release: (note) => {
      const shelf = shelves.get(keyOf(note))
      if (shelf === undefined) return
      shelf.readers--
      changed(shelf)
    },
    hasUnsaved: () => [...shelves.values()].some(({ session }) => session.hasUnsaved()),
    lingering: () => lingering,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    retryAll: () => {
      for (const { session } of shelves.values()) if (session.hasUnsaved()) session.retry()
    },
  }
}
