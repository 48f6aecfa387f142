import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerError } from '../base/errors.ts'
import { logId, sessionId } from '../base/ids.ts'
import { InvariantError } from '../base/invariant.ts'
import { FRAME_BYTES_MAX, PART_BYTES_MAX } from '../base/limits.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { copyLog, draft, openLog, random, WORKSPACE, type TestLog } from '../log/log.support.ts'
import { assertEqual, createWorldOf, pair, write } from './exchange.support.ts'
import type { WorkspaceMessage } from './messages.ts'

/** Three peers, of which the third lacks a log that the two others have. */
const createWanting = () => {
  const { world, parties: [first, second, a] } = createWorldOf(3)
  const author = openLog()
  for (let index = 0; index < 5; index++) author.append([draft('wanted')])
  copyLog(author, first!.log)
  copyLog(author, second!.log)
  const [, fromFirst] = world.join(a!, first!)
  const [, fromSecond] = world.join(a!, second!)
  /** What the timer of the links does. */
  const passSeconds = async (seconds: number, each = () => {}) => {
    for (let second = 0; second < seconds; second++) {
      await world.clock.pass(1000)
      each()
      for (const exchange of a!.exchanges) exchange.reconsider()
      world.settle()
    }
  }
  const has = () => a!.log.heightOf(author.self) === author.heightOf(author.self)
  return { world, a: a!, author, fromFirst, fromSecond, passSeconds, has }
}
const withoutRuns = (message: WorkspaceMessage) => (message.kind === 'run' ? undefined : message)

test('a log that one neighbour announces and never gives is asked of another, though the first is always first in line', async () => {
  const { world, a, fromFirst, fromSecond, passSeconds, has } = createWanting()
  fromFirst.tamper = withoutRuns
  for (const exchange of a.exchanges) exchange.start()
  fromFirst.exchange.start()
  world.settle()
  fromSecond.exchange.start()
  world.settle()
  assert.equal(has(), false, 'the first was asked')
  await passSeconds(8)
  assert.equal(has(), true)
})

test('a neighbour whose answer is refused gives way to others at once', async () => {
  const { world, a, fromFirst, fromSecond, passSeconds, has } = createWanting()
  fromFirst.tamper = (message) => (message.kind === 'run' ? { ...message, run: { ...message.run, signature: new Uint8Array(64) } } : message)
  fromFirst.exchange.start()
  world.settle()
  assert.deepEqual([a.refusals, has()], [['LOG_SIGNATURE_INVALID'], false])
  fromSecond.exchange.start()
  await passSeconds(1)
  assert.deepEqual([a.refusals, has()], [['LOG_SIGNATURE_INVALID'], true])
})

test('runs that leave a gap don’t keep a silent neighbour’s claim alive', async () => {
  const { world, a, author, fromFirst, fromSecond, passSeconds, has } = createWanting()
  fromFirst.tamper = withoutRuns
  fromFirst.exchange.start()
  fromSecond.exchange.start()
  for (const exchange of a.exchanges) exchange.start()
  world.settle()
  const last = author.readRun({ log: author.self, from: 4, to: 5, bytesMax: 9999 })!
  await passSeconds(8, () => [...a.exchanges][1]!.receive({ kind: 'run', channel: '00'.repeat(8), run: last }))
  assert.equal(has(), true)
})

test('a neighbour that names logs without end is refused, and what it named is bounded', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  pair(world, a!, b!)
  world.settle()
  const device = createDeviceKeys(random).device
  const [exchange] = a!.exchanges
  for (let message = 0; message < 40; message++) {
    const rows = Array.from({ length: 2048 }, (_, index) => ({
      log: logId(device, sessionId((message * 2048 + index).toString(16).padStart(32, '0'))), height: 1, shortHash: new Uint8Array(8),
    }))
    exchange!.receive({ kind: 'heights', channel: '00'.repeat(8), rows, isWhole: false, wantsReply: false })
  }
  assert.ok(a!.refusals.includes('SYNC_LIMIT_EXCEEDED'))
})

const forkOf = (log: TestLog): TestLog => {
  const store = openLog().store
  for (const item of log.store.scan([])) store.batch([{ kind: 'put', ...item }])
  const fixed = { ...random, bytes: (length: number) => (length === 16 ? Uint8Array.from(Buffer.from(log.session, 'hex')) : random.bytes(length)) }
  const fork = openLog(log.keys, store, fixed)
  fork.start()
  return fork
}

