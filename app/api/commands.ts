/** Commands a screen or the command line may send, with what they take and give. */
import type { DeviceId, DocumentId, WorkspaceId } from '../base/ids.ts'
import type { DocumentView, FoundView, PeerView, StatusView, WhereView } from './views.ts'

type None = Record<never, never>

/** kind -> { takes, gives }. A failure is a code of the one table. */
export interface Commands {
  status: { takes: None; gives: StatusView }
  peers: { takes: None; gives: { peers: readonly PeerView[] } }
  /** `host:port` or a multiaddr; remembered. */
  connect: { takes: { address: string }; gives: { address: string } }
  'machine.rename': { takes: { name: string }; gives: None }

  'workspace.create': { takes: { name: string }; gives: { workspace: WorkspaceId } }
  'workspace.invite': { takes: { workspace: WorkspaceId }; gives: { link: string; expiresMs: number } }
  /** Gives once admitted. */
  'workspace.join': { takes: { link: string; timeoutMs: number }; gives: { workspace: WorkspaceId } }
  /** Tells the others if they can be reached, then deletes everything of it here. */
  'workspace.leave': { takes: { workspace: WorkspaceId }; gives: { told: number } }

  /** Lets people nearby see the workspace and ask to join, for so many minutes from now. */
  'nearby.open': { takes: { workspace: WorkspaceId; minutes: number }; gives: { closesMs: number } }
  'nearby.close': { takes: { workspace: WorkspaceId }; gives: None }
  /** Lets a machine that asks in, or not. */
  'nearby.answer': { takes: { workspace: WorkspaceId; asker: string; welcome: boolean }; gives: None }
  /** Looks who nearby has opened a workspace, for so long from now; gives what a first round found. */
  'nearby.look': { takes: { durationMs: number }; gives: { found: readonly FoundView[] } }
  /** Gives once somebody there let this machine in; `status` tells the words to compare meanwhile. */
  'nearby.ask': { takes: { opening: string; timeoutMs: number }; gives: { workspace: WorkspaceId } }
  'nearby.withdraw': { takes: None; gives: None }

  'document.list': { takes: { workspace: WorkspaceId; trash: boolean }; gives: { documents: readonly DocumentView[] } }
  'document.create': { takes: { workspace: WorkspaceId; title: string; markdown: string }; gives: { document: DocumentId } }
  'document.rename': { takes: { workspace: WorkspaceId; document: DocumentId; title: string }; gives: None }
  'document.append': { takes: { workspace: WorkspaceId; document: DocumentId; text: string }; gives: None }
  'document.trash': { takes: { workspace: WorkspaceId; document: DocumentId }; gives: None }
  'document.restore': { takes: { workspace: WorkspaceId; document: DocumentId }; gives: None }
  'document.markdown': { takes: { workspace: WorkspaceId; document: DocumentId }; gives: { markdown: string } }
  'document.json': { takes: { workspace: WorkspaceId; document: DocumentId }; gives: { json: unknown } }
  'document.where': { takes: { workspace: WorkspaceId; document: DocumentId }; gives: WhereView }

  /** Opens a document for live editing on this Channel. `update`, `saved`, `where` and `presence` events follow until detach. */
  'document.attach': { takes: { workspace: WorkspaceId; document: DocumentId }; gives: { clientId: number; state: Uint8Array; readOnly: boolean } }
  /** Gives once the edit is saved: it survives a power cut here. Edits of one Channel apply in the order sent. */
  'document.update': { takes: { workspace: WorkspaceId; document: DocumentId; update: Uint8Array }; gives: None }
  'document.detach': { takes: { workspace: WorkspaceId; document: DocumentId }; gives: None }
  /** The editor's awareness state as JSON text, at most PRESENCE_BYTES_MAX; null: no longer here. */
  'presence.set': { takes: { workspace: WorkspaceId; document: DocumentId; state: string | null }; gives: None }
}

export type CommandKind = keyof Commands
export type Takes<Kind extends CommandKind> = Commands[Kind]['takes']
export type Gives<Kind extends CommandKind> = Commands[Kind]['gives']

/** What the peer tells a screen unasked. */
export type ScreenEvent =
  /** At most every 100 ms. */
  | { readonly kind: 'status'; readonly status: StatusView }
  /** The list of documents of this workspace changed: ask again. */
  | { readonly kind: 'documents'; readonly workspace: WorkspaceId }
  | { readonly kind: 'update'; readonly workspace: WorkspaceId; readonly document: DocumentId; readonly update: Uint8Array }
  | { readonly kind: 'where'; readonly workspace: WorkspaceId; readonly where: WhereView }
  | { readonly kind: 'presence'; readonly workspace: WorkspaceId; readonly presence: import('./views.ts').PresenceView }
  /** This machine is no longer in the workspace. */
  | { readonly kind: 'left'; readonly workspace: WorkspaceId; readonly device: DeviceId }
