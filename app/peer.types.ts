/** What a host gives to the peer, and gets. */
import type { PeerService } from './api/peer-service.ts'
import type { Clock } from './base/clock.ts'
import type { DocumentId, WorkspaceId } from './base/ids.ts'
import type { Logger } from './base/logger.ts'
import type { Random } from './base/random.ts'
import type { Heights } from './log/log.types.ts'
import type { Discovery, Network } from './network/network.ts'
import type { Store } from './store/store.ts'

export interface PeerPorts {
  readonly store: Store
  readonly network: Network
  readonly discoveries: readonly Discovery[]
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Used until the machine is renamed; at most NAME_CHARACTERS_MAX. */
  readonly machineName: string
  readonly version: string
  /** The keys lie in the store as they are: the screens say so. */
  readonly keysAreUnprotected: boolean
}

/** For the simulator and the tests: what a workspace holds, without going through a screen. */
export interface WorkspaceInspection {
  readonly heights: Heights
  /** Entries that wait in the causal buffer. */
  readonly pending: number
  readonly documents: readonly DocumentId[]
  /** Yjs state (V1); undefined while its first entry has not arrived. */
  state(document: DocumentId): Uint8Array | undefined
  readonly refusals: Readonly<Record<string, number>>
  /** Every document is known; nothing waits, nothing is quarantined. */
  readonly quarantined: number
  readonly pendingParts: number
  /** The list of documents with titles and trash marks, as plain data. */
  readonly index: unknown
}

export interface Peer extends PeerService {
  start(): Promise<void>
  /** Flushes, says goodbye, closes the store. */
  stop(): Promise<void>
  inspect(workspace: WorkspaceId): WorkspaceInspection
  /** The network changed, or the machine woke: look for everybody again, and let go of connections that are dead.
   *  @param hasSlept all are: nobody bears so long a silence */
  refresh(hasSlept?: boolean): void
}
