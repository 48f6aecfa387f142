/** What the peer does for its screens, whatever screen asks. */
import type { ScreenEvent } from '../api/commands.ts'
import type { PeerView, StatusView } from '../api/views.ts'
import type { Cancel, Clock } from '../base/clock.ts'
import type { WorkspaceId } from '../base/ids.ts'
import type { Links } from '../sync/links.ts'
import type { Nearby } from './nearby.ts'
import type { Workspace } from './workspace.ts'

export interface PeerCore {
  readonly clock: Clock
  readonly links: Links
  /** @throws MEMBERSHIP_WORKSPACE_UNKNOWN */
  workspace(id: WorkspaceId): Workspace
  /** A number for one more writer of documents, from 1, never twice in a run. */
  nextWriter(): number
  status(): StatusView
  peers(): readonly PeerView[]
  connect(address: string): Promise<string>
  rename(name: string): Promise<void>
  create(name: string): Promise<WorkspaceId>
  invite(workspace: WorkspaceId): Promise<{ link: string; expiresMs: number }>
  join(link: string, timeoutMs: number): Promise<WorkspaceId>
  /** Answers how many other machines are known to have heard of it. */
  leave(workspace: WorkspaceId): Promise<number>
  readonly nearby: Nearby
  onEvent(listener: (event: ScreenEvent) => void): Cancel
  /** A link was proven or closed. */
  onLinks(listener: () => void): Cancel
}
