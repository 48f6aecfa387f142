import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ByteWriter, concat, encodeCbor, fromHex, toHex } from '../base/codec.ts'
import { errorTable, PeerError, type ErrorCode } from '../base/errors.ts'
import { address, deviceId, inviteId, logId, sessionId } from '../base/ids.ts'
import { ADDRESSES_PER_PEER_MAX, ENTRY_BYTES_MAX, FRAME_BYTES_MAX, HANDSHAKE_TOKENS_MAX, HEIGHTS_PER_MESSAGE_MAX } from '../base/limits.ts'
import { createSeededRandom } from '../network/testing/world.ts'
import { decodeMessage, encodeMessage, type Message } from './messages.ts'

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record<T>(model, { noNullPrototype: true })
const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(toHex)
const exactly = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes })
const channel = hex(8)
const device = hex(32).map(deviceId)
const session = hex(16).map(sessionId)
const log = fc.tuple(device, session).map(([of, by]) => logId(of, by))
const code = fc.constantFrom(...(Object.keys(errorTable) as ErrorCode[]))
const height = fc.maxSafeNat()

const kinds: { [Kind in Message['kind']]: fc.Arbitrary<Extract<Message, { kind: Kind }>> } = {
  hello: record({
    kind: fc.constant('hello' as const), versions: fc.array(fc.nat(), { maxLength: 16 }), nonce: exactly(32), app: fc.string({ maxLength: 64 }),
    addresses: fc.array(fc.constantFrom(address('/ip4/10.0.0.7/tcp/4001'), address('/ip6/fe80::1%eth0/tcp/1')), { maxLength: ADDRESSES_PER_PEER_MAX }),
  }),
  refused: record({ kind: fc.constant('refused' as const), code }),
  tokens: record({ kind: fc.constant('tokens' as const), tokens: fc.array(hex(16), { maxLength: 4 * HANDSHAKE_TOKENS_MAX }) }),
  proof: record({ kind: fc.constant('proof' as const), channel, device, session, signature: exactly(64) }),
  offer: record({ kind: fc.constant('offer' as const), channel, device, signature: exactly(64) }),
  join: record({
    kind: fc.constant('join' as const), channel, invite: hex(16).map(inviteId), device, sealKey: exactly(32), byInvite: exactly(64), byDevice: exactly(64),
  }),
  accept: record({ kind: fc.constant('accept' as const), channel, box: fc.uint8Array({ maxLength: 300 }) }),
  decline: record({ kind: fc.constant('decline' as const), channel, code }),
  digest: record({ kind: fc.constant('digest' as const), channel, headsHash: hex(32) }),
  heights: record({
    kind: fc.constant('heights' as const), channel, isWhole: fc.boolean(), wantsReply: fc.boolean(),
    rows: fc.array(record({ log, height, shortHash: exactly(8) }), { maxLength: 20 }),
  }),
  request: record({ kind: fc.constant('request' as const), channel, log, from: height, to: height }),
  run: record({
    kind: fc.constant('run' as const), channel,
    run: record({ log, from: height, bodies: fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }), signature: exactly(64) }),
  }),
  room: record({ kind: fc.constant('room' as const), channel, room: fc.nat(255), payload: fc.uint8Array({ maxLength: 400 }) }),
}
const anyMessage: fc.Arbitrary<Message> = fc.oneof(...Object.values(kinds))

for (const [kind, arbitrary] of Object.entries(kinds)) {
  test(`a ${kind} message is read back as it was written`, () => {
    fc.assert(fc.property(arbitrary as fc.Arbitrary<Message>, (message) => {
      const frame = encodeMessage(message)
      assert.deepEqual(decodeMessage(frame), message)
      assert.deepEqual(encodeMessage(decodeMessage(frame)), frame)
    }), { numRuns: 60 })
  })
}

const D = deviceId('d1'.repeat(32))
const S = sessionId('5e'.repeat(16))
const SHORT = 'c4'.repeat(8)
const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte)
const LOG_HEX = `${D}${S}`

/** These bytes are version 0 of the protocol. A change that breaks one of them needs a new version. */
const golden: [Message, string][] = [
  [
    { kind: 'hello', versions: [0], nonce: filled(32, 7), app: 'x', addresses: [address('/memory/a')] },
    `01a4636170706178656e6f6e63655820${'07'.repeat(32)}6876657273696f6e7381006961646472657373657381692f6d656d6f72792f61`,
  ],
  [{ kind: 'refused', code: 'UNKNOWN' }, '02a164636f646567554e4b4e4f574e'],
  [{ kind: 'tokens', tokens: ['ab'.repeat(16), 'cd'.repeat(16)] }, `03${'ab'.repeat(16)}${'cd'.repeat(16)}`],
  [{ kind: 'digest', channel: SHORT, headsHash: 'ee'.repeat(32) }, `10${SHORT}${'ee'.repeat(32)}`],
  [
    { kind: 'heights', channel: SHORT, isWhole: true, wantsReply: true, rows: [{ log: logId(D, S), height: 300, shortHash: filled(8, 9) }] },
    `11${SHORT}0301${LOG_HEX}ac02${'09'.repeat(8)}`,
  ],
  [{ kind: 'request', channel: SHORT, log: logId(D, S), from: 1, to: 128 }, `12${SHORT}${LOG_HEX}018001`],
  [
    { kind: 'run', channel: SHORT, run: { log: logId(D, S), from: 5, bodies: [Uint8Array.of(1, 2), Uint8Array.of(3)], signature: filled(64, 6) } },
    `13${SHORT}${LOG_HEX}0502020102` + `0103${'06'.repeat(64)}`,
  ],
  [{ kind: 'room', channel: SHORT, room: 2, payload: Uint8Array.of(9) }, `14${SHORT}0209`],
]

