import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address, peerId, type Address, type PeerId } from '../base/ids.ts'
import { PLACES_MAX, PLACES_TOLD_MAX, REDIALS_MAX } from '../base/limits.ts'
import { silentLogger } from '../base/logger.ts'
import { createMemoryHub, type Link } from './memory.ts'
import { createNeighbours } from './neighbours.ts'
import type { Discovery, Network, Sighting } from './network.ts'
import { createManualClock, createSeededRandom } from './testing/world.ts'

interface Machine {
  readonly network: Network
  readonly neighbours: ReturnType<typeof createNeighbours>
}

const createWorld = (seed = 1) => {
  const clock = createManualClock()
  const random = createSeededRandom(seed)
  const cuts = new Set<string>()
  const link = (from: PeerId, to: PeerId): Link => (cuts.has(`${from}>${to}`) ? { kind: 'cut' } : { kind: 'open', delayMs: 3 })
  const hub = createMemoryHub({ clock, random, link })
  let made = 0
  const boot = async (at: Address, extra: readonly Discovery[] = [], isDiscovering = false): Promise<Machine> => {
    const network = hub.createNetwork(peerId(`peer${String(made++).padStart(4, '0')}`), at)
    await network.start()
    const discoveries = isDiscovering ? [hub.createDiscovery(network), ...extra] : extra
    const neighbours = createNeighbours({ network, discoveries, clock, random, logger: silentLogger })
    neighbours.start()
    return { network, neighbours }
  }
  const split = (left: readonly Machine[], right: readonly Machine[], isCut: boolean) => {
    const pairs = left.flatMap(({ network: { self } }) => right.map(({ network }) => [self, network.self] as const))
    for (const name of pairs.flatMap(([one, other]) => [`${one}>${other}`, `${other}>${one}`])) {
      if (isCut) cuts.add(name)
      else cuts.delete(name)
    }
    hub.refreshLinks()
  }
  const isMesh = (machines: readonly Machine[]) => machines.every(({ network }) => network.peers().length === machines.length - 1)
  const timeTo = async (isTrue: () => boolean, patienceMs: number) => {
    const startMs = clock.nowMs()
    while (!isTrue()) {
      assert.ok(clock.nowMs() - startMs < patienceMs, `not within ${patienceMs} ms`)
      await clock.pass(10)
    }
    return clock.nowMs() - startMs
  }
  return { clock, hub, boot, split, isMesh, timeTo }
}

const AT = [0, 1, 2, 3, 4].map((index) => address(`/memory/machine${index}`))

/** Counts the connections that came up. */
const countUps = (machines: readonly Machine[]) => {
  const ups = { count: 0 }
  for (const { network } of machines) network.onPeer(({ kind }) => void (ups.count += kind === 'up' ? 1 : 0))
  return ups
}

test('five find each other by discovery alone, with one connection a pair', async () => {
  const world = createWorld()
  const machines = await Promise.all(AT.map((at) => world.boot(at, [], true)))
  const ups = countUps(machines)
  await world.timeTo(() => world.isMesh(machines), 2000)
  await world.clock.pass(30_000)
  assert.equal(ups.count, 20)
})

test('five find each other by addresses alone', async () => {
  const world = createWorld()
  const machines = await Promise.all(AT.map((at) => world.boot(at)))
  for (const { neighbours } of machines) neighbours.remember(AT)
  await world.timeTo(() => world.isMesh(machines), 2000)
  for (const { network, neighbours } of machines) assert.ok(neighbours.list().every((view) => view.address !== network.addresses()[0]), 'never itself')
})

test('after a split of any length all are joined again within two seconds', async () => {
  for (const splitMs of [5000, 30_000, 180_000]) {
    const world = createWorld(splitMs)
    const machines = await Promise.all(AT.map((at) => world.boot(at, [], true)))
    await world.timeTo(() => world.isMesh(machines), 2000)
    const [left, right] = [machines.slice(0, 2), machines.slice(2)]
    world.split(left, right, true)
    await world.clock.pass(splitMs)
    assert.ok(world.isMesh(left) && world.isMesh(right))
    world.split(left, right, false)
    await world.timeTo(() => world.isMesh(machines), 2000)
  }
})

