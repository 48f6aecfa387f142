/** What anybody on the network may do to us. Unhandled rejections and exceptions fail these tests by themselves. */
import assert from 'node:assert/strict'
import net from 'node:net'
import { test, type TestContext } from 'node:test'
import { noise } from '@chainsafe/libp2p-noise'
import type { Connection, MessageStream, Stream as RawStream, StreamMuxer } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2pOptions } from 'libp2p'
import { concat } from '../../base/codec.ts'
import type { ErrorCode } from '../../base/errors.ts'
import type { PeerId } from '../../base/ids.ts'
import { CONNECTIONS_PER_HOST_MAX, FRAME_BYTES_MAX } from '../../base/limits.ts'
import { encodeFlowMessage } from '../credits/wire.ts'
import { createLibp2pNetwork } from '../libp2p.ts'
import { LINK_PROTOCOL } from './links.ts'

const PROTOCOL = '/lanyard/test/1'
const MIB = 1024 * 1024
const [HELLO_ALONE, HELLO_ANOTHER, TAKE] = [1, 2, 3]
const wait = (durationMs: number) => new Promise<void>((resolve) => setTimeout(resolve, durationMs))
const until = async (what: string, isTrue: () => boolean, patienceMs = 15_000) => {
  for (const endMs = Date.now() + patienceMs; !isTrue(); await wait(10)) assert.ok(Date.now() < endMs, `waited in vain: ${what}`)
}

const createTarget = async (context: TestContext) => {
  const network = await createLibp2pNetwork({ listen: ['/ip4/127.0.0.1/tcp/0'] })
  await network.start()
  context.after(network.stop)
  const changes: string[] = []
  network.onPeer(({ kind }) => changes.push(kind))
  const address = network.addresses()[0]!
  const { port } = new URL(`http://127.0.0.1:${address.split('/')[4]}`)
  /** A friend still gets through. */
  const stillServes = async () => {
    const friend = await createLibp2pNetwork({ listen: ['/ip4/127.0.0.1/tcp/0'] })
    await friend.start()
    assert.equal(await friend.dial(address, AbortSignal.timeout(5000)), network.self)
    await friend.stop()
  }
  return { network, address, port: Number(port), changes, stillServes }
}

/** A libp2p node that is not one of ours. */
const createStranger = async (context: TestContext, options: Partial<Libp2pOptions> = {}) => {
  const node = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    ...options,
  })
  context.after(() => node.stop())
  return node
}

/** A stranger that knows the link protocol well enough to count as a peer. */
const createMember = async (context: TestContext, address: string) => {
  const node = await createStranger(context)
  const connection = await node.dial(multiaddr(address))
  const link = await connection.newStream(LINK_PROTOCOL)
  const isHigher = node.peerId.toString() > connection.remotePeer.toString()
  link.addEventListener('message', ({ data }) => {
    if (!isHigher && data.subarray().includes(HELLO_ALONE)) link.send(Uint8Array.of(TAKE))
  })
  if (isHigher) link.send(Uint8Array.of(HELLO_ALONE))
  return { node, connection, link, peer: node.peerId.toString() as PeerId }
}

const isOver = ({ status }: Connection | RawStream) => status !== 'open'

test('garbage, silence and hang-ups before the handshake change nothing', async (context) => {
  const { network, port, stillServes } = await createTarget(context)
  const call = (act: (socket: net.Socket) => void) =>
    new Promise<void>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => act(socket))
      socket.on('error', () => {})
      socket.on('close', () => resolve())
    })
  const greeting = Buffer.from('\x13/multistream/1.0.0\n\x07/noise\n')
  await Promise.all([
    call((socket) => socket.resetAndDestroy()),
    call((socket) => socket.end(Buffer.alloc(5000, 0xff))),
    call((socket) => socket.write(greeting) && setTimeout(() => socket.resetAndDestroy(), 50)),
    call((socket) => socket.end(Buffer.concat([greeting, Buffer.from([0xff, 0xff]), Buffer.alloc(70_000, 7)]))),
    // Silent: cut off by the limit on upgrades.
    call(() => {}),
    call((socket) => socket.write(greeting)),
  ])
  assert.deepEqual(network.peers(), [])
  await stillServes()
})

