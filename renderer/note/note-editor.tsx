/** The text of a note: BlockNote over this window's replica. Its own chunk, and the only place that knows BlockNote. */
import { en } from '@blocknote/core/locales'
import { withCollaboration } from '@blocknote/core/yjs'
import { BlockNoteView } from '@blocknote/mantine'
import { MantineProvider } from '@mantine/core'
import { useCreateBlockNote } from '@blocknote/react'
import { useEffect, useLayoutEffect } from 'react'
import { useShownTheme } from '../components/theme.ts'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'
import { renderCursor } from './cursor.ts'
import './note.css'
import { noteSchema } from './schema.ts'
import type { NoteReplica } from './session.ts'
import { SlashMenu, type Editor } from './slash-menu.tsx'

const { placeholder } = strings.note
const dictionary = { ...en, placeholders: { ...en.placeholders, default: placeholder, emptyDocument: placeholder } }

/** A picture elsewhere would tell its server who reads this note, and when: only what is here is shown. */
const localUrl = async (url: string): Promise<string> => (/^(data|blob):/.test(url) ? url : 'data:,')

interface EditorProps {
  readonly replica: NoteReplica
  readonly isEditable: boolean
}

export default function NoteEditor({ replica, isEditable }: EditorProps) {
  const theme = useShownTheme()
  // The types of BlockNote don't hold under exactOptionalPropertyTypes.
  const editor = useCreateBlockNote(
    withCollaboration({
      dictionary,
      schema: noteSchema,
      resolveFileUrl: localUrl,
      domAttributes: { editor: { 'aria-label': strings.note.body, 'data-testid': testIds.noteEditor } },
      collaboration: {
        fragment: replica.doc.getXmlFragment('content'),
        // Others take the name from the machine's signed profile, never from here.
        user: { name: '', color: '#000000' },
        provider: { awareness: replica.presence.awareness },
        renderCursor,
        showCursorLabels: 'always',
      },
    }),
    [replica],
  ) as unknown as Editor
  useKeptCaret(editor, replica.caret)
  return (
    <div className="note-editor">
      {/* Ours, so that Mantine puts no styles into the page beside the editor's. */}
      <MantineProvider withCssVariables={false} withGlobalClasses={false} getRootElement={() => undefined}>
        <BlockNoteView editor={editor} editable={isEditable} theme={theme} slashMenu={false}>
          <SlashMenu editor={editor} />
        </BlockNoteView>
      </MantineProvider>
    </div>
  )
}

/** The caret stays where it was when this editor replaces another after a new attach. */
const useKeptCaret = (editor: Editor, caret: NoteReplica['caret']) => {
  useLayoutEffect(
    () => () => {
      const { selection } = editor.prosemirrorState
      caret.kept = { from: selection.from, to: selection.to, hasFocus: editor.isFocused() }
    },
    [editor, caret],
  )
  useEffect(() => {
    const { kept } = caret
    caret.kept = null
    if (kept?.hasFocus !== true) return
    editor._tiptapEditor.commands.focus()
    editor._tiptapEditor.commands.setTextSelection(kept)
  }, [editor, caret])
}
