import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { address, peerId, type PeerId } from '../base/ids.ts'
import { ADDRESSES_PER_PEER_MAX, MDNS_PACKETS_PER_SECOND_MAX, MDNS_RECORDS_MAX } from '../base/limits.ts'
import { createLibp2pNetwork } from './libp2p.ts'
import { createMdnsDiscovery } from './mdns.ts'
import { announcement, goodbyesIn, isPlausible, sightingsIn } from './mdns-packet.ts'
import type { Sighting } from './network.ts'

const PEER = peerId('12D3KooWpeer')
const AT = address('/ip4/192.168.1.7/tcp/4001')
/** As they look when they come from the wire: texts are bytes. */
const fromWire = (sighting: Sighting, instance = 'cafe') =>
  announcement(sighting, instance).map((record) => (record.type === 'TXT' ? { ...record, data: record.data.map((text) => Buffer.from(text)) } : record))

test('an announcement says who and where, and the packet’s source is one more place to look', () => {
  const six = address('/ip6/fd00::7/tcp/4002')
  assert.deepEqual(sightingsIn(fromWire({ peer: PEER, addresses: [AT, six] }), '10.0.0.7'), [
    { peer: PEER, addresses: ['/ip4/10.0.0.7/tcp/4001', AT, six] },
  ])
})

test('an announcement carries nothing but the id, the addresses, and a name made for the run', () => {
  const text = JSON.stringify(announcement({ peer: PEER, addresses: [AT] }, 'cafe'))
  assert.equal(text.replaceAll(/12D3KooWpeer|cafe|\/ip4\/192\.168\.1\.7\/tcp\/4001|_lanyard\._tcp\.local/g, '').match(/lanyard|[0-9a-f]{8,}/i), null)
})

test('a goodbye names who leaves, and an announcement is none', () => {
  const goodbye = announcement({ peer: PEER, addresses: [AT] }, 'cafe', true)
  const heard = goodbye.map((record) => (record.type === 'TXT' ? { ...record, data: record.data.map((text) => Buffer.from(text)) } : record))
  assert.deepEqual([goodbyesIn(heard), goodbyesIn(fromWire({ peer: PEER, addresses: [AT] })), goodbyesIn('x')], [[PEER], [], []])
})

test('a goodbye is no sighting', () => {
  assert.deepEqual(sightingsIn(announcement({ peer: PEER, addresses: [AT] }, 'cafe', true), '10.0.0.7'), [])
})

test('of what is forged only a bounded part is looked at, and only addresses are taken', () => {
  const many = Array.from({ length: 500 }, (_, at) => fromWire({ peer: peerId(`forgedPeer${at}`), addresses: [AT] }, `cafe${at}`)).flat()
  assert.ok(sightingsIn(many, '10.0.0.7').length <= MDNS_RECORDS_MAX / 3)
  const texts = ['id=12D3KooWpeer', 'a=/memory/x/tcp/1', 'a=/dns4/example.org/tcp/80', 'a=/ip4/1.2.3.4/tcp/0', 'a=nonsense', ...Array.from({ length: 100 }, (_, at) => `a=/ip4/10.0.0.1/tcp/${at + 1}`)]
  const forged = [{ type: 'PTR', name: '_lanyard._tcp.local', ttl: 9, data: 'x' }, { type: 'TXT', name: 'x', ttl: 9, data: texts.map((text) => Buffer.from(text)) }]
  const [sighting] = sightingsIn(forged, '10.0.0.7')
  assert.ok(sighting!.addresses.length <= ADDRESSES_PER_PEER_MAX)
  assert.ok(sighting!.addresses.every((each) => each.startsWith('/ip4/10.0.0.1/tcp/')), sighting!.addresses.join())
})

