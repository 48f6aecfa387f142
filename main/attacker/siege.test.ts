/** A running peer under siege: strangers hold what they can get, and say what they like. Two members sync all the while. */
import assert from 'node:assert/strict'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../../app/base/clock.ts'
import { concat } from '../../app/base/codec.ts'
import type { DocumentId, PeerId, WorkspaceId } from '../../app/base/ids.ts'
import { CONNECTIONS_PER_HOST_MAX, FRAME_BYTES_MAX } from '../../app/base/limits.ts'
import { silentLogger } from '../../app/base/logger.ts'
import { encodeFlowMessage } from '../../app/network/credits/wire.ts'
import { createLibp2pNetwork } from '../../app/network/libp2p.ts'
import { createLinks, LINK_PROTOCOL } from '../../app/network/libp2p/links.ts'
import { createNode } from '../../app/network/libp2p/node.ts'
import { createPeer } from '../../app/peer.ts'
import { createMemoryStore } from '../../app/store/memory.ts'
import { random } from './arsenal.ts'

const clock = systemClock()
const PROTOCOL = '/lanyard/sync/0'
const LISTEN = '/ip4/127.0.0.1/tcp/0'
const MIB = 1024 * 1024
const MORE_BYTES_MAX = 64 * MIB
/** Bounds on how long a change takes under siege: a multiple of what it took before, and what a busy machine may add. */
const SLOWER_MAX = 20
const SLOWER_MS_MAX = 5000
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const until = async (what: string, isTrue: () => boolean | Promise<boolean>, patienceMs = 40_000) => {
  for (const endMs = Date.now() + patienceMs; !(await isTrue()); await wait(20)) assert.ok(Date.now() < endMs, `waited in vain: ${what}`)
}

const createMember = async (machineName: string) => {
  const network = await createLibp2pNetwork({ listen: [LISTEN] })
  const ports = { store: createMemoryStore(), network, discoveries: [], clock, random, logger: silentLogger }
  const peer = createPeer({ ...ports, machineName, version: '0.0.0', keysAreUnprotected: true })
  await peer.start()
  return { peer, network, screen: peer.openScreen() }
}
type Member = Awaited<ReturnType<typeof createMember>>

let [ada, ben] = [undefined, undefined] as unknown as [Member, Member]
let workspace: WorkspaceId
let document: DocumentId
let calmMs = 0
let turns = 0

const shows = async (member: Member, text: string) => {
  const { markdown } = await member.screen.run('document.markdown', { workspace, document }).catch(() => ({ markdown: '' }))
  return markdown.includes(text)
}
/** How long until the other one shows a change of each. */
const syncMs = async () => {
  const startMs = performance.now()
  for (const [from, to] of [[ada, ben], [ben, ada]] as const) {
    const text = `turn ${++turns}.`
    await from.screen.run('document.append', { workspace, document, text })
    await until(`${text} shows`, () => shows(to, text))
  }
  return performance.now() - startMs
}
const address = () => ada.network.addresses()[0]!
const port = () => Number(address().split('/')[4])

before(async () => {
  ;[ada, ben] = [await createMember('Ada'), await createMember('Ben')]
  ;({ workspace } = await ada.screen.run('workspace.create', { name: 'Fort' }))
  ;({ document } = await ada.screen.run('document.create', { workspace, title: 'Log', markdown: 'start' }))
  const { link } = await ada.screen.run('workspace.invite', { workspace })
  await ben.screen.run('workspace.join', { link, timeoutMs: 60_000 })
  await until('the note is there', () => shows(ben, 'start'))
  calmMs = Math.max(await syncMs(), await syncMs(), await syncMs())
})
after(async () => {
  for (const { peer } of [ada, ben]) await peer.stop()
})

/** Lays siege, syncs, lifts it: the members were not much slower, memory is bounded, and nobody is left at the gate. */
const besiege = (name: string, lay: () => Promise<() => Promise<unknown>>) =>
  void test(name, { timeout: 120_000 }, async (context) => {
    const bytesBefore = process.memoryUsage().rss
    const lift = await lay()
    const tookMs = Math.max(await syncMs(), await syncMs())
    const moreBytes = process.memoryUsage().rss - bytesBefore
    await lift()
    context.diagnostic(`a change each way took ${tookMs.toFixed(0)} ms (${calmMs.toFixed(0)} in calm), memory +${(moreBytes / MIB).toFixed(1)} MiB`)
    assert.ok(tookMs < calmMs * SLOWER_MAX + SLOWER_MS_MAX, `${tookMs} ms`)
    // Attackers and members share this process: its memory bounds that of the attacked one.
    assert.ok(moreBytes < 2 * MORE_BYTES_MAX, `${moreBytes / MIB} MiB`)
    await until('strangers are gone', () => ada.network.peers().length === 1)
    assert.deepEqual(ada.network.peers(), [ben.network.self])
  })

