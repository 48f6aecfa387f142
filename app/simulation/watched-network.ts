/** A network that tells what crosses it and checks that no stream holds more than its limit. */
import type { PeerId } from '../base/ids.ts'
import { invariant } from '../base/invariant.ts'
import { STREAM_QUEUE_BYTES_MAX } from '../base/limits.ts'
import type { Network, Stream } from '../network/network.ts'

export interface Wire {
  /** A frame was given to a stream. */
  sent(from: PeerId, to: PeerId, bytes: number): void
  /** Every stream that has not ended. */
  readonly streams: Set<Stream>
}

const watchStream = (wire: Wire, self: PeerId, stream: Stream): Stream => {
  wire.streams.add(stream)
  const ended = () => wire.streams.delete(stream)
  return {
    peer: stream.peer,
    protocol: stream.protocol,
    send: (frame) => {
      stream.send(frame)
      wire.sent(self, stream.peer, frame.length)
      invariant(stream.queuedBytes <= STREAM_QUEUE_BYTES_MAX, 'a stream holds at most STREAM_QUEUE_BYTES_MAX')
    },
    get queuedBytes() {
      return stream.queuedBytes
    },
    onFrame: (listener) => stream.onFrame(listener),
    onDrain: (listener) => stream.onDrain(listener),
    onClose: (listener) => stream.onClose((code) => {
      ended()
      listener(code)
    }),
    close: () => {
      ended()
      stream.close()
    },
    abort: (code) => {
      ended()
      stream.abort(code)
    },
  }
}

export const watchNetwork = (network: Network, wire: Wire): Network => ({
  self: network.self,
  start: () => network.start(),
  stop: () => network.stop(),
  addresses: () => network.addresses(),
  peers: () => network.peers(),
  addressOf: (peer) => network.addressOf(peer),
  onPeer: (listener) => network.onPeer(listener),
  dial: (address, signal) => network.dial(address, signal),
  hangUp: (peer) => network.hangUp(peer),
  probe: () => network.probe(),
  open: async (peer, protocol, signal) => watchStream(wire, network.self, await network.open(peer, protocol, signal)),
  handle: (protocol, accept) => network.handle(protocol, (stream) => accept(watchStream(wire, network.self, stream))),
})
