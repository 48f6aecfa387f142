/** Notes, newest change first; the whole list by arrow keys. */
import { FileText, Plus, RotateCcw, Trash2 } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { DocumentView, WorkspaceView } from '../../app/api/views.ts'
import { Button, Empty, IconButton, Spinner } from '../components/controls.tsx'
import { sayAge } from '../components/time.ts'
import { hrefOf, type NotesRoute } from '../routes.ts'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'
import type { NoteCommands } from './use-note-commands.ts'

interface ListProps {
  readonly workspace: WorkspaceView
  readonly route: NotesRoute
  readonly documents: readonly DocumentView[] | undefined
  readonly commands: NoteCommands
}

/** More rows than anyone reads at a glance, few enough to draw at once. */
const ROWS_AT_ONCE = 200
const AGES_AGAIN_MS = 30_000

export const NoteList = ({ workspace, route, documents, commands }: ListProps) => {
  const isTrash = route.kind === 'trash'
  const shown = useMemo(() => documents?.filter(({ trashed }) => trashed === isTrash), [documents, isTrash])
  const [rowsMax, setRowsMax] = useState(ROWS_AT_ONCE)
  const heading = isTrash ? strings.list.trash : strings.list.notes
  useAgeing()
  return (
    <section className="list" aria-label={heading}>
      <header>
        {/* The title of an open note is the page’s. */}
        {route.document === null ? <h1>{heading}</h1> : <h2>{heading}</h2>}
        <span className="grow" />
        {!isTrash && <IconButton label={strings.nav.newNote} icon={Plus} onClick={() => void commands.create()} />}
      </header>
      {workspace.isFilling && <p className="filling" role="status">{strings.list.filling}</p>}
      {shown === undefined && <Spinner label={strings.list.loading} />}
      {shown?.length === 0 && <EmptyList isTrash={isTrash} onNew={() => void commands.create()} />}
      {shown !== undefined && shown.length > 0 && <Rows notes={shown.slice(0, rowsMax)} route={route} commands={commands} />}
      {shown !== undefined && shown.length > rowsMax && (
        <Button look="quiet" onClick={() => setRowsMax(rowsMax + ROWS_AT_ONCE)}>{strings.list.more(shown.length - rowsMax)}</Button>
      )}
    </section>
  )
}

const EmptyList = ({ isTrash, onNew }: { isTrash: boolean; onNew: () => void }) =>
  isTrash ? (
    <Empty icon={Trash2} title={strings.list.emptyTrash} hint={strings.list.emptyTrashHint} />
  ) : (
    <Empty icon={FileText} title={strings.list.empty} hint={strings.list.emptyHint}>
      <Button look="primary" icon={Plus} onClick={onNew}>{strings.nav.newNote}</Button>
    </Empty>
  )

const Rows = ({ notes, route, commands }: { notes: readonly DocumentView[]; route: NotesRoute; commands: NoteCommands }) => {
  const list = useRef<HTMLUListElement>(null)
  const [focused, setFocused] = useState<string | null>(null)
  // One row is in the tab order: the one last focused, else the open one, else the first.
  const noteOf = (id: string | null) => notes.find((note) => note.document === id)
  const tabStop = noteOf(focused) ?? noteOf(route.document) ?? notes[0]

  const onKeyDown = (event: KeyboardEvent) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-document]') ?? [])]
    const at = rows.indexOf(event.target as HTMLElement)
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return
    const isOpen = rows[at]?.ariaCurrent === 'true'
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key]
    const note = notes[at]
    if (to !== undefined) rows[to]?.focus()
    else if (event.key === 'ArrowRight' || (event.key === 'Enter' && isOpen)) focusEditor()
    else if (event.key === 'F2' && note !== undefined && !note.trashed) commands.rename(note.document)
    else if (event.key === 'Delete' && note !== undefined && !note.trashed) {
      const next = rows[at + 1] ?? rows[at - 1]
      void commands.trash(note)
      next?.focus()
    } else return
    event.preventDefault()
  }

  return (
    <ul
      ref={list}
      className="rows"
      aria-label={route.kind === 'trash' ? strings.list.trash : strings.list.notes}
      data-testid={testIds.noteList}
      onKeyDown={onKeyDown}
    >
      {notes.map((note) => (
        <Row
          key={note.document}
          note={note}
          route={route}
          isTabStop={note === tabStop}
          onFocus={() => setFocused(note.document)}
          onRestore={() => void commands.restore(note)}
        />
      ))}
    </ul>
  )
}

const focusEditor = () => document.querySelector<HTMLElement>('.note-editor [contenteditable]')?.focus()

interface RowProps {
  readonly note: DocumentView
  readonly route: NotesRoute
  readonly isTabStop: boolean
  readonly onFocus: () => void
  readonly onRestore: () => void
}

const Row = ({ note, route, isTabStop, onFocus, onRestore }: RowProps) => (
  <li className="row">
    <a
      href={hrefOf({ ...route, document: note.document })}
      aria-current={note.document === route.document ? 'true' : undefined}
      tabIndex={isTabStop ? 0 : -1}
      onFocus={onFocus}
      data-testid={testIds.noteRow}
      data-document={note.document}
      data-here={note.here}
    >
      <span className="row-title">{note.title}</span>
      <span className="row-meta">
        {!note.here && <span className="tag">{strings.list.notHere}</span>}
        <span>{strings.list.changed(note.changedBy, sayAge(note.changedMs))}</span>
      </span>
    </a>
    {note.trashed && <IconButton label={strings.list.restoreNamed(note.title)} icon={RotateCcw} onClick={onRestore} />}
  </li>
)

/** "2 min ago" must not stay. */
const useAgeing = () => {
  const [, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), AGES_AGAIN_MS)
    return () => clearInterval(timer)
  }, [])
}