test('nobody can make us call a machine elsewhere, or a program of our own', () => {
  const said = ['/ip4/93.184.216.34/tcp/443', '/ip6/2606:2800::1/tcp/443', '/ip4/127.0.0.1/tcp/5432', '/ip6/::1/tcp/5432', '/ip4/172.32.0.1/tcp/80']
  const meant = ['/ip4/172.31.0.1/tcp/4001', '/ip4/100.64.0.1/tcp/4001', '/ip6/fd00::7/tcp/4001']
  const records = fromWire({ peer: PEER, addresses: [...said, ...meant].map(address) }).filter(({ type }) => type !== 'SRV')
  assert.deepEqual(sightingsIn(records, '10.0.0.7')[0]!.addresses, meant)
  assert.deepEqual(sightingsIn(fromWire({ peer: PEER, addresses: [address('/ip4/127.0.0.1/tcp/4001')] }), '127.0.0.1')[0]!.addresses, [
    '/ip4/127.0.0.1/tcp/4001',
  ])
})

test('a packet that promises more than it has room for is not read at all', () => {
  const packet = (length: number, counts: readonly number[]) => {
    const bytes = new Uint8Array(length)
    counts.forEach((count, index) => new DataView(bytes.buffer).setUint16(4 + 2 * index, count))
    return bytes
  }
  assert.equal(isPlausible(packet(11, [])), false)
  assert.equal(isPlausible(packet(12, [0, 0, 0, 0])), true)
  assert.equal(isPlausible(packet(12 + 5 + 3 * 11, [1, 1, 1, 1])), true)
  assert.equal(isPlausible(packet(12 + 5 + 3 * 11 - 1, [1, 1, 1, 1])), false)
  assert.equal(isPlausible(packet(150, [0, 63_444, 0, 0])), false)
})

test('no packet whatever makes it throw', () => {
  const record = fc.record({
    type: fc.constantFrom('PTR', 'SRV', 'TXT', 'A'),
    name: fc.constantFrom('_lanyard._tcp.local', 'x', ''),
    ttl: fc.anything(),
    data: fc.oneof(fc.anything(), fc.constant('x'), fc.array(fc.uint8Array())),
  })
  fc.assert(fc.property(fc.oneof(fc.array(fc.oneof(record, fc.anything())), fc.anything()), (records) => {
    for (const { addresses } of sightingsIn(records, '10.0.0.7')) assert.ok(addresses.length <= ADDRESSES_PER_PEER_MAX)
  }))
})

const until = async (isTrue: () => boolean) => {
  for (let tries = 0; tries < 400 && !isTrue(); tries++) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.ok(isTrue(), 'waited in vain')
}

let nextPort = 21_000 + (process.pid % 10_000)
/** Discovery on loopback only: nothing leaves this machine. */
const createRig = (context: TestContext) => {
  const port = nextPort++
  const begin = (peer: PeerId) => {
    const discovery = createMdnsDiscovery({ port, interfaces: () => ['127.0.0.1'] })
    const seen: Sighting[] = []
    const gone: PeerId[] = []
    const self = () => ({ peer, addresses: [address('/ip4/127.0.0.1/tcp/4001')] })
    discovery.start(self, (sighting) => seen.push(sighting), (leaver) => gone.push(leaver))
    let isStopped = false
    const stop = async () => {
      if (!isStopped) await discovery.stop()
      isStopped = true
    }
    context.after(stop)
    return { discovery, seen, gone, stop }
  }
  return { port, begin }
}

test('two on one machine see each other, also when one starts later, and never themselves', async (context) => {
  const { begin } = createRig(context)
  const first = begin(peerId('firstPeer'))
  await new Promise((resolve) => setTimeout(resolve, 300))
  const second = begin(peerId('secondPeer'))
  await until(() => first.seen.length > 0 && second.seen.length > 0)
  assert.deepEqual(new Set([...first.seen, ...second.seen].map(({ peer }) => peer)), new Set(['firstPeer', 'secondPeer']))
  assert.ok(first.seen.every(({ peer }) => peer === 'secondPeer'))
  assert.deepEqual([first.discovery.problems(), second.discovery.problems()], [[], []])
})