test('a node that does not speak our link protocol is never a peer, and is shown out', async (context) => {
  const { network, address, changes, stillServes } = await createTarget(context)
  const stranger = await createStranger(context)
  const connection = await stranger.dial(multiaddr(address))
  await assert.rejects(connection.newStream(PROTOCOL))
  network.handle(PROTOCOL, () => assert.fail('not settled'))
  const early = await connection.newStream(PROTOCOL).catch(() => undefined)
  await until('early stream refused', () => !early || isOver(early))
  await until('shown out', () => isOver(connection))
  assert.deepEqual([network.peers(), changes], [[], []])
  await stillServes()
})

test('a dial to a node that is not one of ours fails', async (context) => {
  const { network } = await createTarget(context)
  const stranger = await createStranger(context, { addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } })
  const [address] = stranger.getMultiaddrs()
  const dialled = network.dial(`/ip4/127.0.0.1/tcp/${address!.toString().split('/')[4]}` as never, AbortSignal.timeout(5000))
  await assert.rejects(dialled, { code: 'NETWORK_DIAL_FAILED' })
})

test('of two connections under way at once the first to be settled stays, in whatever order their words arrive', async (context) => {
  const { network, address, changes } = await createTarget(context)
  let node = await createStranger(context)
  while (node.peerId.toString() < network.self) node = await createStranger(context)
  const [one, other] = [await node.dial(multiaddr(address)), await node.dial(multiaddr(address), { force: true })]
  const links = [await one.newStream(LINK_PROTOCOL), await other.newStream(LINK_PROTOCOL)] as const
  links[1].send(Uint8Array.of(HELLO_ANOTHER))
  await until('up', () => changes.length === 1)
  links[0].send(Uint8Array.of(HELLO_ALONE))
  await until('the late one is shown out', () => isOver(one))
  assert.deepEqual([changes, isOver(other), network.peers()], [['up'], false, [node.peerId.toString()]])
  // One that is opened later, by a peer that says it has no other, takes its place.
  const third = await node.dial(multiaddr(address), { force: true })
  const link = await third.newStream(LINK_PROTOCOL)
  link.send(Uint8Array.of(HELLO_ALONE))
  await until('replaced', () => changes.length === 3 && isOver(other))
  assert.deepEqual([changes, network.peers()], [['up', 'down', 'up'], [node.peerId.toString()]])
})

test('nonsense on the link ends the connection', async (context) => {
  const { network, address, changes } = await createTarget(context)
  const { connection, link } = await createMember(context, address)
  await until('a peer', () => network.peers().length === 1)
  link.send(Uint8Array.of(99))
  await until('ended', () => isOver(connection) && network.peers().length === 0)
  assert.deepEqual(changes, ['up', 'down'])
})

test('a peer that falls silent is dropped, though its kernel still answers', async (context) => {
  const { network, address } = await createTarget(context)
  const { connection } = await createMember(context, address)
  await until('a peer', () => network.peers().length === 1)
  const startMs = Date.now()
  await until('dropped', () => isOver(connection) && network.peers().length === 0)
  assert.ok(Date.now() - startMs > 3000)
})

const openAndSend = async (context: TestContext, chunks: readonly Uint8Array[]) => {
  const { network, address } = await createTarget(context)
  const ends: (ErrorCode | undefined)[] = []
  network.handle(PROTOCOL, (stream) => stream.onClose((code) => ends.push(code)))
  const { connection, link, peer } = await createMember(context, address)
  await until('a peer', () => network.peers().length === 1)
  const beats = setInterval(() => isOver(link) || link.send(Uint8Array.of(5)), 500)
  context.after(() => clearInterval(beats))
  const raw = await connection.newStream(PROTOCOL)
  for (const chunk of chunks) {
    if (isOver(raw)) break
    if (!raw.send(chunk)) await drained(raw)
  }
  await until('ended', () => ends.length === 1)
  assert.deepEqual(network.peers(), [peer], 'only the stream')
  return ends[0]
}

test('whoever sends beyond the credit loses the stream', async (context) => {
  const frame = encodeFlowMessage({ kind: 'frame', bytes: new Uint8Array(FRAME_BYTES_MAX) })
  assert.equal(await openAndSend(context, Array.from({ length: 8 }, () => frame)), 'NETWORK_CREDIT_EXCEEDED')
})

