/** Hands the connection and what is known of the peer to the screens. */
import { createContext, useContext, useEffect, useSyncExternalStore, type ReactNode } from 'react'
import type { DocumentView, StatusView } from '../../app/api/views.ts'
import type { WorkspaceId } from '../../app/base/ids.ts'
import type { Connection, Link, Run } from './connection.ts'
import type { PeerState, PeerStore } from './store.ts'

interface Peer {
  readonly connection: Connection
  readonly store: PeerStore
}

const PeerContext = createContext<Peer | null>(null)

export const PeerProvider = ({ peer, children }: { peer: Peer; children: ReactNode }) => <PeerContext value={peer}>{children}</PeerContext>

const usePeer = (): Peer => {
  const peer = useContext(PeerContext)
  if (peer === null) throw new Error('no PeerProvider above')
  return peer
}

const usePeerState = <T,>(select: (state: PeerState) => T): T => {
  const { store } = usePeer()
  return useSyncExternalStore(store.subscribe, () => select(store.get()))
}

export const useConnection = (): Connection => usePeer().connection
export const useRun = (): Run => usePeer().connection.run
/** After what adds or removes a workspace: the screens must know it before they go there. */
export const useRefreshStatus = (): (() => Promise<void>) => usePeer().store.refreshStatus
export const useLink = (): Link => usePeerState((state) => state.link)
export const useStatus = (): StatusView | null => usePeerState((state) => state.status)

/** All notes of the workspace, trash included, newest change first; undefined until told. */
export const useDocuments = (workspace: WorkspaceId): readonly DocumentView[] | undefined => {
  const { store } = usePeer()
  useEffect(() => store.watch(workspace), [store, workspace])
  return usePeerState((state) => state.documents[workspace])
}
