import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logId, type LogId } from '../base/ids.ts'
import { FRAME_BYTES_MAX, PART_BYTES_MAX, STREAM_CREDIT_BYTES } from '../base/limits.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { copyLog, draft, openLog, random } from '../log/log.support.ts'
import { createSeededRandom } from '../network/testing/world.ts'
import { assertEqual, createWorldOf, pair, write, type Party, type Way } from './exchange.support.ts'

/** Bodies that crossed, of all logs. */
const sentRuns = (...ways: Way[]) => ways.reduce((sum, way) => sum + (way.sent.get('run') ?? 0), 0)

test('two peers end with the same logs, whatever each had', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  write(a!, 20)
  write(b!, 30)
  const others = Array.from({ length: 5 }, () => openLog())
  others.forEach((log, index) => {
    log.append([draft('elsewhere')])
    copyLog(log, index % 2 ? a!.log : b!.log)
  })
  pair(world, a!, b!)
  world.settle()
  assertEqual(a!, b!)
  assert.equal(a!.log.entries, 20 + 30 + 2 + 10)
  assert.deepEqual([...a!.refusals, ...b!.refusals], [])
})

test('equal peers say so once and are level', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  write(a!, 3)
  copyLog(a!.log, b!.log)
  const [there, back] = pair(world, a!, b!)
  assert.equal(there.exchange.isLevel, false)
  world.settle()
  assert.deepEqual([there.exchange.isLevel, back.exchange.isLevel], [true, true])
  assert.deepEqual([...there.sent.keys(), ...back.sent.keys()], ['digest', 'digest'])
})

test('a hundred meetings of three, in any order of delivery, with edits in between, end equal', () => {
  for (let seed = 0; seed < 100; seed++) {
    const chance = createSeededRandom(seed)
    const below = (limit: number) => chance.uint53() % limit
    const { world, parties } = createWorldOf(3)
    const [a, b, c] = parties as [Party, Party, Party]
    for (const party of parties) write(party, below(8))
    const links = [pair(world, a, b), pair(world, b, c)]
    if (seed % 2) links.push(pair(world, a, c))
    for (let round = 0; round < 40; round++) {
      const ways = links.flat().filter((way) => way.frames.length > 0)
      if (ways.length > 0) world.deliver(ways[below(ways.length)]!)
      if (below(4) === 0) write(parties[below(3)]!, 1, `round ${round}`)
      if (below(3) === 0) world.offer()
    }
    world.settle(below)
    assertEqual(a, b, c)
    assert.ok(links.flat().every((way) => way.exchange.isLevel), `seed ${seed} is level`)
    assert.deepEqual(parties.flatMap((party) => party.refusals), [], `seed ${seed}`)
  }
})

test('nothing is lost or asked for twice when two neighbours have the same to give', () => {
  const { world, parties: [a, b, c] } = createWorldOf(3)
  const author = openLog()
  for (let index = 0; index < 200; index++) author.append([draft(`entry ${index}`)])
  copyLog(author, a!.log)
  copyLog(author, b!.log)
  const [, fromA] = pair(world, c!, a!)
  const [, fromB] = pair(world, c!, b!)
  world.settle()
  assertEqual(a!, b!, c!)
  assert.equal(sentRuns(fromA, fromB), 1)
})

test('what is written goes to a neighbour at once, without asking', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  const [there, back] = pair(world, a!, b!)
  world.settle()
  write(a!, 5)
  world.settle()
  assertEqual(a!, b!)
  assert.equal(there.sent.get('run'), 5)
  assert.equal(back.sent.get('request'), undefined)
})

test('what is written at any moment of a comparison arrives without waiting for the next one', () => {
  for (let moments = 0; moments < 2 ** 7; moments++) {
    const { world, parties: [a, b] } = createWorldOf(2)
    write(b!, 1)
    if (moments & 1) copyLog(b!.log, a!.log)
    const [there, back] = world.join(a!, b!)
    const steps = [there.exchange.start, back.exchange.start, ...[there, back, there, back].map((way) => () => world.deliver(way))]
    steps.forEach((step, index) => {
      if (moments & (2 << index)) write(a!, 1, 'meanwhile')
      step()
    })
    world.settle()
    assertEqual(a!, b!)
  }
})

test('what arrives from elsewhere while two compare is offered when they have', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  write(b!, 1)
  const author = openLog()
  author.append([draft('from elsewhere')])
  const [there, back] = world.join(a!, b!)
  back.exchange.start()
  world.deliver(back)
  copyLog(author, a!.log)
  world.offer()
  world.settle()
  assert.equal(there.exchange.isLevel, true)
  assertEqual(a!, b!)
})

test('one that was proven only later learns from the first comparison that it is level, and pushes', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  const [there, back] = world.join(a!, b!)
  // The other side's first digest came before this side had proven it, and is lost.
  there.exchange.start()
  there.frames.length = 0
  back.exchange.start()
  world.settle()
  assert.deepEqual([there.exchange.isLevel, back.exchange.isLevel], [true, true])
  write(a!, 1)
  write(b!, 1)
  world.settle()
  assertEqual(a!, b!)
})