test('empty frames cost credit too', async (context) => {
  const frames = concat(Array.from({ length: 50_000 }, () => encodeFlowMessage({ kind: 'frame', bytes: new Uint8Array() })))
  assert.equal(await openAndSend(context, [frames]), 'NETWORK_CREDIT_EXCEEDED')
})

test('a frame that claims to be too large, a credit that was never owed, and nonsense end the stream', async (context) => {
  assert.equal(await openAndSend(context, [Uint8Array.of(0, 0xff, 0xff, 0xff, 0x7f)]), 'NETWORK_FRAME_TOO_LARGE')
  assert.equal(await openAndSend(context, [encodeFlowMessage({ kind: 'credit', bytes: 1000 })]), 'NETWORK_CREDIT_EXCEEDED')
  assert.equal(await openAndSend(context, [Uint8Array.of(77)]), 'BASE_BYTES_MALFORMED')
})

test('one host may hold only so many connections', async (context) => {
  const { address } = await createTarget(context)
  const strangers = await Promise.all(Array.from({ length: CONNECTIONS_PER_HOST_MAX + 3 }, () => createStranger(context)))
  const outcomes = await Promise.allSettled(strangers.map((stranger) => stranger.dial(multiaddr(address))))
  await wait(100)
  const open = outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value.status === 'open')
  assert.ok(open.length <= CONNECTIONS_PER_HOST_MAX, `${open.length}`)
})

/** A stranger whose muxer is `act` on the bare connection. */
const attackBelowMuxer = async (context: TestContext, address: string, act: (below: MessageStream) => void) => {
  const factory = {
    protocol: '/yamux/1.0.0',
    createStreamMuxer: (below: MessageStream) => {
      setTimeout(() => act(below), 20)
      const idle = { protocol: '/yamux/1.0.0', streams: [], status: 'open', addEventListener: () => {}, close: async () => {}, abort: () => {} }
      return idle as unknown as StreamMuxer
    },
  }
  const stranger = await createStranger(context, { streamMuxers: [() => factory] })
  return stranger.dial(multiaddr(address))
}
const yamuxHeader = (type: number, flags: number, stream: number, length: number) => {
  const header = Buffer.alloc(12)
  header.writeUInt8(type, 1)
  header.writeUInt16BE(flags, 2)
  header.writeUInt32BE(stream, 4)
  header.writeUInt32BE(length, 8)
  return header
}
/** `onDrain` of libp2p answers at once from the second time on. */
const drained = (stream: MessageStream) =>
  new Promise<void>((resolve) => {
    stream.addEventListener('drain', () => resolve(), { once: true })
    stream.addEventListener('close', () => resolve(), { once: true })
  })
/** Sends for as long as it may; answers how much went out. */
const pour = async (below: MessageStream, bytes: Uint8Array, bytesMax: number) => {
  let sent = 0
  while (sent < bytesMax && below.status === 'open') {
    sent += bytes.length
    if (!below.send(bytes)) await drained(below)
  }
  return sent
}

test('a muxer frame that claims gigabytes is not gathered', async (context) => {
  const { address, stillServes } = await createTarget(context)
  let poured: Promise<number> = Promise.resolve(0)
  const connection = await attackBelowMuxer(context, address, (below) => {
    below.send(yamuxHeader(0, 1, 1, 0xffff_ffff))
    poured = pour(below, new Uint8Array(MIB), 300 * MIB)
  })
  await until('cut off', () => isOver(connection))
  const sent = await poured
  // What the sockets of both ends hold comes on top of the limit.
  assert.ok(sent < 40 * MIB, `${sent / MIB} MiB`)
  await stillServes()
})

test('a flood of pings from one who reads no answers is cut off', async (context) => {
  const { address, stillServes } = await createTarget(context)
  const pings = concat(Array.from({ length: 20_000 }, (_, at) => yamuxHeader(2, 1, 0, at)))
  let poured: Promise<number> = Promise.resolve(0)
  const connection = await attackBelowMuxer(context, address, (below) => {
    below.pause()
    poured = pour(below, pings, 300 * MIB)
  })
  await until('cut off', () => isOver(connection), 30_000)
  const sent = await poured
  assert.ok(sent < 60 * MIB, `${sent / MIB} MiB`)
  await stillServes()
})