test('a machine that comes back under another id at the same address is found again', async () => {
  const world = createWorld()
  const a = await world.boot(AT[0]!)
  const b = await world.boot(AT[1]!)
  a.neighbours.remember([AT[1]!])
  await world.timeTo(() => world.isMesh([a, b]), 1000)
  world.hub.kill(b.network.self)
  await world.clock.pass(20_000)
  assert.deepEqual(a.neighbours.list().map(({ state, code }) => [state === 'connected', code]), [[false, 'NETWORK_DIAL_FAILED']])
  const again = await world.boot(AT[1]!)
  await world.timeTo(() => world.isMesh([a, again]), 2000)
  assert.deepEqual(a.neighbours.list(), [{ address: AT[1]!, peer: again.network.self, state: 'connected', code: undefined }])
})

test('an address that nobody ever answered is dialled less and less, and at once after a refresh', async () => {
  const world = createWorld()
  const dials: number[] = []
  const a = await world.boot(AT[0]!)
  const dial = (to: Address, signal: AbortSignal) => (dials.push(world.clock.nowMs()), a.network.dial(to, signal))
  const network = { ...a.network, dial }
  const neighbours = createNeighbours({ network, discoveries: [], clock: world.clock, random: createSeededRandom(2), logger: silentLogger })
  neighbours.remember([AT[1]!])
  neighbours.start()
  const dialsIn = async (durationMs: number) => {
    const before = dials.length
    await world.clock.pass(durationMs)
    return dials.length - before
  }
  const [first, , later] = [await dialsIn(10_000), await dialsIn(1_190_000), await dialsIn(60_000)]
  assert.ok(first >= 4 && later <= 6 && later >= 3, `${first} ${later}`)
  const before = dials.length
  neighbours.refresh()
  assert.equal(dials.length, before + 1)
})

test('a typed address is dialled now, tells who answered or why nobody did, and is tried again', async () => {
  const world = createWorld()
  const a = await world.boot(AT[0]!)
  const attempt = a.neighbours.connect(AT[1]!).then(() => 'connected', (error) => error.code)
  await world.clock.pass(6000)
  assert.equal(await attempt, 'NETWORK_DIAL_FAILED')
  await assert.rejects(a.neighbours.connect(AT[0]!), { code: 'NETWORK_DIAL_SELF' })
  await assert.rejects(a.neighbours.connect('over there' as Address), { code: 'NETWORK_ADDRESS_MALFORMED' })
  const b = await world.boot(AT[1]!)
  await world.timeTo(() => world.isMesh([a, b]), 2500)
  const again = a.neighbours.connect(AT[1]!)
  await world.clock.pass(100)
  assert.equal(await again, b.network.self)
})

test('after a network change the one that changed calls at once, whoever has the lower id', async () => {
  const world = createWorld()
  const machines = await Promise.all([AT[0]!, AT[1]!].map((at) => world.boot(at)))
  for (const { neighbours } of machines) neighbours.remember(AT.slice(0, 2))
  await world.timeTo(() => world.isMesh(machines), 1000)
  for (const { network, neighbours } of machines) {
    await world.clock.pass(5000)
    for (const peer of network.peers()) network.hangUp(peer)
    neighbours.refresh()
    await world.timeTo(() => world.isMesh(machines), 100)
  }
})

test('what members tell is dialled, replaced by what they tell later, and bounded', async () => {
  const world = createWorld()
  const a = await world.boot(AT[0]!)
  const b = await world.boot(AT[1]!)
  a.neighbours.setTold([AT[1]!, AT[2]!])
  await world.timeTo(() => world.isMesh([a, b]), 500)
  assert.deepEqual(a.neighbours.answeredAt(b.network.self), [AT[1]!])
  a.neighbours.setTold(Array.from({ length: 999 }, (_, at) => address(`/memory/told${at}`)))
  const known = a.neighbours.list().map((view) => String(view.address))
  assert.ok(!known.includes(AT[2]!) && known.includes(AT[1]!), 'the connected one stays')
  assert.equal(known.filter((each) => each.startsWith('/memory/told')).length, PLACES_TOLD_MAX)
})

