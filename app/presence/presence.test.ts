import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeCbor } from '../base/codec.ts'
import { PeerError, type ErrorCode } from '../base/errors.ts'
import { deviceId, documentId, type DeviceId } from '../base/ids.ts'
import { PRESENCE_BYTES_MAX } from '../base/limits.ts'
import { createManualClock, type ManualClock } from '../network/testing/world.ts'
import { createPresence, type Presence } from './presence.ts'

const NOTE = documentId('0e'.repeat(16))
const OTHER_NOTE = documentId('0f'.repeat(16))
const [A, B] = [deviceId('a1'.repeat(32)), deviceId('b2'.repeat(32))]

const createSide = (device: DeviceId, clock: ManualClock) => {
  const sent: Uint8Array[] = []
  const refusals: ErrorCode[] = []
  const changes: Presence[] = []
  const broadcast = (payload: Uint8Array) => void sent.push(payload)
  const room = createPresence({ device, clock, broadcast, refuse: (code) => void refusals.push(code) })
  room.onChange((presence) => void changes.push(presence))
  return { room, sent, refusals, changes, states: () => room.list(NOTE).map((presence) => `${presence.device.slice(0, 2)} ${presence.state}`) }
}
const createTwo = () => {
  const clock = createManualClock()
  const [a, b] = [createSide(A, clock), createSide(B, clock)]
  /** What a says reaches b. */
  const carry = () => a.sent.splice(0).forEach((payload) => b.room.receive(A, payload))
  return { clock, a, b, carry }
}

test('who is in a note is seen by the others, moves, and goes', () => {
  const { a, b, carry } = createTwo()
  a.room.set(NOTE, 7, '"here"')
  carry()
  a.room.set(NOTE, 7, '"there"')
  carry()
  assert.deepEqual(b.states(), ['a1 "there"'])
  a.room.set(NOTE, 7, null)
  carry()
  assert.deepEqual(b.states(), [])
  assert.deepEqual(b.changes.map((presence) => presence.state), ['"here"', '"there"', null])
  assert.deepEqual(b.room.list(OTHER_NOTE), [])
})

test('two screens of one machine are two, and each sees the other', () => {
  const { a } = createTwo()
  a.room.set(NOTE, 7, '1')
  a.room.set(NOTE, 8, '2')
  assert.deepEqual(a.states(), ['a1 1', 'a1 2'])
})

test('nothing is told twice', () => {
  const { a, b, carry } = createTwo()
  a.room.set(NOTE, 7, '1')
  carry()
  a.room.set(NOTE, 7, '1')
  carry()
  a.room.set(NOTE, 9, null)
  carry()
  assert.equal(b.changes.length, 1)
})

test('who is not heard of any more is gone, and who only sits still is not', async () => {
  const { clock, a, b, carry } = createTwo()
  a.room.set(NOTE, 7, '1')
  carry()
  for (let minute = 0; minute < 5; minute++) {
    await clock.pass(16_000)
    carry()
  }
  assert.deepEqual(b.states(), ['a1 1'], 'it is repeated')
  a.room.stop()
  await clock.pass(60_000)
  carry()
  assert.deepEqual(b.states(), [])
  assert.equal(b.changes.at(-1)!.state, null)
})

test('our own screens stay for as long as they are open', async () => {
  const { clock, a } = createTwo()
  a.room.set(NOTE, 7, '1')
  await clock.pass(200_000)
  assert.deepEqual(a.states(), ['a1 1'])
})

test('a machine whose last link closed is gone at once; our own screens stay', () => {
  const { a, b, carry } = createTwo()
  a.room.set(NOTE, 7, '1')
  b.room.set(NOTE, 5, '2')
  carry()
  b.room.gone(A)
  assert.deepEqual(b.states(), ['b2 2'])
  b.room.gone(B)
  assert.deepEqual(b.states(), ['b2 2'], 'a clone of this machine went')
})

