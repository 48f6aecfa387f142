/** A window of one machine, with the notes that are open in it. */
import type { DocumentId, WorkspaceId } from '../base/ids.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { Book } from './book.ts'
import type { Chance } from './chance.ts'
import { openNoteSession } from './note-session.ts'
import type { NoteSession } from './note-session.ts'
import { createScreenPipe } from './screen-pipe.ts'
import type { PeerScreen, ScreenPipe } from './screen-pipe.ts'
import type { PeerClock } from './virtual-time.ts'
import type { WindowNote } from './window-note.ts'

export interface Window {
  readonly name: string
  readonly pipe: ScreenPipe
  /** Notes that are open and attached. */
  notes(): readonly WindowNote[]
  isOpen(document: DocumentId): boolean
  /** Opens a note. */
  open(document: DocumentId): void
  close(): void
}

export interface WindowInit {
  readonly name: string
  readonly screen: PeerScreen
  readonly workspace: WorkspaceId
  readonly clock: PeerClock
  readonly chance: Chance
  readonly book: Book
  readonly on: WindowListener
}

export interface WindowListener {
  readonly cleanup: () => void
  readonly remote: (window: Window, note: WindowNote) => void
  readonly saved: (window: Window, markers: readonly number[]) => void
  readonly refused: (window: Window, what: string, code: ErrorCode, error: unknown) => void
  /** The list of notes changed. */
  readonly list: (window: Window) => void
}

export const openWindow = ({ name, screen, workspace, clock, chance, book, on }: WindowInit): Window => {
  const sessions = new Map<DocumentId, NoteSession>()
  const pipe = createScreenPipe(screen, clock, chance, (event) => {
    if (event.kind === 'update') sessions.get(event.document)?.take(event.update)
    if (event.kind === 'documents') on.list(window)
  })
  const open = (document: DocumentId) => {
    if (sessions.has(document)) return
    const session = openNoteSession({
      workspace, document, pipe, book, name,
      onCleanup: on.cleanup,
      onRemote: (note) => on.remote(window, note),
      onSaved: (markers) => on.saved(window, markers),
      onRefused: (what, code, error) => {
        if (what === 'attach') sessions.delete(document)
        on.refused(window, what, code, error)
      },
    })
    sessions.set(document, session)
  }
  const window: Window = {
    name,
    pipe,
    notes: () => [...sessions.values()].map((session) => session.note()).filter((note) => note !== undefined),
    isOpen: (document) => sessions.has(document),
    open,
    close: () => {
      for (const session of sessions.values()) session.end()
      sessions.clear()
      pipe.close()
    },
  }
  return window
}
