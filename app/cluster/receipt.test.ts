import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, fromHex, toHex } from '../base/codec.ts'
import { deviceId, logId, sessionId, workspaceId } from '../base/ids.ts'
import { FRAME_BYTES_MAX } from '../base/limits.ts'
import { signingKey } from '../identity/crypto.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { random, WORKSPACE } from '../log/log.support.ts'
import { decodeReceipt, encodeReceipt, RECEIPT_ROWS_MAX, type Receipt } from './receipt.ts'

const keys = createDeviceKeys(random)
const session = sessionId('5e'.repeat(16))
const logOf = (index: number) => logId(deviceId(index.toString(16).padStart(64, '0')), session)
const row = (height: number) => ({ height, shortHash: new Uint8Array(8).fill(height) })
const receipt = (rows: Receipt['rows'] = new Map([[logOf(1), row(3)]])): Receipt => ({
  device: keys.device, session, counter: 7, timeMs: 1000, rows, supersedes: new Map([[sessionId('01'.repeat(16)), 6]]),
})

test('a receipt is read back as it was signed', () => {
  const height = fc.nat(2 ** 31).map((some) => ({ height: some, shortHash: new Uint8Array(8).fill(1) }))
  const rows = fc.array(fc.tuple(fc.nat(50).map(logOf), height))
  fc.assert(fc.property(rows, fc.maxSafeNat(), fc.maxSafeNat(), (some, counter, timeMs) => {
    const written = { ...receipt(new Map(some)), counter, timeMs }
    assert.deepEqual(decodeReceipt(WORKSPACE, encodeReceipt(WORKSPACE, written, keys.signing)), { ok: true, value: written })
  }), { numRuns: 50 })
})

test('the bytes of a receipt are those of version 0', () => {
  const fixed = signingKey(new Uint8Array(32).fill(1))
  const device = deviceId(toHex(fixed.publicKey))
  const bytes = encodeReceipt(WORKSPACE, { ...receipt(), device, counter: 300 }, fixed)
  assert.equal(toHex(bytes.subarray(0, -64)), `${device}${session}ac02e80701${'0'.repeat(63)}1${session}03${'03'.repeat(8)}01${'01'.repeat(16)}06`)
  assert.equal(toHex(bytes.subarray(-64)).slice(0, 32), '0b41f85c5ebc30b3505f1b003e4dcbed')
})

test('a receipt with any byte changed, cut or added is refused with a code', () => {
  const bytes = encodeReceipt(WORKSPACE, receipt(), keys.signing)
  for (let at = 0; at < bytes.length; at++) {
    const flipped = bytes.slice()
    flipped[at]! ^= 1
    assert.equal(decodeReceipt(WORKSPACE, flipped).ok, false, `byte ${at}`)
  }
  for (let length = 0; length < bytes.length; length++) assert.equal(decodeReceipt(WORKSPACE, bytes.subarray(0, length)).ok, false)
  assert.equal(decodeReceipt(WORKSPACE, concat([bytes, Uint8Array.of(0)])).ok, false)
})

test('a receipt counts in its own workspace only', () => {
  const bytes = encodeReceipt(WORKSPACE, receipt(), keys.signing)
  assert.deepEqual(decodeReceipt(workspaceId('cd'.repeat(32)), bytes), { ok: false, code: 'LOG_SIGNATURE_INVALID' })
})

test('nobody can sign for another device', () => {
  const forged = encodeReceipt(WORKSPACE, receipt(), createDeviceKeys(random).signing)
  assert.deepEqual(decodeReceipt(WORKSPACE, forged), { ok: false, code: 'LOG_SIGNATURE_INVALID' })
})

test('the largest receipt fits in a frame, and leaves out what does not fit', () => {
  const large = { height: 2 ** 40, shortHash: new Uint8Array(8) }
  const rows = new Map(Array.from({ length: RECEIPT_ROWS_MAX + 100 }, (_, index) => [logOf(index), large]))
  const bytes = encodeReceipt(WORKSPACE, receipt(rows), keys.signing)
  assert.ok(bytes.length + 200 < FRAME_BYTES_MAX, `${bytes.length} bytes`)
  const decoded = decodeReceipt(WORKSPACE, bytes)
  assert.ok(decoded.ok && decoded.value.rows.size === RECEIPT_ROWS_MAX)
})

test('a count that promises more rows than there are, or may be, is refused', () => {
  const head = concat([fromHex(keys.device), fromHex(session), Uint8Array.of(1, 1)])
  for (const count of [[0xff, 0xff, 0x7f], [0x05]]) {
    const bytes = concat([head, Uint8Array.from(count), new Uint8Array(64)])
    assert.deepEqual(decodeReceipt(WORKSPACE, bytes), { ok: false, code: 'BASE_BYTES_MALFORMED' })
  }
})