const knock = (act: (socket: net.Socket) => void) => {
  const socket = net.connect(port(), '127.0.0.1', () => act(socket))
  socket.on('error', () => {})
  return socket
}
const GREETING = Buffer.from('\x13/multistream/1.0.0\n\x07/noise\n')

besiege('a handshake said byte by byte, and one that stops in the middle', async () => {
  const sockets = Array.from({ length: 12 }, () => knock(() => {}))
  let at = 0
  const drip = setInterval(() => {
    const byte = GREETING.subarray(at % GREETING.length, (at++ % GREETING.length) + 1)
    for (const [index, socket] of sockets.entries()) if (index % 2 === 0) socket.write(byte)
  }, 150)
  await wait(300)
  return async () => {
    clearInterval(drip)
    for (const socket of sockets) socket.destroy()
  }
})

besiege('hundreds of connections a second from one address', async () => {
  const sockets = new Set<net.Socket>()
  const storm = setInterval(() => {
    for (let count = 0; count < 20; count++) {
      const socket = knock((one) => one.write(GREETING))
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    }
  }, 50)
  await wait(1000)
  return async () => {
    clearInterval(storm)
    for (const socket of sockets) socket.destroy()
  }
})

/** A stranger who knows our network's own protocol, and is taken for a peer. */
const createStranger = async () => {
  const node = await createNode([LISTEN])
  const self = node.peerId.toString() as PeerId
  const up = Promise.withResolvers<void>()
  const links = createLinks({ self, clock, emit: ({ kind }) => kind === 'up' && up.resolve() })
  node.addEventListener('connection:open', ({ detail }) => links.manage(detail))
  await node.handle(LINK_PROTOCOL, (raw, connection) => links.attach(links.links.get(connection)!, raw))
  await node.handle(PROTOCOL, () => {})
  await node.start()
  const connection = await node.dial(multiaddr(address())).catch(() => undefined)
  if (!connection) return void (await node.stop())
  await Promise.race([up.promise, wait(5000)])
  return { node, connection, open: () => connection.newStream([PROTOCOL]).catch(() => undefined) }
}

type Stranger = NonNullable<Awaited<ReturnType<typeof createStranger>>>
const withStrangers = (count: number, act: (stranger: Stranger) => Promise<void>) => async () => {
  // After a storm an address has to wait before it may call again.
  await wait(3000)
  const strangers = await Promise.all(Array.from({ length: count }, createStranger))
  const here = strangers.filter((stranger) => stranger !== undefined)
  assert.ok(here.length > 0, 'somebody gets as far as the gate')
  await Promise.all(here.map(act))
  return () => Promise.all(here.map(({ node }) => node.stop()))
}

besiege('as many connections as one address may hold, each with streams that are opened and never used, or closed one way', withStrangers(
  CONNECTIONS_PER_HOST_MAX, async ({ open }) => {
    for (let count = 0; count < 8; count++) {
      const raw = await open()
      if (count % 2 === 1) void raw?.close().catch(() => {})
    }
  }))

besiege('half a frame, and then silence', withStrangers(4, async ({ open }) => {
  const whole = encodeFlowMessage({ kind: 'frame', bytes: new Uint8Array(FRAME_BYTES_MAX) })
  ;(await open())?.send(whole.subarray(0, FRAME_BYTES_MAX / 2))
}))

besiege('a flood of the smallest frames, and frames that promise too much', withStrangers(4, async ({ open }) => {
  const tiny = concat(Array.from({ length: 5000 }, () => encodeFlowMessage({ kind: 'frame', bytes: Uint8Array.of(3) })))
  for (const bytes of [tiny, Uint8Array.of(0, 0xff, 0xff, 0xff, 0x7f)]) {
    const raw = await open()
    if (raw?.status === 'open') raw.send(bytes)
  }
}))
