/** What can be done with notes from anywhere: new, trash with undo, restore. Failures are told in a toast. */
import { useMemo } from 'react'
import type { DocumentView } from '../../app/api/views.ts'
import type { DocumentId, WorkspaceId } from '../../app/base/ids.ts'
import { useToast } from '../components/toasts.tsx'
import { useRun } from '../peer/peer-context.tsx'
import { navigate, parseRoute } from '../routes.ts'
import { strings } from '../strings.ts'

export interface NoteCommands {
  readonly create: (title?: string) => Promise<void>
  /** Opens the note with its title selected. */
  readonly rename: (document: DocumentId) => void
  readonly trash: (note: Pick<DocumentView, 'document' | 'title'>) => Promise<void>
  readonly restore: (note: Pick<DocumentView, 'document' | 'title'>) => Promise<void>
  /** True once for the note whose title was to be selected. */
  readonly takeRenaming: (document: DocumentId) => boolean
}

export const useNoteCommands = (workspace: WorkspaceId): NoteCommands => {
  const run = useRun()
  const { say, fail } = useToast()
  return useMemo(() => {
    let renaming: DocumentId | null = null

    const rename = (document: DocumentId) => {
      renaming = document
      navigate({ kind: 'notes', workspace, document })
      // Already open: its title field is there to be found.
      dispatchEvent(new Event(RENAME_EVENT))
    }

    const restore = async ({ document, title }: Pick<DocumentView, 'document' | 'title'>) => {
      try {
        await run('document.restore', { workspace, document })
        say(strings.toast.restored(title))
      } catch (error) {
        fail(error)
      }
    }

    return {
      create: async (title = strings.note.untitled) => {
        try {
          const { document } = await run('document.create', { workspace, title, markdown: '' })
          if (title === strings.note.untitled) rename(document)
          else navigate({ kind: 'notes', workspace, document })
        } catch (error) {
          fail(error)
        }
      },
      rename,
      restore,
      trash: async (note) => {
        try {
          await run('document.trash', { workspace, document: note.document })
          leave(note.document)
          say(strings.toast.trashed(note.title), { label: strings.toast.undo, act: () => void restore(note) })
        } catch (error) {
          fail(error)
        }
      },
      takeRenaming: (document) => {
        if (renaming !== document) return false
        renaming = null
        return true
      },
    }
  }, [workspace, run, say, fail])
}

/** What one has just thrown away is no longer looked at. */
const leave = (document: DocumentId) => {
  const route = parseRoute(location.hash)
  if (route.kind === 'notes' && route.document === document) navigate({ ...route, document: null })
}

/** Tells an open note that its title is to be selected. */
export const RENAME_EVENT = 'lanyard:rename'
