/** What a screen or the command line may see of the peer. Plain data; times in milliseconds since 1970 by this machine's clock. */
import type { ErrorCode } from '../base/errors.ts'
import type { DeviceId, DocumentId, WorkspaceId } from '../base/ids.ts'

/** Unknown: no receipt of that machine is stored here. Never shown as behind, and behind never as unknown. */
export type Holds = 'all' | 'behind' | 'unknown'

export interface MemberView {
  readonly device: DeviceId
  readonly name: string
  readonly self: boolean
  /** A verified link to it is open now. Says nothing about what it holds. */
  readonly reachable: boolean
  /** When a verified message of it last arrived here; null: never. */
  readonly lastHeardMs: number | null
  /** It left the workspace; it is no denominator. */
  readonly hasLeft: boolean
  /** Whether its newest stored receipt covers everything that is here. */
  readonly holds: Holds
  /** The time in that receipt, by the receipt's arrival here; null without one. */
  readonly asOfMs: number | null
  readonly color: string
}

export interface WorkspaceView {
  readonly id: WorkspaceId
  readonly name: string
  /** This machine's device in it. */
  readonly device: DeviceId
  readonly members: readonly MemberView[]
  /** Notes that are not in the trash. */
  readonly documents: number
  /** Entries of all logs here. */
  readonly entries: number
  /** SHA-256 over every (log, height, head hash), sorted: equal means equal logs. */
  readonly headsHash: string
  /** Entries that are here but wait for others before them. */
  readonly pending: number
  /** Own entries not yet on disk. */
  readonly unsaved: number
  /** Refusals since start, by code. */
  readonly refusals: Readonly<Record<string, number>>
  /** The first exchange after joining has not finished: what is shown may be a part. */
  readonly isFilling: boolean
}

/** Something the person should know, with a way out in `sentence`. */
export interface NoticeView {
  readonly code: ErrorCode | 'KEYS_UNPROTECTED'
  readonly sentence: string
  readonly details: Readonly<Record<string, unknown>>
}

/** A machine that asks to be let in. */
export interface AskerView {
  readonly asker: string
  /** As it calls itself. */
  readonly machine: string
  /** It shows the same ones, unless somebody stands in between. */
  readonly words: string
}

/** A workspace of this machine that people nearby may see and ask to join. */
export interface OpeningView {
  readonly workspace: WorkspaceId
  readonly closesMs: number
  readonly askers: readonly AskerView[]
}

/** A workspace that a machine nearby has opened. Nothing of it is proven. */
export interface FoundView {
  readonly opening: string
  readonly workspace: string
  readonly machine: string
  readonly closesMs: number
}

export interface NearbyView {
  readonly openings: readonly OpeningView[]
  /** Somebody here looks who is nearby. */
  readonly looking: boolean
  readonly found: readonly FoundView[]
  /** Where this machine asks now; its words are null until they are known. */
  readonly asking: (FoundView & { readonly words: string | null }) | null
}

export interface StatusView {
  /** This machine's name, as new workspaces will know it. */
  readonly machine: string
  readonly version: string
  readonly addresses: readonly string[]
  /** False with --no-discovery, or when no interface could be used. */
  readonly discovers: boolean
  readonly notices: readonly NoticeView[]
  readonly nearby: NearbyView
  readonly workspaces: readonly WorkspaceView[]
}

/** One running peer that this one is, or tried to be, connected to. */
export interface PeerView {
  readonly address: string
  readonly state: 'connected' | 'dialling' | 'unreachable'
  /** Members it proved to be, by workspace. */
  readonly proven: readonly { readonly workspace: WorkspaceId; readonly device: DeviceId; readonly name: string }[]
  /** Why the last attempt failed, if it did. */
  readonly code: ErrorCode | null
}

export interface DocumentView {
  readonly document: DocumentId
  readonly kind: 'note'
  readonly title: string
  readonly createdMs: number
  readonly changedMs: number
  readonly changedBy: string
  readonly trashed: boolean
  readonly readOnly: boolean
  /** False: known by its title only; show "waiting for the first copy from ...". */
  readonly here: boolean
  /** Names of machines whose receipts cover it. Empty while none is known. */
  readonly waitingFor: readonly string[]
}

export interface MachineHoldsView {
  readonly device: DeviceId
  readonly name: string
  readonly self: boolean
  readonly holds: Holds
  readonly asOfMs: number | null
  readonly reachable: boolean
  readonly lastHeardMs: number | null
}

/** On which machines a document, as it is here, is stored: receipts only. */
export interface WhereView {
  readonly document: DocumentId
  /** Everything of it that this machine has survives a power cut here. */
  readonly saved: boolean
  readonly machines: readonly MachineHoldsView[]
}

/** Somebody else in the same document. */
export interface PresenceView {
  readonly document: DocumentId
  readonly device: DeviceId
  /** Of the machine, as its own signed profile says: a cursor can't borrow a name. */
  readonly name: string
  readonly color: string
  readonly clientId: number
  /** The editor's own awareness state as JSON text; null: gone. */
  readonly state: string | null
}
