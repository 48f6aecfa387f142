/** The one notebook of this window, and the guard against closing it with unsaved typing. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { DocumentId, WorkspaceId } from '../../app/base/ids.ts'
import type { Connection } from '../peer/connection.ts'
import { useConnection } from '../peer/peer-context.tsx'
import { createNotebook, type Notebook } from './notebook.ts'
import type { NoteSession, NoteState } from './session.ts'

const notebooks = new WeakMap<Connection, Notebook>()

const notebookOf = (connection: Connection): Notebook => {
  const known = notebooks.get(connection)
  if (known !== undefined) return known
  const notebook = createNotebook(connection)
  notebooks.set(connection, notebook)
  addEventListener('beforeunload', (event) => {
    if (notebook.hasUnsaved()) event.preventDefault()
  })
  return notebook
}

export const useNotebook = (): Notebook => notebookOf(useConnection())

/** Opens the note while it is on the screen. */
export const useNoteSession = (workspace: WorkspaceId, document: DocumentId): NoteSession | null => {
  const notebook = useNotebook()
  const note = useMemo(() => ({ workspace, document }), [workspace, document])
  const [session, setSession] = useState<NoteSession | null>(null)
  useEffect(() => {
    setSession(notebook.open(note))
    return () => notebook.release(note)
  }, [notebook, note])
  return session
}

const OPENING: NoteState = { kind: 'opening' }
const never = () => () => undefined

export const useNoteState = (session: NoteSession | null): NoteState =>
  useSyncExternalStore(session?.subscribe ?? never, session?.get ?? (() => OPENING))