test('who says goodbye is dialled no more; a forged goodbye breaks no connection, and members’ words stay', async () => {
  const world = createWorld()
  const [a, b] = [await world.boot(AT[0]!, [], true), await world.boot(AT[1]!, [], true)]
  await world.timeTo(() => world.isMesh([a, b]), 1000)
  await b.neighbours.stop()
  await b.network.stop()
  await world.clock.pass(100)
  assert.deepEqual(a.neighbours.list(), [])

  const forger = createForger()
  const c = await world.boot(AT[2]!, [forger.discovery])
  const d = await world.boot(AT[3]!)
  forger.tell({ peer: d.network.self, addresses: [AT[3]!] })
  await world.timeTo(() => world.isMesh([c, d]), 1000)
  forger.bye(d.network.self)
  await world.clock.pass(5000)
  assert.ok(world.isMesh([c, d]))
  c.neighbours.setTold([AT[3]!])
  forger.bye(d.network.self)
  c.network.hangUp(d.network.self)
  await world.timeTo(() => world.isMesh([c, d]), 4000)
})

test('a forgotten address is left alone', async () => {
  const world = createWorld()
  const a = await world.boot(AT[0]!)
  a.neighbours.remember([AT[1]!])
  a.neighbours.forget([AT[1]!])
  const b = await world.boot(AT[1]!)
  await world.clock.pass(20_000)
  assert.deepEqual([a.network.peers(), b.network.peers(), a.neighbours.list()], [[], [], []])
})

const createForger = () => {
  let tell: (sighting: Sighting) => void = () => {}
  let bye: (peer: PeerId) => void = () => {}
  const start: Discovery['start'] = (_self, onSighting, onGone = () => {}) => {
    tell = onSighting
    bye = onGone
  }
  const discovery: Discovery = { start, refresh: () => {}, isWorking: () => true, stop: async () => {} }
  return { discovery, tell: (sighting: Sighting) => tell(sighting), bye: (peer: PeerId) => bye(peer) }
}

test('forged sightings neither push out a real neighbour, nor take more than their share of dials', async () => {
  const world = createWorld()
  const forger = createForger()
  const a = await world.boot(AT[0]!, [forger.discovery])
  const b = await world.boot(AT[1]!)
  a.neighbours.remember([AT[1]!])
  await world.timeTo(() => world.isMesh([a, b]), 1000)
  let at = 0
  const forge = () => {
    for (let round = 0; round < 100; round++) forger.tell({ peer: peerId(`forgedPeer${at++}`), addresses: [address(`/memory/nobody${at}`)] })
  }
  for (let round = 0; round < 20; round++) {
    forge()
    const dialling = a.neighbours.list().filter(({ state }) => state === 'dialling')
    assert.ok(dialling.length <= REDIALS_MAX && a.neighbours.list().length <= PLACES_MAX)
    await world.clock.pass(300)
  }
  world.split([a], [b], true)
  await world.clock.pass(5000)
  world.split([a], [b], false)
  forge()
  await world.timeTo(() => world.isMesh([a, b]), 2500)
  await world.clock.pass(700_000)
  assert.equal(a.neighbours.list().length, 1, 'sightings expire')
})

test('a sighting that claims a neighbour’s address for another does not disturb the connection', async () => {
  const world = createWorld()
  const forger = createForger()
  const a = await world.boot(AT[0]!, [forger.discovery])
  const b = await world.boot(AT[1]!)
  a.neighbours.remember([AT[1]!])
  await world.timeTo(() => world.isMesh([a, b]), 1000)
  const ups = countUps([a, b])
  for (let round = 0; round < 50; round++) {
    forger.tell({ peer: peerId('forgedPeer'), addresses: [AT[1]!] })
    await world.clock.pass(100)
  }
  await world.clock.pass(5000)
  assert.deepEqual([ups.count, a.neighbours.list().map(({ state, peer }) => [state, peer])], [0, [['connected', b.network.self]]])
})

test('whoever hangs up at once is called less and less often', async () => {
  const world = createWorld()
  const a = await world.boot(AT[0]!)
  const b = await world.boot(AT[1]!)
  b.network.onPeer(({ kind, peer }) => void (kind === 'up' && world.clock.after(50, () => b.network.hangUp(peer))))
  const ups = countUps([a])
  a.neighbours.remember([AT[1]!])
  await world.clock.pass(60_000)
  assert.ok(ups.count >= 3 && ups.count <= 7, `${ups.count}`)
})

test('stop ends dials and discovery', async () => {
  const world = createWorld()
  const a = await world.boot(AT[0]!, [], true)
  a.neighbours.remember([AT[1]!])
  await world.clock.pass(400)
  await a.neighbours.stop()
  const b = await world.boot(AT[1]!, [], true)
  await world.clock.pass(20_000)
  assert.deepEqual([a.network.peers(), b.network.peers()], [[], []])
})