test('two histories of one log are noticed and proven, whoever is further, and stop nothing else', () => {
  for (const [mine, other] of [[1, 2], [2, 1], [1, 1], [300, 400]] as const) {
    const { world, parties: [a, b] } = createWorldOf(2)
    const author = openLog()
    author.append([{ ...draft('shared'), payload: new Uint8Array(PART_BYTES_MAX) }])
    const fork = forkOf(author)
    for (let index = 0; index < mine; index++) author.append([draft(`to a ${'x'.repeat(1000)}`)])
    for (let index = 0; index < other; index++) fork.append([draft(`to b ${'x'.repeat(1000)}`)])
    copyLog(author, a!.log)
    copyLog(fork, b!.log)
    write(a!, 3)
    const [there, back] = pair(world, a!, b!)
    for (let round = 0; round < 5; round++) {
      world.settle()
      for (const way of [there, back]) {
        way.exchange.compare()
        way.exchange.reconsider()
      }
    }
    world.settle()
    assert.equal(b!.log.heightOf(a!.log.self), 4)
    for (const party of [a!, b!]) {
      assert.deepEqual(party.refusals.filter((code) => code === 'LOG_FORKED'), ['LOG_FORKED'], 'once')
      assert.ok(party.refusals.length <= 2, party.refusals.join())
    }
    const evidence = [a!, b!].flatMap((party) => [...party.log.store.scan(['w', WORKSPACE, 'fork'])])
    assert.equal(evidence.length, mine === other ? 0 : 1, 'kept by whoever asked for the longer one')
    assert.deepEqual([there.exchange.isLevel, back.exchange.isLevel], [true, true], 'a frozen log keeps nobody from being level')
  }
})

test('a run of somebody who does not belong is refused, and taken once its author does', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  const author = openLog()
  author.append([draft('early')])
  copyLog(author, a!.log)
  let isAdmitted = false
  b!.admits = (device) => device !== author.keys.device || isAdmitted
  const [there] = pair(world, a!, b!)
  world.settle()
  assert.equal(b!.log.heightOf(author.self), 0)
  assert.equal(there.sent.get('run'), undefined, 'it is not even asked for')
  const run = author.readRun({ log: author.self, from: 0, to: 9, bytesMax: 9999 })!
  const [exchange] = b!.exchanges
  exchange!.receive({ kind: 'run', channel: '00'.repeat(8), run })
  assert.deepEqual(b!.refusals, ['MEMBERSHIP_NOT_A_MEMBER'])
  isAdmitted = true
  exchange!.reconsider()
  world.settle()
  assertEqual(a!, b!)
})

test('every damaged run is refused with its code and counted, and the rest goes on', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  write(a!, 3)
  const run = a!.log.readRun({ log: a!.log.self, from: 0, to: 9, bytesMax: 9999 })!
  pair(world, b!, a!)
  const [exchange] = b!.exchanges
  const give = (some: Partial<typeof run>) => exchange!.receive({ kind: 'run', channel: '00'.repeat(8), run: { ...run, ...some } })
  const flipped = run.bodies.map((body) => body.slice())
  flipped[1]![30]! ^= 1
  give({ bodies: flipped })
  give({ signature: new Uint8Array(64) })
  give({ bodies: [] })
  give({ log: logId(createDeviceKeys(random).device, a!.log.session) })
  assert.deepEqual(b!.refusals, ['LOG_SIGNATURE_INVALID', 'LOG_SIGNATURE_INVALID', 'LOG_ENTRY_MALFORMED', 'LOG_SIGNATURE_INVALID'])
  assert.equal(b!.log.entries, 0)
  world.settle()
  assertEqual(a!, b!)
})

test('a run that no frame of ours could pass on is refused', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  const body = (size: number) => ({ ...draft(''), payload: new Uint8Array(size) })
  a!.log.append([body(60_000), body(60_000), body(60_000), body(60_000), body(20_500)])
  const run = a!.log.readRun({ log: a!.log.self, from: 0, to: 9, bytesMax: FRAME_BYTES_MAX * 2 })!
  assert.ok(run.bodies.reduce((sum, each) => sum + each.length, 0) > FRAME_BYTES_MAX - 4096)
  pair(world, b!, a!)
  const [exchange] = b!.exchanges
  exchange!.receive({ kind: 'run', channel: '00'.repeat(8), run })
  assert.equal(b!.log.entries, 0)
  assert.deepEqual(b!.refusals, ['LOG_ENTRY_TOO_LARGE'])
  world.settle()
  assertEqual(a!, b!)
})

/** Fails the next writes of a log's store. */
const failWrites = (log: TestLog, error: () => Error) => {
  const { store } = log
  const batch = store.batch
  const cell = { isFailing: false }
  Object.assign(store, {
    batch: (operations: Parameters<typeof batch>[0]) => {
      if (cell.isFailing) throw error()
      batch(operations)
    },
  })
  return cell
}

test('a full disk takes nothing, says so, and takes it all when there is room again', async () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  const cell = failWrites(b!.log, () => new PeerError('STORE_FULL'))
  pair(world, a!, b!)
  world.settle()
  cell.isFailing = true
  write(a!, 1)
  world.settle()
  assert.equal(b!.log.entries, 0)
  assert.deepEqual(b!.refusals, [], 'it is no fault of the neighbour’s')
  assert.ok(b!.failures.length > 0 && b!.failures.every((code) => code === 'STORE_FULL'))
  cell.isFailing = false
  await world.clock.pass(8000)
  for (const exchange of b!.exchanges) exchange.reconsider()
  world.settle()
  assertEqual(a!, b!)
})

test('a broken invariant is not swallowed as a neighbour’s mistake', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  const cell = failWrites(b!.log, () => new InvariantError('broken'))
  write(a!, 1)
  pair(world, a!, b!)
  cell.isFailing = true
  assert.throws(() => world.settle(), InvariantError)
})
