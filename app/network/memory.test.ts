import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address, peerId, type PeerId } from '../base/ids.ts'
import { PROBE_MS } from '../base/limits.ts'
import { createMemoryHub } from './memory.ts'
import type { Link } from './memory/lane.ts'
import type { PeerChange, Sighting, Stream } from './network.ts'
import { createManualClock, createSeededRandom } from './testing/world.ts'

const A = peerId('peerAAAA')
const B = peerId('peerBBBB')
const AT_A = address('/memory/a')
const AT_B = address('/memory/b')
const OPEN: Link = { kind: 'open', delayMs: 10 }
const CUT: Link = { kind: 'cut' }

const createWorld = async (seed = 7) => {
  const clock = createManualClock()
  const cuts = new Set<string>()
  const hub = createMemoryHub({ clock, random: createSeededRandom(seed), link: (from, to) => (cuts.has(`${from}>${to}`) ? CUT : OPEN) })
  const a = hub.createNetwork(A, AT_A)
  const b = hub.createNetwork(B, AT_B)
  await Promise.all([a.start(), b.start()])
  const changes: string[] = []
  const note = (at: string) => (change: PeerChange) => changes.push(`${at} ${change.kind}`)
  a.onPeer(note('a'))
  b.onPeer(note('b'))
  const set = (from: PeerId, to: PeerId, isCut: boolean) => {
    if (isCut) cuts.add(`${from}>${to}`)
    else cuts.delete(`${from}>${to}`)
    hub.refreshLinks()
  }
  const join = async () => {
    const dialled = a.dial(AT_B, clock.deadline(1000))
    await clock.pass(100)
    return dialled
  }
  return { clock, hub, a, b, changes, set, join }
}

type World = Awaited<ReturnType<typeof createWorld>>

const openStream = async ({ clock, a, b }: World) => {
  const texts: string[] = []
  b.handle('/talk', (stream) => stream.onFrame((frame) => texts.push(new TextDecoder().decode(frame))))
  const opening = a.open(B, '/talk', clock.deadline(1000))
  await clock.pass(100)
  return { texts, stream: await opening }
}
const say = (stream: Stream, text: string) => stream.send(new TextEncoder().encode(text))

test('a probe ends a connection that gives no sign of life, in a third of the time that silence takes', async () => {
  const world = await createWorld()
  await world.join()
  world.set(B, A, true)
  world.a.probe()
  await world.clock.pass(PROBE_MS - 50)
  assert.deepEqual(world.changes, ['a up', 'b up'])
  await world.clock.pass(100)
  assert.deepEqual(world.changes, ['a up', 'b up', 'a down', 'b down'])
})

test('a link that is cut for a short while loses nothing and keeps the order', async () => {
  const world = await createWorld()
  await world.join()
  const { stream, texts } = await openStream(world)
  say(stream, 'one')
  world.set(A, B, true)
  say(stream, 'two')
  await world.clock.pass(2500)
  assert.deepEqual(texts, [])
  world.set(A, B, false)
  say(stream, 'three')
  await world.clock.pass(50)
  assert.deepEqual(texts, ['one', 'two', 'three'])
  await world.clock.pass(10_000)
  assert.deepEqual(world.changes, ['a up', 'b up'])
})

test('a connection that is cut one way only goes down at both ends, each by itself', async () => {
  const world = await createWorld()
  await world.join()
  const { stream } = await openStream(world)
  let code: string | undefined
  stream.onClose((reason) => (code = reason))
  world.set(A, B, true)
  await world.clock.pass(2900)
  assert.deepEqual(world.changes, ['a up', 'b up'])
  await world.clock.pass(400)
  assert.deepEqual(world.changes.slice(2).sort(), ['a down', 'b down'])
  assert.deepEqual([world.a.peers(), world.b.peers(), code], [[], [], 'NETWORK_STREAM_CLOSED'])
})

test('what was on its way when an end gave up is lost, and never arrives on a later connection', async () => {
  const world = await createWorld()
  await world.join()
  const { stream, texts } = await openStream(world)
  world.set(A, B, true)
  say(stream, 'lost')
  await world.clock.pass(4000)
  world.set(A, B, false)
  await world.clock.pass(1000)
  await world.join()
  const again = await openStream(world)
  say(again.stream, 'new')
  await world.clock.pass(100)
  assert.deepEqual([texts, again.texts], [[], ['new']])
})

