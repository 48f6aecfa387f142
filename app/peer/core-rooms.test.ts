/** A start from a checkpoint must be a start from the entries, only faster: over random histories, cut off at any batch. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '../base/codec.ts'
import { PART_BYTES_MAX } from '../base/limits.ts'
import { silentLogger, type Logger } from '../base/logger.ts'
import type { DocumentId } from '../base/ids.ts'
import { SCHEMA } from '../documents/documents.types.ts'
import { createChance, createManualClock, openScreen, randomOf, type Chance, type ManualClock, type TestScreen } from '../documents/peers.fixture.ts'
import { createDeviceKeys, type DeviceKeys } from '../identity/device-keys.ts'
import { createGenesis, genesisId } from '../membership/genesis.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store, StoreOperation } from '../store/store.ts'
import { startCoreRooms, type CoreRooms } from './core-rooms.ts'
import type { WorkspaceRecord } from './records.ts'

interface Disk {
  readonly store: Store
  readonly batches: (readonly StoreOperation[])[]
}

interface Machine {
  readonly keys: DeviceKeys
  readonly disk: Disk
  readonly clock: ManualClock
  rooms: CoreRooms
  screens: TestScreen[]
}

const createDisk = (batches: readonly (readonly StoreOperation[])[] = []): Disk => {
  const memory = createMemoryStore()
  const written = [...batches]
  for (const operations of batches) memory.batch(operations)
  const batch = (operations: readonly StoreOperation[]) => {
    memory.batch(operations)
    written.push(operations.map((operation) => (operation.kind === 'put' ? { ...operation, value: operation.value.slice() } : operation)))
  }
  return { store: { ...memory, batch }, batches: written }
}

const isCheckpoint = (operation: StoreOperation) => operation.kind === 'put' && operation.key[2] === 'c'
const isRoot = (operation: StoreOperation) => isCheckpoint(operation) && operation.kind === 'put' && operation.key[3] === 'root'
const isKeptDocument = (operation: StoreOperation) => isCheckpoint(operation) && operation.kind === 'put' && operation.key[3] === 'd'

const createWorld = (seed: number) => {
  const chance = createChance(seed)
  const random = randomOf(chance)
  const dropped: string[] = []
  const warn: Logger['warn'] = (what, details) => {
    if (what === 'checkpoint dropped') dropped.push(JSON.stringify(details))
  }
  const logger: Logger = { ...silentLogger, warn }
  const founder = createDeviceKeys(random)
  const genesis = createGenesis('Test', founder, random)
  const secrets = { control: random.bytes(32), epochs: [random.bytes(32)] }
  const shared = { workspace: genesisId(genesis), genesis, ...secrets, sponsor: undefined, isFilled: true }
  const start = (keys: DeviceKeys, disk: Disk, clock = createManualClock()) => {
    const record: WorkspaceRecord = { ...shared, keys }
    return startCoreRooms({ record, store: disk.store, clock, random, logger })
  }
  const createMachine = (keys = createDeviceKeys(random)): Machine => {
    const [disk, clock] = [createDisk(), createManualClock()]
    return { keys, disk, clock, rooms: start(keys, disk, clock), screens: [] }
  }
  return { chance, random, dropped, start, founder, createMachine }
}
type World = ReturnType<typeof createWorld>

/** Runs of what `to` lacks; with chance, only some, in any order. */
const deliver = (from: CoreRooms, to: CoreRooms, chance?: Chance): void => {
  for (const log of from.log.heights().keys()) {
    if (log === to.log.self || (chance && chance.below(4) === 0)) continue
    const bytesMax = chance ? 1 + chance.below(6000) : 1e9
    const run = from.log.readRun({ log, from: to.log.heightOf(log), to: Infinity, bytesMax })
    if (run) assert.ok(to.log.accept(run).ok)
  }
}

const deliverAll = (from: readonly Machine[], to: CoreRooms): void => {
  for (let before = ''; before !== to.log.headsHash();) {
    before = to.log.headsHash()
    for (const { rooms } of from) deliver(rooms, to)
  }
}

