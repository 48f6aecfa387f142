/** Keeps this peer connected to everyone it can find. */
import type { Address, PeerId } from '../base/ids.ts'
import type { ErrorCode } from '../base/errors.ts'

export interface NeighbourView {
  readonly address: Address
  readonly peer: PeerId | undefined
  readonly state: 'connected' | 'dialling' | 'unreachable'
  /** Why the last dial failed. */
  readonly code: ErrorCode | undefined
}

export interface Neighbours {
  start(): void
  stop(): Promise<void>
  /** Dials now and, whatever comes of it, goes on trying. @throws as Network.dial */
  connect(address: Address): Promise<PeerId>
  /** Addresses from the address book, an invitation or another member: dialled in turn while nobody connected answers there. */
  remember(addresses: readonly Address[]): void
  /** What members say of each other's addresses, in place of what they said before; at most PLACES_TOLD_MAX, the first ones. */
  setTold(addresses: readonly Address[]): void
  /** Where `peer`, connected now, answered to a dial. */
  answeredAt(peer: PeerId): readonly Address[]
  forget(addresses: readonly Address[]): void
  list(): readonly NeighbourView[]
  /** After a network change or a resume: announce, ask, and dial all at once. */
  refresh(): void
}
