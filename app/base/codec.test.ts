import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  ByteReader, ByteWriter, concat, decodeCbor, encodeCbor, equalBytes, fromBase64url, fromHex, fromUtf8, toBase64url, toHex, toUtf8,
} from './codec.ts'
import { PeerError } from './errors.ts'
import { CBOR_DEPTH_MAX } from './limits.ts'

const malformed = (error: unknown) => error instanceof PeerError && error.code === 'BASE_BYTES_MALFORMED'
const bytes = (max = 64) => fc.uint8Array({ maxLength: max })

test('hex and base64url give back what was written, like Node.js does it', () => {
  fc.assert(fc.property(bytes(), (some) => {
    assert.deepEqual(fromHex(toHex(some)), some)
    assert.deepEqual(fromBase64url(toBase64url(some)), some)
    assert.equal(toHex(some), Buffer.from(some).toString('hex'))
    assert.equal(toBase64url(some), Buffer.from(some).toString('base64url'))
  }))
})

test('bytes have one spelling: upper case, padding, spare bits and odd lengths are refused', () => {
  for (const text of ['0', 'AB', 'zz', '0 ', '٠١']) assert.throws(() => fromHex(text), malformed, text)
  for (const text of ['AA==', 'A', 'AB', 'AA+', 'A A', 'AA\n', 'ÄA']) assert.throws(() => fromBase64url(text), malformed, text)
})

test('any text is a spelling of its bytes or refused, whatever is typed', () => {
  fc.assert(fc.property(fc.string({ maxLength: 20 }), (text) => {
    try {
      assert.equal(toBase64url(fromBase64url(text)), text)
    } catch (error) {
      assert.ok(malformed(error))
    }
  }), { numRuns: 2000 })
})

test('text that is not UTF-8 is refused, not repaired', () => {
  assert.equal(fromUtf8(toUtf8('æ 漢 🙂')), 'æ 漢 🙂')
  for (const wrong of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
    assert.throws(() => fromUtf8(Uint8Array.from(wrong)), malformed)
  }
})

test('CBOR has one encoding: any other for the same value is refused', () => {
  const plain = { a: [1, 'x', null, true], b: Uint8Array.of(1, 2) }
  assert.deepEqual(decodeCbor(encodeCbor(plain)), plain)
  const other: Record<string, number[]> = {
    'a longer length than needed': [0x18, 0x01],
    'keys out of order': [0xa2, 0x61, 0x62, 0x01, 0x61, 0x61, 0x01],
    'a key twice': [0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02],
    'indefinite length': [0x9f, 0x01, 0xff],
    'trailing bytes': [0x01, 0x01],
    'undefined': [0xf7],
    'a short float': [0xf9, 0x3c, 0x00],
    'an unknown tag': [0xc1, 0x01],
    'nothing': [],
  }
  for (const [name, wrong] of Object.entries(other)) assert.throws(() => decodeCbor(Uint8Array.from(wrong)), malformed, name)
})

test('CBOR that lies about lengths or nests without end is refused before it costs anything', () => {
  const lies = [[0x5a, 0x40, 0, 0, 0], [0x9a, 0x40, 0, 0, 0], [0xba, 0x40, 0, 0, 0], [0x5b, ...Array<number>(8).fill(0xff)]]
  for (const wrong of lies) {
    assert.throws(() => decodeCbor(Uint8Array.from(wrong)), malformed)
  }
  assert.throws(() => decodeCbor(new Uint8Array(256 * 1024).fill(0x81)), malformed)
})

test('any bytes are canonical CBOR or refused as malformed', () => {
  fc.assert(fc.property(bytes(40), (some) => {
    try {
      assert.deepEqual(encodeCbor(decodeCbor(some)), some)
    } catch (error) {
      assert.ok(malformed(error), String(error))
    }
  }), { numRuns: 5000 })
})

