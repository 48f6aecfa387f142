import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceId, logId, sessionId, type LogId } from '../base/ids.ts'
import { holdsOf, isSuperseded, withReceipt, type DeviceReceipts } from './holdings.ts'
import type { Receipt } from './receipt.ts'

const device = deviceId('d'.repeat(64))
const [first, second] = [sessionId('1'.repeat(32)), sessionId('2'.repeat(32))]
const [firstLog, secondLog] = [logId(device, first), logId(device, second)]
const noHash = () => undefined

const receipt = (session: typeof first, counter: number, heights: readonly (readonly [LogId, number])[]): Receipt => ({
  device, session, counter, timeMs: 0,
  rows: new Map(heights.map(([log, height]) => [log, { height, shortHash: new Uint8Array(8) }])),
})
const afterAll = (receipts: readonly Receipt[]): DeviceReceipts =>
  receipts.reduce((known: DeviceReceipts, one) => (isSuperseded(known, one) ? known : withReceipt(known, one)), new Map())

const before = receipt(first, 1, [[firstLog, 3]])
const restarted = receipt(second, 2, [[firstLog, 3], [secondLog, 1]])
const everything = new Map([[firstLog, 3], [secondLog, 1]])

test('a restarted machine holds everything, in whatever order its receipts arrive', () => {
  assert.equal(holdsOf(afterAll([before, restarted]), everything, noHash), 'all')
  assert.equal(holdsOf(afterAll([restarted, before]), everything, noHash), 'all')
})

test('after a disk came back with less, only what both receipts say counts, in whatever order they arrive', () => {
  const restored = receipt(second, 2, [[firstLog, 2]])
  for (const receipts of [[before, restored], [restored, before]]) {
    assert.equal(holdsOf(afterAll(receipts), new Map([[firstLog, 2]]), noHash), 'all')
    assert.equal(holdsOf(afterAll(receipts), new Map([[firstLog, 3]]), noHash), 'behind')
  }
})

test('no receipt is unknown, and one without a log that counts is behind', () => {
  assert.equal(holdsOf(undefined, everything, noHash), 'unknown')
  assert.equal(holdsOf(afterAll([before]), everything, noHash), 'behind')
})

test('another history of the same height is behind', () => {
  assert.equal(holdsOf(afterAll([before]), new Map([[firstLog, 3]]), () => new Uint8Array(8).fill(1)), 'behind')
})
