import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteWriter } from '../base/codec.ts'
import { codeOf } from '../base/errors.ts'
import { address, workspaceId } from '../base/ids.ts'
import { ADDRESS_RECORDS_PER_MESSAGE_MAX, ADDRESSES_REMEMBERED_MAX, FRAME_BYTES_MAX } from '../base/limits.ts'
import { systemRandom } from '../base/random.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { addressPayloads, readAddresses, recordsIn, signAddresses } from './address-record.ts'

const WORKSPACE = workspaceId('ab'.repeat(32))
const keys = createDeviceKeys(systemRandom())
const at = (count: number) => Array.from({ length: count }, (_, index) => address(`/ip4/10.0.0.${index}/tcp/4001`))
const signed = (count: number, counter = 7) =>
  signAddresses(WORKSPACE, { device: keys.device, counter, addresses: at(count), sign: keys.signing.sign })

test('a record comes back as it was signed, with as many addresses as it may hold', () => {
  const record = signed(ADDRESSES_REMEMBERED_MAX + 5)
  assert.deepEqual(readAddresses(WORKSPACE, record.bytes), { ok: true, value: record })
  assert.equal(record.addresses.length, ADDRESSES_REMEMBERED_MAX)
})

test('a record with any byte changed, cut off, or of another workspace is refused', () => {
  const { bytes } = signed(2)
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at]! ^= 1
    assert.equal(readAddresses(WORKSPACE, changed).ok, false, `byte ${at}`)
    assert.equal(readAddresses(WORKSPACE, bytes.subarray(0, at)).ok, false, `length ${at}`)
  }
  assert.deepEqual(readAddresses(workspaceId('cd'.repeat(32)), bytes), { ok: false, code: 'LOG_SIGNATURE_INVALID' })
})

test('many records are split over payloads that fit a frame, and a payload with more is refused', () => {
  const many = Array.from({ length: 2 * ADDRESS_RECORDS_PER_MESSAGE_MAX + 1 }, (_, index) => signed(8, index))
  const payloads = addressPayloads(many)
  assert.equal(payloads.length, 3)
  assert.ok(payloads.every((payload) => payload.length < FRAME_BYTES_MAX))
  assert.deepEqual(payloads.flatMap(recordsIn), many.map(({ bytes }) => bytes))
  const writer = new ByteWriter()
  for (const { bytes } of many.slice(0, ADDRESS_RECORDS_PER_MESSAGE_MAX + 1)) writer.sized(bytes)
  let code = ''
  try {
    recordsIn(writer.finish())
  } catch (error) {
    code = codeOf(error)
  }
  assert.equal(code, 'SYNC_LIMIT_EXCEEDED')
})
