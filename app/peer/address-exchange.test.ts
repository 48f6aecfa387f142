import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address, type Address, type DeviceId, type PeerId, type WorkspaceId } from '../base/ids.ts'
import { ADDRESS_RECORDS_MAX, ADDRESS_RECORDS_PER_MINUTE_MAX } from '../base/limits.ts'
import { silentLogger } from '../base/logger.ts'
import { systemRandom } from '../base/random.ts'
import { createDeviceKeys, type DeviceKeys } from '../identity/device-keys.ts'
import { WORKSPACE } from '../log/log.support.ts'
import type { Network } from '../network/network.ts'
import type { Neighbours } from '../network/neighbours.types.ts'
import { createManualClock } from '../network/testing/world.ts'
import type { Link, Proven } from '../sync/link.ts'
import type { Links } from '../sync/links.ts'
import { createAddressExchange } from './address-exchange.ts'
import { addressPayloads, readAddresses, recordsIn, signAddresses } from './address-record.ts'
import { createPeerWorld, type TestMachine } from './peer.support.ts'
import type { Records } from './records.ts'
import type { Workspace } from './workspace.ts'
import type { Workspaces } from './workspaces.ts'

const at = (name: string) => address(`/ip4/10.0.0.${name}/tcp/4001`)
const random = systemRandom()

const collect = (out: Uint8Array[]) => (_workspace: WorkspaceId, _room: number, payload: Uint8Array) => void out.push(payload)

/** One machine's exchange, with nothing real around it but signatures. */
const createRig = () => {
  const clock = createManualClock()
  const own = createDeviceKeys(random)
  const members = new Set<DeviceId>([own.device])
  let membersChanged = () => {}
  const refused: string[] = []
  const stored = new Map<DeviceId, Uint8Array>()
  const sent: Uint8Array[] = []
  const world = { addresses: [at('1')], told: [] as readonly Address[] }
  const workspace = {
    id: WORKSPACE, keys: own,
    membership: {
      isMember: (device: DeviceId) => members.has(device),
      admits: (device: DeviceId) => members.has(device),
      onChange: (listener: () => void) => ((membersChanged = listener), () => {}),
    },
    refuse: (code: string) => void refused.push(code),
  } as unknown as Workspace
  const begin = () => {
    const exchange = createAddressExchange({
      clock, logger: silentLogger,
      workspaces: {} as Workspaces,
      records: {
        addressRecords: () => [...stored.values()],
        putAddressRecord: (_: WorkspaceId, device: DeviceId, bytes: Uint8Array) => void stored.set(device, bytes),
      } as unknown as Records,
      network: { addresses: () => world.addresses } as unknown as Network,
      neighbours: { setTold: (addresses: readonly Address[]) => void (world.told = addresses) } as unknown as Neighbours,
      links: () => ({ sendRoom: collect(sent) }) as unknown as Links,
    })
    exchange.open(workspace)
    return exchange
  }
  const proven = { workspace: WORKSPACE } as Proven
  const linkTo = (peer: string, out: Uint8Array[] = []) => ({ peer: peer as PeerId, sendRoom: collect(out) }) as unknown as Link
  const recordOf = (keys: DeviceKeys, counter: number, addresses: readonly Address[]) =>
    signAddresses(WORKSPACE, { device: keys.device, counter, addresses, sign: keys.signing.sign })
  const saidIn = (payloads: readonly Uint8Array[]) => payloads.flatMap(recordsIn).map((bytes) => {
    const read = readAddresses(WORKSPACE, bytes)
    return read.ok ? [read.value.device, ...read.value.addresses] : [read.code]
  })
  let exchange = begin()
  return {
    clock, own, members, refused, sent, world, stored, saidIn, recordOf,
    join: () => {
      const keys = createDeviceKeys(random)
      members.add(keys.device)
      return keys
    },
    membersChanged: () => membersChanged(),
    restart: () => void (exchange = begin()),
    hear: (keys: DeviceKeys, counter: number, addresses: readonly Address[]) =>
      exchange.receive(linkTo('from'), proven, addressPayloads([recordOf(keys, counter, addresses)])[0]!),
    hearBytes: (bytes: Uint8Array) => exchange.receive(linkTo('from'), proven, bytes),
    greet: () => {
      const out: Uint8Array[] = []
      exchange.greet(linkTo('to', out), proven)
      return saidIn(out)
    },
    refresh: () => exchange.refresh(),
  }
}

test('members are told where this machine is, and where the others are, also after a restart', () => {
  const rig = createRig()
  const ada = rig.join()
  assert.deepEqual(rig.greet(), [[rig.own.device, at('1')]])
  rig.hear(ada, 5, [at('2')])
  assert.deepEqual(rig.world.told, [at('2')])
  const all = [[rig.own.device, at('1')], [ada.device, at('2')]]
  assert.deepEqual(rig.greet(), all)
  rig.restart()
  assert.deepEqual([rig.world.told, rig.greet()], [[at('2')], all])
})

test('the newer record of a device wins, whatever the order, and is passed on once', () => {
  const rig = createRig()
  const ada = rig.join()
  rig.hear(ada, 5, [at('2')])
  rig.hear(ada, 9, [at('3')])
  rig.hear(ada, 5, [at('2')])
  rig.hear(ada, 9, [at('4')])
  assert.deepEqual(rig.world.told, [at('3')])
  assert.deepEqual(rig.saidIn(rig.sent), [[ada.device, at('2')], [ada.device, at('3')]])
})

