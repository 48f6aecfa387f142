/** A workspace: sidebar, list, and the place that the route names. */
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import type { StatusView, WorkspaceView } from '../../app/api/views.ts'
import { Spinner } from '../components/controls.tsx'
import { LinkBanner } from '../components/link-banner.tsx'
import { Mishap } from '../components/mishap.tsx'
import { useShortcuts } from '../components/shortcuts.ts'
import { useToast } from '../components/toasts.tsx'
import { useConnection, useDocuments } from '../peer/peer-context.tsx'
import type { WorkspaceRoute } from '../routes.ts'
import { strings } from '../strings.ts'
import { MachinesScreen } from './machines-screen.tsx'
import { AskerBanner } from './asker-banner.tsx'
import { NoteList } from './note-list.tsx'
import { Notices } from './notices.tsx'
import { QuickSwitcher } from './quick-switcher.tsx'
import { SettingsScreen } from './settings-screen.tsx'
import { Sidebar } from './sidebar.tsx'
import { useNoteCommands } from './use-note-commands.ts'

const NoteScreen = lazy(() => import('../note/note-screen.tsx'))
const LingeringNotes = lazy(() => import('../note/lingering-notes.tsx'))

interface WorkspaceProps {
  readonly status: StatusView
  readonly workspace: WorkspaceView
  readonly route: WorkspaceRoute
}

export const WorkspaceScreen = ({ status, workspace, route }: WorkspaceProps) => {
  const documents = useDocuments(workspace.id)
  const commands = useNoteCommands(workspace.id)
  const [isSwitching, setSwitching] = useState(false)
  const content = useRef<HTMLDivElement>(null)
  const isNotes = route.kind === 'notes' || route.kind === 'trash'
  const open = isNotes ? route.document : null
  const title = documents?.find(({ document }) => document === open)?.title
  usePageTitle(title ?? strings.nav[route.kind], workspace.name)
  useFarewell(workspace)

  useShortcuts({
    n: () => void commands.create(),
    '/': () => setSwitching(true),
    'Ctrl+k': () => setSwitching(true),
  })

  return (
    <div className="shell" data-place={isNotes ? (open === null ? 'list' : 'note') : 'page'}>
      <button type="button" className="skip" onClick={() => content.current?.focus()}>{strings.app.skip}</button>
      <Sidebar
        status={status}
        workspace={workspace}
        route={route}
        onNew={() => void commands.create()}
        onSearch={() => setSwitching(true)}
      />
      <div className="place">
        <LinkBanner />
        {route.kind !== 'machines' && <AskerBanner status={status} workspace={workspace} />}
        <Notices notices={status.notices} refusals={workspace.refusals} />
        <Mishap>
          <Suspense fallback={null}>
            <LingeringNotes open={open} isDiskFull={status.notices.some(({ code }) => code === 'STORE_FULL')} />
          </Suspense>
        </Mishap>
        <main className="panes">
          {isNotes && <NoteList workspace={workspace} route={route} documents={documents} commands={commands} />}
          <div ref={content} className="content" tabIndex={-1}>
            {isNotes && (
              <Mishap>
                <Suspense fallback={<Spinner label={strings.note.loading} />}>
                  <NoteScreen key={open ?? route.kind} workspace={workspace} route={route} documents={documents} commands={commands} />
                </Suspense>
              </Mishap>
            )}
            {route.kind === 'machines' && <MachinesScreen status={status} workspace={workspace} />}
            {route.kind === 'settings' && <SettingsScreen status={status} />}
          </div>
        </main>
      </div>
      <QuickSwitcher
        isOpen={isSwitching}
        onClose={() => setSwitching(false)}
        workspace={workspace.id}
        documents={documents}
        commands={commands}
      />
    </div>
  )
}

/** Left from another window or by the command line: this one goes elsewhere, and says why. */
const useFarewell = ({ id, name }: WorkspaceView) => {
  const connection = useConnection()
  const { say } = useToast()
  useEffect(
    () =>
      connection.onEvent((event) => {
        if (event.kind === 'left' && event.workspace === id) say(strings.toast.left(name))
      }),
    [connection, id, name, say],
  )
}

const usePageTitle = (place: string, workspace: string) => {
  const title = useMemo(() => `${place} · ${workspace} · ${strings.app.name}`, [place, workspace])
  useEffect(() => {
    document.title = title
  }, [title])
}