/** The bytes that a discovery multicasts in its first second, and at its end. */
const capture = async (port: number, self: () => Sighting): Promise<Buffer> => {
  const packets: Buffer[] = []
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  await new Promise<void>((resolve) => socket.bind(port, '0.0.0.0', resolve))
  socket.addMembership('224.0.0.251', '127.0.0.1')
  socket.on('message', (bytes) => packets.push(bytes))
  const discovery = createMdnsDiscovery({ port, interfaces: () => ['127.0.0.1'] })
  discovery.start(self, () => {})
  await until(() => packets.length >= 4)
  await discovery.stop()
  await new Promise((resolve) => setTimeout(resolve, 100))
  socket.close()
  return Buffer.concat(packets)
}

test('in the packets of two starts nothing is the same but the words of the service, the port and the address', async () => {
  const selfOf = async () => {
    const { self: peer } = await createLibp2pNetwork({ listen: ['/ip4/127.0.0.1/tcp/0'] })
    return () => ({ peer, addresses: [address('/ip4/127.0.0.1/tcp/4001')] })
  }
  const selves = [await selfOf(), await selfOf()]
  const [first, second] = [await capture(nextPort++, selves[0]!), await capture(nextPort++, selves[1]!)]
  for (const [bytes, self] of [[first, selves[0]!], [second, selves[1]!]] as const) assert.ok(bytes.includes(self().peer), 'it was heard at all')
  const free = ['_lanyard', '_tcp', 'local', 'a=/ip4/127.0.0.1/tcp/4001', 'id=12D3KooW']
  const textOf = (bytes: Buffer) => free.reduce((text, words) => text.replaceAll(words, '\n'), bytes.toString('latin1'))
  const sixes = (run: string) => Array.from({ length: run.length - 5 }, (_, at) => run.slice(at, at + 6))
  const runs = (text: string) => new Set([...text.matchAll(/[\x21-\x7e]{6,}/g)].flatMap(([run]) => sixes(run)))
  const both = [...runs(textOf(first))].filter((run) => runs(textOf(second)).has(run))
  assert.deepEqual(both, [])
})

test('one that stops is heard to go', async (context) => {
  const { begin } = createRig(context)
  const first = begin(peerId('firstPeer'))
  const second = begin(peerId('secondPeer'))
  await until(() => first.seen.length > 0)
  await second.stop()
  await until(() => first.gone.length > 0)
  assert.deepEqual(new Set(first.gone), new Set(['secondPeer']))
})

test('garbage and floods on its port do it no harm', async (context) => {
  const { begin, port } = createRig(context)
  const one = begin(peerId('firstPeer'))
  await new Promise((resolve) => setTimeout(resolve, 300))
  const socket = createSocket('udp4')
  context.after(() => socket.close())
  for (let at = 0; at < 500; at++) {
    const bytes = Buffer.from(Array.from({ length: 1 + (at % 200) }, (_, index) => (at * 31 + index * 7) % 256))
    await new Promise((resolve) => socket.send(bytes, port, '127.0.0.1', resolve))
  }
  const other = begin(peerId('secondPeer'))
  await until(() => one.seen.length > 0 && other.seen.length > 0)
  assert.ok(one.seen.length <= MDNS_PACKETS_PER_SECOND_MAX)
})

test('where multicast does not work it says so and goes on', async () => {
  const discovery = createMdnsDiscovery({ port: nextPort++, interfaces: () => ['203.0.113.77'] })
  discovery.start(() => ({ peer: PEER, addresses: [AT] }), () => {})
  await until(() => discovery.problems().length > 0)
  const [problem] = discovery.problems()
  assert.deepEqual([problem!.interface, problem!.kind], ['203.0.113.77', 'hear'])
  assert.match(problem!.code, /^E[A-Z]+$/)
  discovery.refresh()
  await discovery.stop()
})