test('what a clone of this machine shows is passed on by nobody and expires like anybody else’s', async () => {
  const { clock, b } = createTwo()
  const clone = createSide(B, clock)
  clone.room.set(NOTE, 77, '"clone"')
  clone.sent.splice(0).forEach((payload) => b.room.receive(B, payload))
  b.room.set(NOTE, 5, '"mine"')
  assert.equal(b.states().length, 2)
  b.sent.length = 0
  clone.room.stop()
  await clock.pass(16_000)
  assert.equal(b.sent.length, 1, 'only our own is repeated')
  await clock.pass(60_000)
  assert.deepEqual(b.states(), ['b2 "mine"'])
})

test('nobody can move or remove one of our own screens', () => {
  const { b } = createTwo()
  b.room.set(NOTE, 5, '"mine"')
  for (const state of ['"theirs"', null]) b.room.receive(B, encodeCbor({ document: NOTE, client: 5, state }))
  assert.deepEqual(b.states(), ['b2 "mine"'])
})

test('a machine is shown under the device of its link, whatever it writes', () => {
  const { b } = createTwo()
  b.room.receive(A, encodeCbor({ document: NOTE, client: 1, state: '1', device: B }))
  assert.deepEqual(b.states(), ['a1 1'])
})

test('a newcomer is told who is here', () => {
  const { a, b } = createTwo()
  a.room.set(NOTE, 7, '1')
  a.room.set(NOTE, 8, '2')
  b.room.receive(A, a.sent[0]!)
  a.room.greet((payload) => b.room.receive(A, payload))
  assert.deepEqual(b.states(), ['a1 1', 'a1 2'])
  const told: Uint8Array[] = []
  b.room.greet((payload) => void told.push(payload))
  assert.deepEqual(told, [], 'and nothing of others: they tell it themselves')
})

test('garbage is refused with a code and counted', () => {
  const { b } = createTwo()
  const good = { document: NOTE, client: 1, state: '1' }
  const wrong = [
    new Uint8Array(0), Uint8Array.of(255),
    ...[
      null, [], { ...good, client: '1' }, { ...good, client: -1 }, { ...good, client: 0.5 }, { ...good, document: 'x' }, { ...good, state: 5 },
      { ...good, state: 'x'.repeat(PRESENCE_BYTES_MAX + 1) }, { ...good, state: '漢'.repeat(PRESENCE_BYTES_MAX / 2) },
    ].map(encodeCbor),
  ]
  for (const payload of wrong) b.room.receive(A, payload)
  assert.equal(b.refusals.length, wrong.length)
  assert.ok(b.refusals.every((code) => code === 'BASE_BYTES_MALFORMED' || code === 'BASE_ID_MALFORMED'), b.refusals.join())
  assert.deepEqual(b.states(), [])
})

test('a screen’s state is at most as many bytes as may be sent', () => {
  const { a, b, carry } = createTwo()
  const isTooLarge = (error: unknown) => error instanceof PeerError && error.code === 'API_PARAMETER_INVALID'
  for (const state of ['x'.repeat(PRESENCE_BYTES_MAX + 1), '漢'.repeat(PRESENCE_BYTES_MAX / 2)]) assert.throws(() => a.room.set(NOTE, 7, state), isTooLarge)
  a.room.set(NOTE, 7, 'x'.repeat(PRESENCE_BYTES_MAX))
  carry()
  assert.equal(b.states().length, 1)
})

test('a machine may have many screens, but not without end; those it has may still move and go', () => {
  const { b } = createTwo()
  const say = (client: number, state: string | null) => b.room.receive(A, encodeCbor({ document: NOTE, client, state }))
  for (let client = 0; client < 200; client++) say(client, '1')
  assert.equal(b.states().length, 64)
  say(3, '"moved"')
  say(4, null)
  assert.equal(b.states().length, 63)
  assert.ok(b.states().includes('a1 "moved"'))
  say(199, '1')
  assert.equal(b.states().length, 64)
})

test('after a stop nothing is repeated', async () => {
  const { clock, a } = createTwo()
  a.room.set(NOTE, 7, '1')
  a.sent.length = 0
  a.room.stop()
  await clock.pass(100_000)
  assert.deepEqual(a.sent, [])
})
