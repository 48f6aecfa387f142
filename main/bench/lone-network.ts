/** A network that nobody else is on. */
import { PeerError } from '../../app/base/errors.ts'
import type { PeerId } from '../../app/base/ids.ts'
import type { Network } from '../../app/network/network.ts'

export const loneNetwork = (): Network => ({
  self: '12D3KooWnobodyElse' as PeerId,
  start: async () => undefined,
  stop: async () => undefined,
  addresses: () => [],
  peers: () => [],
  addressOf: () => undefined,
  onPeer: () => () => undefined,
  dial: (address) => Promise.reject(new PeerError('NETWORK_DIAL_FAILED', { address })),
  hangUp: () => undefined,
  probe: () => undefined,
  open: (peer, protocol) => Promise.reject(new PeerError('NETWORK_STREAM_CLOSED', { peer, protocol })),
  handle: () => undefined,
})
