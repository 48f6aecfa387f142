import { useEffect, useRef, type KeyboardEvent } from 'react'
import { sentence } from '../../app/base/errors.ts'
import type { DocumentId } from '../../app/base/ids.ts'
import { RENAME_EVENT, type NoteCommands } from '../screens/use-note-commands.ts'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'
import type { NoteSession } from './session.ts'

interface TitleProps {
  readonly session: NoteSession
  readonly document: DocumentId
  /** As the list has it. */
  readonly title: string
  readonly isEditable: boolean
  readonly commands: NoteCommands
  /** On to the text. */
  readonly onDone: () => void
}

export const TitleField = ({ session, document, title, isEditable, commands, onDone }: TitleProps) => {
  const field = useRef<HTMLTextAreaElement>(null)
  const draft = session.title
  const code = draft.code()

  useEffect(() => {
    const selectIfAsked = () => {
      if (commands.takeRenaming(document)) field.current?.select()
    }
    selectIfAsked()
    addEventListener(RENAME_EVENT, selectIfAsked)
    return () => removeEventListener(RENAME_EVENT, selectIfAsked)
  }, [commands, document])

  const onBlur = () => {
    if (draft.text()?.trim() === '') draft.forget()
    else draft.flush()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== 'ArrowDown') return
    event.preventDefault()
    onDone()
  }

  return (
    <>
      {/* Of several lines, so that a long title is read whole; it never holds a line break. */}
      <h1 className="title-heading">
        <textarea
          ref={field}
          className="title"
          rows={1}
          aria-label={strings.note.title}
          aria-invalid={code !== null}
          data-testid={testIds.noteTitle}
          placeholder={strings.note.untitled}
          maxLength={200}
          readOnly={!isEditable}
          value={draft.text() ?? title}
          onChange={(event) => draft.type(event.target.value.replaceAll(/\s*\n\s*/g, ' '))}
          onBlur={onBlur}
          onKeyDown={onKeyDown}
        />
      </h1>
      {code !== null && <p className="field-error" role="alert">{sentence(code)}</p>}
    </>
  )
}