test('of a stranger nothing is dialled or passed on, until its admission arrives', () => {
  const rig = createRig()
  const stranger = createDeviceKeys(random)
  rig.hear(stranger, 1, [at('66')])
  assert.deepEqual([rig.world.told, rig.sent, rig.greet().length], [[], [], 1])
  rig.members.add(stranger.device)
  rig.membersChanged()
  assert.deepEqual([rig.world.told, rig.saidIn(rig.sent)], [[at('66')], [[stranger.device, at('66')]]])
  rig.members.delete(stranger.device)
  rig.membersChanged()
  assert.deepEqual([rig.world.told, rig.greet().length], [[], 1])
})

test('what was changed on the way is refused and counted', () => {
  const rig = createRig()
  const ada = rig.join()
  const [payload] = addressPayloads([rig.recordOf(ada, 1, [at('2')])])
  payload![payload!.length - 1]! ^= 1
  rig.hearBytes(payload!)
  rig.hearBytes(Uint8Array.of(250, 250))
  assert.deepEqual([rig.world.told, rig.refused], [[], ['LOG_SIGNATURE_INVALID', 'BASE_BYTES_MALFORMED']])
})

test('a member can not make us dial hosts elsewhere, or programs of this machine', () => {
  const rig = createRig()
  const ada = rig.join()
  rig.hear(ada, 1, ['/ip4/93.184.216.34/tcp/443', '/ip4/127.0.0.1/tcp/5432', '/ip6/fe80::1%eth0/tcp/4001', '/ip4/10.0.0.9/tcp/4001'].map(address))
  assert.deepEqual(rig.world.told, [at('9')])
})

test('a member that tells many addresses pushes out the first of none', () => {
  const rig = createRig()
  const [mallory, ada] = [rig.join(), rig.join()]
  rig.hear(mallory, 1, Array.from({ length: 8 }, (_, index) => at(String(100 + index))))
  rig.hear(ada, 1, [at('2'), at('3')])
  assert.deepEqual(rig.world.told.slice(0, 3), [at('100'), at('2'), at('101')])
})

test('new addresses too often wait, and the newest of them is taken', async () => {
  const rig = createRig()
  const ada = rig.join()
  for (let counter = 1; counter <= 50; counter++) rig.hear(ada, counter, [at(String(counter))])
  assert.deepEqual([rig.sent.length, rig.world.told], [ADDRESS_RECORDS_PER_MINUTE_MAX, [at(String(ADDRESS_RECORDS_PER_MINUTE_MAX))]])
  await rig.clock.pass(61_000)
  assert.deepEqual([rig.sent.length, rig.world.told], [ADDRESS_RECORDS_PER_MINUTE_MAX + 1, [at('50')]])
})

test('only so many members, and so many strangers, are kept', () => {
  const rig = createRig()
  for (let count = 0; count < ADDRESS_RECORDS_MAX + 5; count++) rig.hear(rig.join(), 1, [at('2')])
  assert.equal(rig.greet().length, 1 + ADDRESS_RECORDS_MAX)
  const strangers = Array.from({ length: ADDRESS_RECORDS_MAX + 5 }, () => createDeviceKeys(random))
  const other = createRig()
  for (const stranger of strangers) other.hear(stranger, 1, [at('2')])
  for (const { device } of strangers) other.members.add(device)
  other.membersChanged()
  assert.equal(other.greet().length, 1 + ADDRESS_RECORDS_MAX)
})

test('other addresses of this machine are told at once, with a counter that grows though the clock went back', () => {
  const rig = createRig()
  rig.greet()
  rig.refresh()
  assert.equal(rig.sent.length, 0)
  rig.world.addresses = [at('77')]
  rig.refresh()
  assert.deepEqual(rig.saidIn(rig.sent), [[rig.own.device, at('77')]])
  // A disk that was put back: another run of this device had said more.
  rig.hear(rig.own, 1000, [at('1')])
  assert.deepEqual(rig.saidIn(rig.sent).at(-1), [rig.own.device, at('77')])
  const read = readAddresses(WORKSPACE, recordsIn(rig.sent.at(-1)!)[0]!)
  assert.ok(read.ok && read.value.counter > 1000)
})

test('machines that joined through a third, where nothing is multicast, connect to each other', async () => {
  const world = createPeerWorld()
  const [a, b, c] = ['Ada', 'Bob', 'Cy'].map((name) => world.createMachine(name, { discovers: false })) as [TestMachine, TestMachine, TestMachine]
  for (const machine of [a, b, c]) await machine.start()
  const workspace = await world.gather([a, b, c])
  await world.until(async () => (await b.member(workspace, 'Cy')).reachable && (await c.member(workspace, 'Bob')).reachable, 'that Bob and Cy are connected')
  // With Ada gone for good, a restart finds the other by what it was told.
  await a.stop()
  await b.stop()
  await b.start()
  await world.until(async () => (await b.member(workspace, 'Cy')).reachable, 'that Bob finds Cy again')
})
