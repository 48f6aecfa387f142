/** The network of a real machine: js-libp2p over TCP with Noise and yamux. */
import type { Connection, Stream as RawStream } from '@libp2p/interface'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import type { Libp2p } from 'libp2p'
import { systemClock, type Cancel, type Clock } from '../base/clock.ts'
import { createEmitter } from '../base/emitter.ts'
import { PeerError } from '../base/errors.ts'
import type { Address, PeerId } from '../base/ids.ts'
import { STREAMS_PER_PROTOCOL_MAX } from '../base/limits.ts'
import { silentLogger, type Logger } from '../base/logger.ts'
import { checkAddress, peerIn, withoutPeer } from './address.ts'
import { createFlowStream } from './libp2p/flow-stream.ts'
import { boundTo, hasIpv6, reachableAddresses, type Bound } from './libp2p/interfaces.ts'
import type { Link } from './libp2p/link-table.ts'
import { createLinks, keepAlive, LINK_PROTOCOL, probeAll, type Links } from './libp2p/links.ts'
import { createNode } from './libp2p/node.ts'
import type { Network, PeerChange, Stream } from './network.ts'

export interface Libp2pNetworkOptions {
  /** Multiaddrs to listen at; left out: every interface, a free port. */
  readonly listen?: readonly string[]
  /** In place of a free one, when `listen` is left out. */
  readonly port?: number
  readonly clock?: Clock
  readonly logger?: Logger
}

const DIAL_MS_MAX = 10_000
const CONNECT_MS_MAX = 400
const STOP_MS_MAX = 3000

/** A network for one run, under an id made for it alone.
 *  @throws NETWORK_ADDRESS_MALFORMED for a listen address that is none; `start` throws NETWORK_PORT_IN_USE and NETWORK_LISTEN_FAILED */
export const createLibp2pNetwork = async (options: Libp2pNetworkOptions = {}): Promise<Network> => {
  const { clock = systemClock(), logger = silentLogger, port = 0 } = options
  const listen = options.listen?.length ? options.listen : [`/ip4/0.0.0.0/tcp/${port}`, ...(hasIpv6() ? [`/ip6/::/tcp/${port}`] : [])]
  for (const address of listen) parse(address as Address)
  const changes = createEmitter<PeerChange>()
  const node = await createNode(listen)
  const self = node.peerId.toString() as PeerId
  const links = createLinks({ self, clock, emit: changes.emit })
  node.addEventListener('connection:open', ({ detail }) => links.manage(detail))
  // It would remember every stranger who ever called.
  node.addEventListener('peer:disconnect', ({ detail }) => void node.peerStore.delete(detail).catch(() => {}))
  const handle = createHandler(node, links, logger)
  handle(LINK_PROTOCOL, (raw, link) => links.attach(link, raw))
  const life = createLife(node, links, clock)
  const bound = () => boundTo(listen, node.getMultiaddrs().map(String))

  return {
    self,
    start: life.start,
    stop: life.stop,
    addresses: () => (life.isUp() ? reachableAddresses(bound()) : []),
    peers: () => [...links.settled.keys()],
    addressOf: (peer) => {
      const link = links.settled.get(peer)
      return link && withoutPeer(link.connection.remoteAddr.toString() as Address)
    },
    onPeer: changes.on,
    dial: async (address, signal) => {
      checkAddress(address)
      const target = parse(address)
      if (!life.isUp()) throw new PeerError('NETWORK_STOPPED')
      if (peerIn(address) === self || isOwn(bound(), withoutPeer(address))) throw new PeerError('NETWORK_DIAL_SELF', { address })
      const wanted = peerIn(address)
      if (wanted && links.settled.has(wanted)) return wanted
      const until = AbortSignal.any([signal, clock.deadline(DIAL_MS_MAX)])
      const connection = await dialAgainAndAgain(node, target, { until, clock }).catch((cause) => {
        throw dialError(address, cause)
      })
      return links.whenUp(connection.remotePeer.toString() as PeerId, until)
    },
    hangUp: (peer) => {
      for (const link of [...links.links.values()]) if (link.peer === peer) links.drop(link)
    },
    probe: () => probeAll(links, clock),
    open: async (peer, protocol, signal) => {
      const link = links.settled.get(peer)
      if (!link) throw streamClosed(peer, protocol)
      const raw = await link.connection.newStream([protocol], { signal }).catch((cause) => {
        throw streamClosed(peer, protocol, cause)
      })
      return attach(link, raw, { clock, protocol })
    },
    handle: (protocol, accept) => handle(protocol, (raw, link) => accept(attach(link, raw, { clock, protocol }))),
  }
}

