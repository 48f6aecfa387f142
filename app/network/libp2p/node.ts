import { noise } from '@chainsafe/libp2p-noise'
import type { MultiaddrConnection } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import * as limits from '../../base/limits.ts'
import { boundFrames } from './bounded-muxer.ts'
import { joinWrites } from './joined-writes.ts'

/** An upgrade that takes longer is somebody holding a place. */
const UPGRADE_MS_MAX = 3000
const DIAL_MS_MAX = 10_000
const DIALS_MAX = 32
const WINDOW_BYTES_MAX = limits.STREAM_CREDIT_BYTES

/** A libp2p node of ours, not started, with an identity of its own that nobody has seen before: TCP, Noise, yamux, and nothing that
 *  dials, resolves, announces or answers by itself. Neither identify nor ping: the first tells strangers our addresses, the second
 *  echoes without bound for a sender that does not read, and links.ts does for one byte what they do with a stream. */
export const createNode = (listen: readonly string[]): Promise<Libp2p> =>
  createLibp2p({
    start: false,
    connectionGater: {
      denyInboundConnection: createHostLimit(),
      denyInboundEncryptedConnection: (_peer, connection) => join(connection),
      denyOutboundEncryptedConnection: (_peer, connection) => join(connection),
    },
    addresses: { listen: [...listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      boundFrames(
        yamux({
          enableKeepAlive: false,
          maxInboundStreams: limits.STREAMS_PER_CONNECTION_MAX,
          maxOutboundStreams: limits.STREAMS_PER_CONNECTION_MAX,
          streamOptions: {
            maxStreamWindowSize: WINDOW_BYTES_MAX,
            maxReadBufferLength: 2 * WINDOW_BYTES_MAX,
            maxWriteBufferLength: 2 * WINDOW_BYTES_MAX,
          },
        }),
        WINDOW_BYTES_MAX,
      ),
    ],
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections: limits.CONNECTIONS_MAX,
      inboundConnectionThreshold: limits.CONNECTIONS_PER_HOST_AND_SECOND_MAX,
      maxIncomingPendingConnections: limits.CONNECTIONS_PENDING_MAX,
      inboundUpgradeTimeout: UPGRADE_MS_MAX,
      inboundStreamProtocolNegotiationTimeout: UPGRADE_MS_MAX,
      outboundStreamProtocolNegotiationTimeout: UPGRADE_MS_MAX,
      dialTimeout: DIAL_MS_MAX,
      maxParallelDials: DIALS_MAX,
      resolvers: {},
      reconnectRetries: 0,
    },
  })

/** Denies nobody: the gater is where a connection shows itself as soon as it is encrypted. */
const join = (connection: MultiaddrConnection): boolean => {
  joinWrites(connection)
  return false
}

/** Says which inbound connections are one too many from their IP address, those that still shake hands included. */
const createHostLimit = () => {
  const held = new Map<string, number>()
  return (connection: MultiaddrConnection): boolean => {
    const host = connection.remoteAddr.toString().split('/')[2] ?? ''
    const count = held.get(host) ?? 0
    if (count >= limits.CONNECTIONS_PER_HOST_MAX) return true
    held.set(host, count + 1)
    connection.addEventListener('close', () => {
      const left = (held.get(host) ?? 1) - 1
      if (left > 0) held.set(host, left)
      else held.delete(host)
    })
    return false
  }
}