test('the one in the middle passes on what its two neighbours lack', () => {
  const { world, parties: [a, b, c] } = createWorldOf(3)
  pair(world, a!, b!)
  pair(world, b!, c!)
  world.settle()
  write(a!, 10)
  write(c!, 10)
  world.settle()
  assertEqual(a!, b!, c!)
})

test('ten thousand entries cross in frames that each end on a signature and never exceed the credit', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  for (let index = 0; index < 100; index++) a!.log.append(Array.from({ length: 100 }, (_, each) => draft(`${index} ${each} ${'x'.repeat(200)}`)))
  const [there] = pair(world, a!, b!)
  world.settle()
  assertEqual(a!, b!)
  assert.equal(b!.log.entries, 10_001)
  assert.ok(there.sent.get('run')! >= 10)
  assert.ok(there.sentBytes.mostQueued <= STREAM_CREDIT_BYTES + FRAME_BYTES_MAX, `${there.sentBytes.mostQueued} queued`)
  assert.deepEqual(b!.refusals, [], 'each frame was verified by its own end')
})

test('a burst far larger than the credit goes out as the other side takes it', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  const [there] = pair(world, a!, b!)
  world.settle()
  there.isHeld = true
  const part = new Uint8Array(PART_BYTES_MAX)
  for (let index = 0; index < 80; index++) a!.log.append([{ ...draft(''), payload: part }])
  assert.ok(there.sentBytes.mostQueued <= STREAM_CREDIT_BYTES + FRAME_BYTES_MAX, `${there.sentBytes.mostQueued} queued`)
  there.isHeld = false
  world.settle()
  assertEqual(a!, b!)
  assert.deepEqual(b!.refusals, [])
})

test('a run that leaves a gap is held by nobody: the missing part is asked for', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  const [there] = pair(world, a!, b!)
  world.settle()
  write(a!, 1, 'lost')
  there.frames.length = 0
  write(a!, 1, 'arrives')
  world.settle()
  assertEqual(a!, b!)
})

test('what is typed now doesn’t wait behind a long history', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  const history = openLog()
  for (let index = 0; index < 100; index++) history.append([{ ...draft(''), payload: new Uint8Array(PART_BYTES_MAX) }])
  copyLog(history, a!.log)
  const [there] = pair(world, a!, b!)
  for (let step = 0; step < 200 && b!.log.heightOf(history.self) === 0; step++) world.settleOnce()
  write(a!, 1, 'now')
  let frames = 0
  while (b!.log.heightOf(a!.log.self) === 0 && frames < 50) {
    world.settleOnce()
    frames++
  }
  assert.ok(b!.log.heightOf(history.self) < 60, `after ${b!.log.heightOf(history.self)} of 101 entries of the history`)
  assert.equal(there.isHeld, false)
  world.settle()
  assertEqual(a!, b!)
})

test('a push that waits for room survives a request for what lies before it', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  const [there] = pair(world, a!, b!)
  world.settle()
  there.isHeld = true
  for (let index = 0; index < 40; index++) a!.log.append([{ ...draft(''), payload: new Uint8Array(PART_BYTES_MAX) }])
  there.exchange.receive({ kind: 'request', channel: '00'.repeat(8), log: a!.log.self, from: 0, to: 2 })
  there.isHeld = false
  world.settle()
  assertEqual(a!, b!)
})

test('three thousand logs are fetched without either side being overrun', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  const keys = createDeviceKeys(random)
  for (let index = 0; index < 3000; index++) {
    const log = openLog(keys)
    log.append([draft(`session ${index} ${'x'.repeat(1000)}`)])
    copyLog(log, a!.log)
  }
  const [there] = pair(world, a!, b!)
  world.settle()
  assertEqual(a!, b!)
  assert.deepEqual(a!.refusals, [])
  assert.equal(there.sent.get('run'), 3000)
})

test('a request for what is not here is answered with nothing', () => {
  const { world, parties: [a, b] } = createWorldOf(2)
  write(a!, 2)
  const [there] = pair(world, a!, b!)
  world.settle()
  const before = there.sent.get('run')
  const ask = (log: LogId, from: number, to: number) => there.exchange.receive({ kind: 'request', channel: '00'.repeat(8), log, from, to })
  ask(logId(createDeviceKeys(random).device, a!.log.session), 0, 5)
  ask(a!.log.self, 3, 2 ** 50)
  ask(a!.log.self, 2, 1)
  ask(a!.log.self, 2 ** 50, 2 ** 52)
  assert.equal(there.sent.get('run'), before)
  ask(a!.log.self, 1, 2 ** 50)
  assert.equal(there.sent.get('run'), before! + 1)
  world.settle()
  assertEqual(a!, b!)
})

test('a link that ends gives up its claims: another neighbour is asked at once', () => {
  const { world, parties: [gone, other, a] } = createWorldOf(3)
  const author = openLog()
  author.append([draft('wanted')])
  copyLog(author, gone!.log)
  copyLog(author, other!.log)
  const [toGone, fromGone] = pair(world, a!, gone!)
  for (let step = 0; step < 2; step++) for (const way of [toGone, fromGone]) world.deliver(way)
  world.cut(toGone, fromGone)
  pair(world, a!, other!)
  world.settle()
  assertEqual(a!, other!)
})