interface Patience {
  readonly until: AbortSignal
  readonly clock: Clock
}

/** A first packet that is lost is sent again after a second only: on a network that has just come back that is a long time, and a
 *  kernel answers at once however busy its program is. So the socket is made anew, until somebody is there to shake hands with. */
const dialAgainAndAgain = async (node: Libp2p, target: Multiaddr, patience: Patience): Promise<Connection> => {
  const { until, clock } = patience
  for (;;) {
    const controller = new AbortController()
    const giveUp = () => controller.abort()
    const cancel = clock.after(CONNECT_MS_MAX, giveUp)
    const onProgress = ({ type }: { readonly type: string }) => type === 'upgrader:encrypt-outbound-connection' && cancel()
    until.addEventListener('abort', giveUp)
    try {
      return await node.dial(target, { signal: controller.signal, onProgress })
    } catch (error) {
      if (until.aborted || !controller.signal.aborted) throw error
    } finally {
      cancel()
      until.removeEventListener('abort', giveUp)
    }
  }
}

const createLife = (node: Libp2p, links: Links, clock: Clock) => {
  let state: 'new' | 'up' | 'stopped' = 'new'
  let cancelBeats: Cancel = () => {}
  return {
    isUp: () => state === 'up',
    start: async () => {
      if (state !== 'new') throw new PeerError('NETWORK_STOPPED')
      try {
        await node.start()
      } catch (cause) {
        state = 'stopped'
        throw listenError(cause)
      }
      cancelBeats = keepAlive(links, clock)
      state = 'up'
    },
    stop: async () => {
      if (state !== 'up') return
      state = 'stopped'
      cancelBeats()
      for (const link of [...links.links.values()]) links.drop(link)
      const tooLong = new Promise<void>((resolve) => void clock.after(STOP_MS_MAX, resolve))
      await Promise.race([Promise.resolve(node.stop()), tooLong])
    },
  }
}

type TakeStream = (raw: RawStream, link: Link) => void

/** Answers streams of `protocol` on settled connections only: who is still to be settled has nothing to say yet. */
const createHandler = (node: Libp2p, links: Links, logger: Logger) => (protocol: string, take: TakeStream) => {
  const accept = (raw: RawStream, connection: Connection) => {
    const link = links.links.get(connection)
    if (!link || (link.state !== 'settled' && protocol !== LINK_PROTOCOL)) return raw.abort(new Error('not settled'))
    take(raw, link)
  }
  const limits = { maxInboundStreams: STREAMS_PER_PROTOCOL_MAX, maxOutboundStreams: STREAMS_PER_PROTOCOL_MAX }
  node.handle(protocol, accept, limits).catch((error) => logger.warn('network.handle.failed', { protocol, error: String(error) }))
}

const attach = (link: Link, raw: RawStream, { clock, protocol }: { clock: Clock; protocol: string }): Stream => {
  const flow = createFlowStream(raw, {
    peer: link.peer,
    protocol,
    clock,
    onHeard: () => (link.heardMs = clock.monotonicMs()),
    onEnd: () => link.flows.delete(flow),
  })
  if (raw.status === 'open' && link.state === 'settled') link.flows.add(flow)
  else flow.lose('NETWORK_STREAM_CLOSED')
  return flow.stream
}

const parse = (address: Address) => {
  try {
    return multiaddr(address)
  } catch (cause) {
    throw new PeerError('NETWORK_ADDRESS_MALFORMED', { address: String(address).slice(0, 80) }, { cause })
  }
}

const isOwn = (bound: readonly Bound[], address: Address): boolean => {
  const [, , host, , port] = address.split('/')
  const here = bound.filter((one) => String(one.port) === port)
  return here.length > 0 && (host === '127.0.0.1' || host === '::1' || reachableAddresses(here).includes(address))
}

const dialError = (address: Address, cause: unknown) => {
  const isSelf = /dial self/i.test(String(cause))
  return new PeerError(isSelf ? 'NETWORK_DIAL_SELF' : 'NETWORK_DIAL_FAILED', { address }, { cause })
}
const listenError = (cause: unknown) => new PeerError(String(cause).includes('EADDRINUSE') ? 'NETWORK_PORT_IN_USE' : 'NETWORK_LISTEN_FAILED', {}, { cause })
const streamClosed = (peer: PeerId, protocol: string, cause?: unknown) => new PeerError('NETWORK_STREAM_CLOSED', { peer, protocol }, { cause })