test('what an end had on its way when it gave up is lost, even if the other end still listens', async () => {
  let shown = 0
  for (let seed = 1; seed < 20; seed++) {
    const world = await createWorld(seed)
    await world.join()
    const { stream, texts } = await openStream(world)
    world.set(A, B, true)
    say(stream, 'lost')
    while (world.changes.length === 2) await world.clock.pass(5)
    if (world.changes[2] !== 'a down' || world.changes.length > 3) continue
    world.set(A, B, false)
    await world.clock.pass(100)
    assert.deepEqual([texts, world.changes.slice(2)], [[], ['a down', 'b down']])
    shown++
  }
  assert.ok(shown > 0)
})

test('a dial over a link that is cut in either direction fails when its signal aborts', async () => {
  for (const [from, to] of [[A, B], [B, A]] as const) {
    const { a, clock, set } = await createWorld()
    set(from, to, true)
    const outcome = a.dial(AT_B, clock.deadline(700)).catch((error) => [error.code, clock.nowMs()])
    await clock.pass(2000)
    assert.deepEqual(await outcome, ['NETWORK_DIAL_FAILED', 700])
  }
})

test('a killed peer says nothing and hears nothing; the other notices the silence', async () => {
  const world = await createWorld()
  await world.join()
  const { stream } = await openStream(world)
  let isTold = false
  stream.onClose(() => (isTold = true))
  world.hub.kill(A)
  say(stream, 'from beyond')
  await world.clock.pass(2900)
  assert.deepEqual(world.b.peers(), [A])
  await world.clock.pass(400)
  assert.deepEqual([world.changes, isTold, world.b.peers()], [['a up', 'b up', 'b down'], false, []])
  await assert.rejects(world.a.dial(AT_B, world.clock.deadline(100)), { code: 'NETWORK_STOPPED' })
})

test('the address of a killed peer comes back under another id while the silence lasts', async () => {
  const world = await createWorld()
  await world.join()
  world.hub.kill(B)
  const reborn = world.hub.createNetwork(peerId('peerCCCC'), AT_B)
  await reborn.start()
  assert.equal(await world.join(), 'peerCCCC')
  assert.deepEqual(world.a.peers(), [B, 'peerCCCC'])
  await world.clock.pass(4000)
  assert.deepEqual(world.a.peers(), ['peerCCCC'])
})

test('one who lost the connection gets a new one from a peer that has not noticed yet', async () => {
  const world = await createWorld()
  await world.join()
  world.set(A, B, true)
  world.a.hangUp(B)
  await world.clock.pass(100)
  assert.deepEqual([world.a.peers(), world.b.peers()], [[], [A]])
  world.set(A, B, false)
  assert.equal(await world.join(), B)
  assert.deepEqual([world.a.peers(), world.b.peers()], [[B], [A]])
})

test('discovery finds those whose link is open, at start, on refresh, and by their answers', async () => {
  const world = await createWorld()
  const seen: string[] = []
  const begin = (at: string, network: World['a']) => {
    const discovery = world.hub.createDiscovery(network)
    const self = (): Sighting => ({ peer: network.self, addresses: network.addresses() })
    discovery.start(self, ({ peer, addresses }) => seen.push(`${at} ${peer} ${addresses}`))
    return discovery
  }
  begin('a', world.a)
  world.set(A, B, true)
  const ofB = begin('b', world.b)
  await world.clock.pass(1000)
  assert.deepEqual(seen, ['a peerBBBB /memory/b'])
  world.set(A, B, false)
  ofB.refresh()
  await world.clock.pass(1000)
  assert.deepEqual(seen.slice(1), ['a peerBBBB /memory/b', 'b peerAAAA /memory/a'])
})

test('the same inputs give the same run, however much happens at once', async () => {
  const run = async () => {
    const world = await createWorld()
    void world.a.dial(AT_B, world.clock.deadline(1000)).catch(() => {})
    void world.b.dial(AT_A, world.clock.deadline(1000)).catch(() => {})
    await world.clock.pass(1000)
    world.set(B, A, true)
    await world.clock.pass(5000)
    return [world.changes, world.clock.nowMs()]
  }
  const first = await run()
  assert.deepEqual(await run(), first)
  assert.equal(first[0]?.toString().split('up').length, 3)
})
