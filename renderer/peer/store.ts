/** What the screens know of the peer, kept up by its events: its status, and the lists of notes that somebody looks at. */
import type { ScreenEvent } from '../../app/api/commands.ts'
import type { DocumentView, StatusView } from '../../app/api/views.ts'
import type { WorkspaceId } from '../../app/base/ids.ts'
import type { Connection, Link } from './connection.ts'

export interface PeerState {
  readonly link: Link
  /** Null until the peer has told it once. Kept while the connection is lost: the banner says that it may be old. */
  readonly status: StatusView | null
  /** Trash included, newest change first. Absent until told once. */
  readonly documents: Readonly<Record<string, readonly DocumentView[]>>
}

export interface PeerStore {
  readonly get: () => PeerState
  readonly subscribe: (listener: () => void) => () => void
  /** Keeps the list of this workspace fresh from now on. */
  readonly watch: (workspace: WorkspaceId) => void
  /** Resolves once the status is from after this call, or can't be had. */
  readonly refreshStatus: () => Promise<void>
}

const LIST_PAUSE_MS = 300

const byNewestChange = (a: DocumentView, b: DocumentView) => b.changedMs - a.changedMs || (a.document < b.document ? -1 : 1)

export const createPeerStore = (connection: Connection): PeerStore => {
  const listeners = new Set<() => void>()
  const watched = new Set<WorkspaceId>()
  /** A workspace whose list is being asked for; true when it changed again meanwhile. */
  const asking = new Map<WorkspaceId, boolean>()
  let state: PeerState = { link: connection.link(), status: null, documents: {} }

  const set = (change: Partial<PeerState>) => {
    state = { ...state, ...change }
    for (const listener of [...listeners]) listener()
  }

  const list = async (workspace: WorkspaceId) => {
    const both = await Promise.all([false, true].map((trash) => connection.run('document.list', { workspace, trash })))
    set({ documents: { ...state.documents, [workspace]: both.flatMap(({ documents }) => documents).toSorted(byNewestChange) } })
  }

  const refresh = async (workspace: WorkspaceId): Promise<void> => {
    if (asking.has(workspace)) return void asking.set(workspace, true)
    asking.set(workspace, false)
    try {
      await list(workspace)
    } catch {
      // Lost connection, or the workspace was left: the next `open` or `status` tells what there is.
    }
    // Somebody's typing changes the list with every entry: often enough for the eye is enough.
    await new Promise((resolve) => setTimeout(resolve, LIST_PAUSE_MS))
    const changedMeanwhile = asking.get(workspace)
    asking.delete(workspace)
    if (changedMeanwhile === true) await refresh(workspace)
  }

  const takeStatus = (status: StatusView) => {
    set({ status })
    const known = new Set(status.workspaces.map(({ id }) => id))
    for (const workspace of watched) if (!known.has(workspace)) watched.delete(workspace)
  }

  const refreshStatus = () => connection.run('status', {}).then(takeStatus, () => undefined)

  const take = (event: ScreenEvent) => {
    if (event.kind === 'status') takeStatus(event.status)
    else if (event.kind === 'documents' && watched.has(event.workspace)) void refresh(event.workspace)
  }

  connection.onEvent(take)
  connection.onLink((link) => {
    set({ link })
    if (link.kind !== 'open') return
    void refreshStatus()
    for (const workspace of watched) void refresh(workspace)
  })

  return {
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    watch: (workspace) => {
      if (watched.has(workspace)) return
      watched.add(workspace)
      if (state.link.kind === 'open') void refresh(workspace)
    },
    refreshStatus,
  }
}