type Field = { kind: 'u8' | 'u64' | 'varint'; value: number } | { kind: 'sized'; value: Uint8Array } | { kind: 'raw'; value: Uint8Array }
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ kind: fc.constant('u8' as const), value: fc.nat(255) }),
  fc.record({ kind: fc.constantFrom('u64' as const, 'varint' as const), value: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant('sized' as const), value: bytes(600) }),
  fc.record({ kind: fc.constant('raw' as const), value: bytes(600) }),
)

const write = (writer: ByteWriter, field: Field): ByteWriter =>
  field.kind === 'sized' || field.kind === 'raw' ? writer[field.kind](field.value) : writer[field.kind](field.value)

const read = (reader: ByteReader, field: Field): number | Uint8Array => {
  if (field.kind === 'raw') return reader.raw(field.value.length)
  return field.kind === 'sized' ? reader.sized(600) : reader[field.kind]()
}

test('what is written in any layout is read back, and not a byte is left over', () => {
  fc.assert(fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
    const writer = new ByteWriter()
    for (const each of fields) write(writer, each)
    assert.equal(writer.length, writer.finish().length)
    const reader = new ByteReader(writer.finish())
    for (const each of fields) assert.deepEqual(read(reader, each), each.value)
    reader.end()
  }))
})

test('whatever is cut off is missed, and whatever is added is noticed', () => {
  const whole = new ByteWriter().u8(1).u64(2 ** 40).varint(300).sized(toUtf8('hello')).finish()
  const readAll = (some: Uint8Array) => {
    const reader = new ByteReader(some)
    reader.u8()
    reader.u64()
    reader.varint()
    reader.sized(10)
    reader.end()
  }
  readAll(whole)
  for (let length = 0; length < whole.length; length++) assert.throws(() => readAll(whole.subarray(0, length)), malformed)
  assert.throws(() => readAll(concat([whole, Uint8Array.of(0)])), malformed)
})

test('CBOR is refused by how deep it is, and not by how much stack there is', () => {
  const nested = (depth: number) => concat([new Uint8Array(depth).fill(0x81), Uint8Array.of(0x01)])
  assert.doesNotThrow(() => decodeCbor(nested(CBOR_DEPTH_MAX)))
  for (const depth of [CBOR_DEPTH_MAX + 1, 100_000]) assert.throws(() => decodeCbor(nested(depth)), malformed)
  const map = concat([Uint8Array.of(0xa1, 0x61, 0x61), nested(CBOR_DEPTH_MAX)])
  assert.throws(() => decodeCbor(map), malformed, 'a map counts too')
  const wide = encodeCbor(Array.from({ length: 5000 }, () => [{ a: [new Uint8Array(3), 'text', -5] }]))
  assert.doesNotThrow(() => decodeCbor(wide), 'beside one another is not inside')
})

test('numbers have one spelling and fit a double', () => {
  const varint = (...some: number[]) => new ByteReader(Uint8Array.from(some)).varint()
  assert.equal(varint(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f), Number.MAX_SAFE_INTEGER)
  assert.throws(() => varint(0x80, 0x00), malformed, 'zero in two bytes')
  assert.throws(() => varint(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x10), malformed, '2^53')
  assert.throws(() => varint(...Array<number>(20).fill(0xff)), malformed, 'without an end')
  assert.throws(() => new ByteReader(Uint8Array.of(0, 0x20, 0, 0, 0, 0, 0, 0)).u64(), malformed, '2^53')
})

test('a length is compared with what is there before anything is made of it', () => {
  assert.throws(() => new ByteReader(new ByteWriter().varint(2 ** 40).finish()).sized(2 ** 50), malformed)
  assert.throws(() => new ByteReader(new ByteWriter().sized(new Uint8Array(11)).finish()).sized(10), malformed, 'above the limit')
  assert.throws(() => new ByteReader(new Uint8Array(4)).raw(-1), malformed)
})

test('equal bytes are equal, and nothing else is', () => {
  assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true)
  assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3)), false)
  assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false)
})