const edit = ({ chance, random }: World, { rooms, screens }: Machine): void => {
  const roll = chance.below(30)
  if (roll === 0) return void rooms.documents.create(`Note ${chance.below(100)}`, 'some **bold** text')
  if (roll === 1) return void rooms.membership.rename(`Name ${chance.below(100)}`)
  if (roll === 2) return void rooms.membership.invite(rooms.membership.members()[0]!.device, [])
  const screen = screens.length > 0 ? chance.pick(screens) : undefined
  if (!screen) return
  const text = screen.text()
  const place = chance.below(text.length + 1)
  if (roll < 22) text.insert(place, 'ab')
  else if (roll < 25) text.delete(Math.min(place, Math.max(0, text.length - 2)), Math.min(2, text.length))
  else if (roll < 28) text.format(0, place, { bold: chance.below(2) === 0 ? {} : null })
  else if (roll === 28) text.insert(place, 'paste '.repeat(PART_BYTES_MAX / 5))
  else {
    const [summary] = rooms.documents.list()
    const document = summary?.document ?? ('ab'.repeat(16) as DocumentId)
    rooms.log.append([{ kind: 'data', document, schema: SCHEMA, screen: 9, part: { index: 0, count: 1 }, payload: random.bytes(20) }])
  }
}

const lookAt = (machine: Machine, chance: Chance): void => {
  const here = machine.rooms.documents.list().filter(({ isHere }) => isHere)
  if (here.length === 0) return
  const { document } = chance.below(4) > 0 ? here[0]! : chance.pick(here)
  machine.screens = [openScreen(machine.rooms, document, 1 + chance.below(1_000_000))]
}

/** What a start works out. */
const factsOf = ({ log, membership, documents }: CoreRooms) => ({
  heights: [...log.heights()].sort(),
  headsHash: log.headsHash(),
  pending: log.pending,
  entries: log.entries,
  members: membership.members().map(({ device }) => [device, membership.nameOf(device)]),
  invites: membership.invites().map(({ invite }) => invite).sort(),
  list: documents.list(),
  states: documents.list().filter(({ isHere }) => isHere).map(({ document }) => toHex(documents.state(document))),
  extents: documents.list().map(({ document }) => [...documents.extent(document)].sort()),
  quarantined: [...documents.quarantined].filter(([, count]) => count > 0).sort(),
  pendingParts: documents.pendingParts,
})

const live = (world: World, steps: number): Machine[] => {
  const { chance } = world
  const machines = [world.createMachine(world.founder), world.createMachine(), world.createMachine()]
  for (let step = 0; step < steps; step++) {
    const machine = chance.pick(machines)
    const roll = chance.below(40)
    if (roll < 28) edit(world, machine)
    else if (roll < 35) deliver(chance.pick(machines).rooms, machine.rooms, chance)
    else if (roll < 37) lookAt(machine, chance)
    else if (roll < 39) machine.clock.advance(5000)
    else {
      // Stopped in good order, or gone without a word.
      if (chance.below(2) === 0) {
        machine.rooms.documents.stop()
        machine.rooms.checkpoint.stop()
      }
      machine.screens = []
      machine.rooms = world.start(machine.keys, machine.disk, machine.clock)
    }
    machine.clock.advance(chance.below(60))
  }
  return machines
}

test('a start from a checkpoint is as a start from the entries, whichever batch was the last', () => {
  let resumed = 0
  let kept = 0
  for (let seed = 1; seed <= 2; seed++) {
    const world = createWorld(seed)
    const machines = live(world, 600)
    const [machine] = machines as [Machine]
    const { batches } = machine.disk
    const around = batches.flatMap((operations, at) => (operations.some(isCheckpoint) ? [at, at + 1] : []))
    const cuts = new Set([...around.slice(-12), batches.length, ...Array.from({ length: 4 }, () => world.chance.below(batches.length))])
    for (const cut of cuts) {
      const before = batches.slice(0, cut)
      const isResumed = before.flat().some(isRoot)
      if (isResumed) resumed++
      if (before.flat().some(isKeptDocument)) kept++
      const withCheckpoint = world.start(machine.keys, createDisk(before))
      const entriesAlone = before.map((operations) => operations.filter((operation) => !isCheckpoint(operation)))
      const without = world.start(machine.keys, createDisk(entriesAlone))
      const context = `seed ${seed}, ${cut} of ${batches.length} batches${isResumed ? ', resumed' : ''}`
      assert.deepEqual(factsOf(withCheckpoint), factsOf(without), context)
      // And both go on alike.
      for (const rooms of [withCheckpoint, without]) deliverAll(machines.slice(1), rooms)
      assert.deepEqual(factsOf(withCheckpoint), factsOf(without), `${context}, and then`)
    }
    assert.deepEqual(world.dropped, [], `seed ${seed}`)
  }
  assert.ok(resumed > 12 && kept > 3, `${resumed} starts from a checkpoint, ${kept} with a kept document`)
})
