/** The port to other peers: ordered, flow-controlled streams of frames between running nodes. Knows nothing of devices or members. */
import type { Cancel } from '../base/clock.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { Address, PeerId } from '../base/ids.ts'

export interface Stream {
  readonly peer: PeerId
  readonly protocol: string
  /** Queues `frame` behind those before it. Never waits. On a stream that has ended it does nothing.
   *  @throws NETWORK_FRAME_TOO_LARGE above FRAME_BYTES_MAX */
  send(frame: Uint8Array): void
  /** Bytes given to `send` that the other side's consumer has not taken yet, FRAME_COST_BYTES more for each frame.
   *  Producers of bulk stop above STREAM_CREDIT_BYTES and go on at a drain. */
  readonly queuedBytes: number
  /** The one consumer of frames; frames that came earlier are kept for it, within the credit, and never delivered from within this call.
   *  A frame counts as taken when the listener returns. One that throws a PeerError ends the stream with its code. */
  onFrame(listener: (frame: Uint8Array) => void): void
  /** Called when queuedBytes falls to half of STREAM_CREDIT_BYTES or below. */
  onDrain(listener: () => void): void
  /** Called once, also when it ended before this call. No code: closed in good order. */
  onClose(listener: (code: ErrorCode | undefined) => void): void
  /** Ends both directions in good order after what is queued; frames that arrive later are discarded. */
  close(): void
  /** Ends at once. */
  abort(code: ErrorCode): void
}

export type PeerChange = { readonly kind: 'up' | 'down'; readonly peer: PeerId }

export interface Network {
  /** This run's own id. */
  readonly self: PeerId
  /** @throws NETWORK_PORT_IN_USE */
  start(): Promise<void>
  stop(): Promise<void>
  /** Where this peer listens, one per interface; empty before start. */
  addresses(): readonly Address[]
  /** Peers with an open connection. There is at most one connection a pair. */
  peers(): readonly PeerId[]
  /** Where the connection to `peer` goes to, if there is one. */
  addressOf(peer: PeerId): Address | undefined
  onPeer(listener: (change: PeerChange) => void): Cancel
  /** Connects; answers who is there. At once if already connected to the peer named in the address.
   *  @throws NETWORK_DIAL_FAILED, NETWORK_DIAL_SELF, NETWORK_ADDRESS_MALFORMED, NETWORK_STOPPED */
  dial(address: Address, signal: AbortSignal): Promise<PeerId>
  hangUp(peer: PeerId): void
  /** Asks every connection for a sign of life, and ends those that give none within PROBE_MS: after the network changed. */
  probe(): void
  /** @throws NETWORK_STREAM_CLOSED when there is no connection, or it refuses */
  open(peer: PeerId, protocol: string, signal: AbortSignal): Promise<Stream>
  handle(protocol: string, accept: (stream: Stream) => void): void
}

export interface Sighting {
  readonly peer: PeerId
  readonly addresses: readonly Address[]
}

/** Finds peers nearby. A sighting is a hint: anybody may forge one. */
export interface Discovery {
  /** `self` is asked afresh for each announcement. `onGone`: somebody says that this peer is leaving; a hint as well. */
  start(self: () => Sighting, onSighting: (sighting: Sighting) => void, onGone?: (peer: PeerId) => void): void
  /** Announces and asks again soon: after a network change or a resume. */
  refresh(): void
  /** There is an interface on which it can be heard and hears, as far as is known here. */
  isWorking(): boolean
  stop(): Promise<void>
}
