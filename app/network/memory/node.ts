import type { Cancel } from '../../base/clock.ts'
import type { Emitter } from '../../base/emitter.ts'
import type { Address, PeerId } from '../../base/ids.ts'
import type { PeerChange, Stream } from '../network.ts'
import type { ConnectionEnd } from './connection.ts'

/** One peer of a hub. */
export interface Node {
  readonly peer: PeerId
  readonly address: Address
  state: 'new' | 'up' | 'stopped' | 'killed'
  /** The one connection to each peer. */
  readonly sides: Map<PeerId, Side>
  readonly dials: Map<PeerId, Attempt>
  /** Whose dials we answered and expect to be confirmed. */
  readonly promised: Map<PeerId, Cancel>
  readonly handlers: Map<string, (stream: Stream) => void>
  readonly changes: Emitter<PeerChange>
}

/** One end of a connection. The two may disagree for a while on whether it is up. */
export interface Side {
  readonly node: Node
  readonly end: ConnectionEnd
  readonly twin: Side
  isUp: boolean
  /** It gave up on a silent link: what it had on the way is lost. */
  isSilenced: boolean
  cancelSilence: Cancel | undefined
}

/** A dial on its way to one peer. */
export interface Attempt {
  readonly from: Node
  readonly to: Node
  /** Whether its maker was connected to the other already. */
  readonly isHeld: boolean
  /** It ended, or left the way to the other side's own dial. */
  isOver: boolean
}
