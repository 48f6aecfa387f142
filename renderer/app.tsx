/** Which screen to show. */
import { Unplug } from 'lucide-react'
import { useEffect } from 'react'
import type { StatusView, WorkspaceView } from '../app/api/views.ts'
import { Brand } from './components/brand.tsx'
import { Button, Empty, Spinner } from './components/controls.tsx'
import { LinkBanner, useLinkTrouble } from './components/link-banner.tsx'
import { Toasts } from './components/toasts.tsx'
import { useConnection, useLink, useStatus } from './peer/peer-context.tsx'
import { hrefOf, redirect, useRoute, type Route } from './routes.ts'
import { StartScreen } from './screens/start-screen.tsx'
import { WorkspaceScreen } from './screens/workspace-screen.tsx'
import { strings } from './strings.ts'

export const App = () => {
  const link = useLink()
  const status = useStatus()
  useEffect(() => {
    document.documentElement.dataset['link'] = link.kind
  }, [link.kind])
  return <Toasts>{status === null ? <Waiting /> : <Known status={status} />}</Toasts>
}

const Waiting = () => {
  const trouble = useLinkTrouble()
  const { retryNow } = useConnection()
  return (
    <main className="centre">
      <Brand />
      {trouble === null ? (
        <Spinner label={strings.link.connecting} />
      ) : (
        <Empty icon={Unplug} title={trouble}>
          <Button onClick={retryNow}>{strings.link.retry}</Button>
        </Empty>
      )}
    </main>
  )
}

const LAST_WORKSPACE = 'lanyard.workspace'

/** The workspace this route is in, or the one that was looked at last, or any. */
const workspaceOf = (route: Route, workspaces: readonly WorkspaceView[]): WorkspaceView | undefined => {
  const wanted = 'workspace' in route ? route.workspace : localStorage.getItem(LAST_WORKSPACE)
  return workspaces.find(({ id }) => id === wanted) ?? workspaces[0]
}

const Known = ({ status }: { status: StatusView }) => {
  const route = useRoute()
  const workspace = workspaceOf(route, status.workspaces)
  const isElsewhere = workspace !== undefined && route.kind !== 'add' && !('workspace' in route && route.workspace === workspace.id)

  useEffect(() => {
    if (workspace === undefined) return
    localStorage.setItem(LAST_WORKSPACE, workspace.id)
    if (isElsewhere) redirect({ kind: 'notes', workspace: workspace.id, document: null })
  }, [workspace, isElsewhere])

  if (workspace === undefined || !('workspace' in route)) {
    return (
      <>
        <LinkBanner />
        <StartScreen status={status} backTo={workspace && hrefOf({ kind: 'notes', workspace: workspace.id, document: null })} />
      </>
    )
  }
  if (isElsewhere) return null
  return <WorkspaceScreen key={workspace.id} status={status} workspace={workspace} route={route} />
}
