/** One note: its title, who else is here, where it is safe, and its text. */
import { ArrowLeft, FileText, Hourglass, SearchX, Trash2 } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, type KeyboardEvent } from 'react'
import type { DocumentView, WorkspaceView } from '../../app/api/views.ts'
import { sentence } from '../../app/base/errors.ts'
import type { DocumentId } from '../../app/base/ids.ts'
import { Empty, IconButton, Spinner } from '../components/controls.tsx'
import { hrefOf, type NotesRoute } from '../routes.ts'
import type { NoteCommands } from '../screens/use-note-commands.ts'
import { joinNames, strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'
import { NoteBanners } from './note-banners.tsx'
import { NoteMenu } from './note-menu.tsx'
import type { NoteReplica, NoteSession, NoteState } from './session.ts'
import { People } from './people.tsx'
import { TitleField } from './title-field.tsx'
import { TrustLine } from './trust-line.tsx'
import { useNoteSession, useNoteState } from './use-notebook.ts'

type OpenState = Extract<NoteState, { kind: 'open' }>

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
  const isEmpty = !rest.documents?.some(({ trashed }) => trashed === (route.kind === 'trash'))
  // An empty list says so itself.
  if (route.document === null && isEmpty) return null
  if (route.document === null && route.kind === 'trash') return <Empty icon={Trash2} title={strings.note.pickTrashed} />
  if (route.document === null) return <Empty icon={FileText} title={strings.note.pick} hint={strings.note.pickHint} />
  return <Note route={route} document={route.document} {...rest} />
}

const Note = ({ workspace, route, document, documents, commands }: ScreenProps & { document: DocumentId }) => {
  const view = documents?.find((candidate) => candidate.document === document)
  const session = useNoteSession(workspace.id, document)
  const state = useNoteState(session)
  const isTrashed = view?.trashed ?? route.kind === 'trash'
  useReattachOnRestore(session, state, isTrashed)

  const leaveByEscape = (event: KeyboardEvent) => {
    // The editor takes Escape for its menus; without one open it only gives up the focus.
    const isMenuOpen = window.document.querySelector('.bn-suggestion-menu, .bn-form-popover, .bn-menu-dropdown') !== null
    if (event.key !== 'Escape' || isMenuOpen) return
    window.document.querySelector<HTMLElement>(`[data-document="${document}"]`)?.focus()
  }

  return (
    <article className="note" onKeyDown={leaveByEscape}>
      <header className="note-head">
        <a className="icon-button note-back" href={hrefOf({ ...route, document: null })} aria-label={strings.note.backToList}>
          <ArrowLeft size="1.0625rem" aria-hidden />
        </a>
        {state.kind === 'open' && <TrustLine trust={state.trust} where={state.where} />}
        <span className="grow" />
        {state.kind === 'open' && <People people={state.people} />}
        {view !== undefined && (
          <>
            {!isTrashed && <IconButton label={strings.note.trash} icon={Trash2} onClick={() => void commands.trash(view)} />}
            <NoteMenu workspace={workspace.id} note={view} />
          </>
        )}
      </header>
      {session !== null && state.kind === 'open' && (
        <OpenNote session={session} state={state} view={view} isTrashed={isTrashed} document={document} commands={commands} />
      )}
      {state.kind !== 'open' && <NotOpen state={state} view={view} />}
    </article>
  )
}

interface OpenNoteProps {
  readonly session: NoteSession
  readonly state: OpenState
  readonly view: DocumentView | undefined
  readonly isTrashed: boolean
  readonly document: DocumentId
  readonly commands: NoteCommands
}

const OpenNote = ({ session, state, view, isTrashed, document, commands }: OpenNoteProps) => {
  const { replica, trust } = state
  const isEditable = !isTrashed && !replica.isReadOnly
  return (
    <>
      <NoteBanners
        isTrashed={isTrashed}
        isReadOnly={replica.isReadOnly && view?.readOnly === true}
        refusal={trust.kind === 'refused' ? trust.code : null}
        onRestore={() => void (view && commands.restore(view))}
        onRetry={session.retry}
      />
      <div className="note-page">
        <TitleField
          session={session}
          document={document}
          title={view?.title ?? ''}
          isEditable={isEditable}
          commands={commands}
          onDone={() => focusText(replica)}
        />
        <Suspense fallback={<Spinner label={strings.note.loading} />}>
          <NoteEditor key={replica.doc.clientID} replica={replica} isEditable={isEditable} />
        </Suspense>
      </div>
    </>
  )
}

const focusText = (replica: NoteReplica) => {
  const text = window.document.querySelector<HTMLElement>('.note-editor [contenteditable]')
  // Still on its way: it takes the focus when it comes.
  if (text === null) replica.caret.kept = { from: 0, to: 0, hasFocus: true }
  else text.focus()
}

/** A note that was attached while it lay in the trash was attached for reading only. */
const useReattachOnRestore = (session: NoteSession | null, state: NoteState, isTrashed: boolean) => {
  const wasTrashed = useRef(isTrashed)
  const mustReattach = state.kind === 'open' && (state.replica.isReadOnly || state.trust.kind === 'refused')
  useEffect(() => {
    if (wasTrashed.current && !isTrashed && mustReattach) session?.retry()
    wasTrashed.current = isTrashed
  }, [session, isTrashed, mustReattach])
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