for (const [message, bytes] of golden) {
  test(`the bytes of a ${message.kind} message are those of version 0`, () => {
    assert.equal(toHex(encodeMessage(message)), bytes)
    assert.deepEqual(decodeMessage(fromHex(bytes)), message)
  })
}

const coded = (error: unknown) =>
  error instanceof PeerError && ['SYNC_MESSAGE_MALFORMED', 'SYNC_LIMIT_EXCEEDED', 'BASE_BYTES_MALFORMED', 'BASE_ID_MALFORMED'].includes(error.code)

const refuses = (frame: Uint8Array, what: string) => assert.throws(() => decodeMessage(frame), coded, what)

test('a hundred thousand damaged frames are read as some message or refused with a code', () => {
  const chance = createSeededRandom(20)
  const frames = fc.sample(anyMessage, { numRuns: 400, seed: 7 }).map(encodeMessage)
  const at = (length: number) => chance.uint53() % Math.max(1, length)
  let read = 0
  for (let round = 0; round < 100_000; round++) {
    let frame: Uint8Array = frames[at(frames.length)]!.slice()
    for (let hits = 1 + at(3); hits > 0; hits--) {
      const kind = at(5)
      if (kind < 2 && frame.length > 0) frame[at(frame.length)]! ^= 1 << at(8)
      else if (kind === 2) frame = frame.slice(0, at(frame.length))
      else if (kind === 3) frame = concat([frame, chance.bytes(1 + at(9))])
      else frame = concat([frame.subarray(0, at(frame.length)), chance.bytes(4), frame.subarray(at(frame.length))])
    }
    try {
      decodeMessage(frame)
      read++
    } catch (error) {
      assert.ok(coded(error), `${String(error)} for ${toHex(frame).slice(0, 200)}`)
    }
  }
  assert.ok(read > 1000 && read < 99_000, `${read} were read: neither all nor none`)
})

test('a frame whose first bytes promise more than there is costs nothing', () => {
  const head = new ByteWriter().raw(fromHex(SHORT)).raw(fromHex(LOG_HEX))
  const runOf = (count: number, length: number) =>
    new ByteWriter().u8(19).raw(head.finish()).varint(0).varint(count).varint(length).finish()
  refuses(runOf(2 ** 45, 1), 'bodies without end')
  refuses(runOf(FRAME_BYTES_MAX, 1), 'bodies that are not there')
  refuses(runOf(1, ENTRY_BYTES_MAX + 1), 'an entry above the limit')
  const tooMany = new ByteWriter().u8(17).raw(fromHex(SHORT)).u8(0).varint(HEIGHTS_PER_MESSAGE_MAX + 1).finish()
  refuses(tooMany, 'heights above the limit')
  refuses(concat([Uint8Array.of(3), new Uint8Array(16 * (4 * HANDSHAKE_TOKENS_MAX + 1))]), 'tokens above the limit')
  refuses(concat([Uint8Array.of(3), new Uint8Array(17)]), 'half a token')
  refuses(concat([Uint8Array.of(1), filled(200_000, 0x81)]), 'nested without end')
})

test('unknown types, empty frames and trailing bytes are refused', () => {
  refuses(new Uint8Array(0), 'empty')
  for (const type of [0, 9, 15, 21, 255]) refuses(concat([Uint8Array.of(type), new Uint8Array(200)]), `type ${type}`)
  for (const [message] of golden) {
    if (message.kind === 'room' || message.kind === 'tokens') continue
    refuses(concat([encodeMessage(message), Uint8Array.of(0)]), message.kind)
  }
})

test('fields of the wrong kind or size are refused in every plain message', () => {
  const plain = (type: number, body: unknown) => concat([Uint8Array.of(type), encodeCbor(body)])
  const hello = { versions: [0], nonce: filled(32, 1), app: 'a', addresses: [] }
  for (const wrong of [
    null, 7, [], { ...hello, nonce: filled(31, 1) }, { ...hello, nonce: 'x' }, { ...hello, versions: Array(17).fill(0) }, { ...hello, versions: ['0'] },
    { ...hello, app: 'a'.repeat(65) }, { ...hello, addresses: Array(ADDRESSES_PER_PEER_MAX + 1).fill('/memory/a') }, { ...hello, addresses: ['/dns4/x/tcp/1'] },
    { ...hello, addresses: 'x' }, { nonce: hello.nonce, app: 'a', addresses: [] },
  ]) refuses(plain(1, wrong), JSON.stringify(wrong))
  const proof = { channel: SHORT, device: D, session: S, signature: filled(64, 1) }
  for (const wrong of [{ channel: 'C4'.repeat(8) }, { channel: SHORT.slice(1) }, { device: S }, { session: D }, { signature: filled(63, 1) }, { signature: 'x' }]) {
    refuses(plain(4, { ...proof, ...wrong }), Object.keys(wrong)[0]!)
  }
  refuses(plain(7, { channel: SHORT, box: 'x' }), 'a box of text')
})

test('a code that is not known here reads as UNKNOWN', () => {
  assert.deepEqual(decodeMessage(concat([Uint8Array.of(2), encodeCbor({ code: 'LATER_THAN_THIS' })])), { kind: 'refused', code: 'UNKNOWN' })
})
