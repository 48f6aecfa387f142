/** One note: its title, who else is here, where it is safe, and its text. */
import { ArrowLeft, FileText, Hourglass, RotateCcw, SearchX, Trash2 } from 'lucide-react'
import { lazy, Suspense, useEffect, type KeyboardEvent } from 'react'
import type { DocumentView, WorkspaceView } from '../../app/api/views.ts'
import { sentence } from '../../app/base/errors.ts'
import type { DocumentId } from '../../app/base/ids.ts'
import { Banner, Button, Empty, IconButton, Spinner } from '../components/controls.tsx'
import { hrefOf } from '../routes.ts'
import type { NotesRoute } from '../screens/note-list.tsx'
import type { NoteCommands } from '../screens/use-note-commands.ts'
import { joinNames, strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'
import { NoteBanners } from './note-banners.tsx'
import { NoteMenu } from './note-menu.tsx'
import type { NoteState } from './session.ts'
import { People } from './people.tsx'
import { TitleField } from './title-field.tsx'
import { TrustLine } from './trust-line.tsx'
import { useNoteSession, useNoteState } from './use-notebook.ts'

const loadEditor = () => import('./note-editor.tsx')
const NoteEditor = lazy(loadEditor)

interface ScreenProps {
  readonly workspace: WorkspaceView
  readonly route: NotesRoute
  readonly documents: readonly DocumentView[] | undefined
  readonly commands: NoteCommands
}

export default function NoteScreen({ route, ...rest }: ScreenProps) {
  // The editor is the heaviest part: have it before the first note is opened.
  useEffect(() => void loadEditor(), [])
  if (route.document === null) return <Empty icon={FileText} title={strings.note.pick} hint={strings.note.pickHint} />
  return <Note route={route} document={route.document} {...rest} />
}

const Note = ({ workspace, route, document, documents, commands }: ScreenProps & { document: DocumentId }) => {
  const view = documents?.find((candidate) => candidate.document === document)
  const session = useNoteSession(workspace.id, document)
  const state = useNoteState(session)
  const isTrashed = view?.trashed ?? route.kind === 'trash'

  const leaveByEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    window.document.querySelector<HTMLElement>(`[data-document="${document}"]`)?.focus()
  }

  return (
    <article className="note" onKeyDown={leaveByEscape}>
      <header className="note-head">
        <a className="icon-button note-back" href={hrefOf({ ...route, document: null })} aria-label={strings.note.backToList}>
          <ArrowLeft size={17} aria-hidden />
        </a>
        {state.kind === 'open' && <TrustLine trust={state.trust} where={state.where} />}
        <span className="grow" />
        {state.kind === 'open' && <People people={state.people} />}
        {view !== undefined && !isTrashed && <IconButton label={strings.note.trash} icon={Trash2} onClick={() => void commands.trash(view)} />}
        {view !== undefined && isTrashed && <IconButton label={strings.note.restore} icon={RotateCcw} onClick={() => void commands.restore(view)} />}
        {view !== undefined && <NoteMenu workspace={workspace.id} note={view} />}
      </header>
      {view !== undefined && isTrashed && (
        <Banner tone="warn" icon={Trash2} data-testid={testIds.noteBanner} data-code="DOCUMENTS_TRASHED" actions={<Button look="quiet" onClick={() => void commands.restore(view)}>{strings.note.restore}</Button>}>
          {strings.note.trashed}
        </Banner>
      )}
      {session !== null && state.kind === 'open' && (
        <>
          <NoteBanners state={state} onRetry={session.retry} isTrashed={isTrashed} />
          <div className="note-page">
            <TitleField session={session} document={document} title={view?.title ?? ''} isEditable={!isTrashed && !state.replica.isReadOnly} commands={commands} />
            <Suspense fallback={<Spinner label={strings.note.loading} />}>
              <NoteEditor key={state.replica.doc.clientID} replica={state.replica} isEditable={!isTrashed && !state.replica.isReadOnly} />
            </Suspense>
          </div>
        </>
      )}
      {state.kind !== 'open' && <NotOpen state={state} view={view} />}
    </article>
  )
}

const NotOpen = ({ state, view }: { state: Exclude<NoteState, { kind: 'open' }>; view: DocumentView | undefined }) => {
  if (state.kind === 'opening' && view?.here !== false) return <Spinner label={strings.note.loading} />
  if (state.kind === 'failed') return <Empty icon={SearchX} title={sentence(state.code)} />
  return (
    <div className="note-page" data-testid={testIds.noteWaiting}>
      {view !== undefined && <h1 className="title-waiting">{view.title}</h1>}
      <Empty icon={Hourglass} title={waitingFor(view)} hint={strings.note.waitingHint} />
    </div>
  )
}

const waitingFor = (view: DocumentView | undefined) =>
  view === undefined || view.waitingFor.length === 0 ? strings.note.waitingFromAny : strings.note.waitingFrom(joinNames(view.waitingFor))
