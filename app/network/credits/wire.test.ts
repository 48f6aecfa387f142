import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat } from '../../base/codec.ts'
import { codeOf } from '../../base/errors.ts'
import { FRAME_BYTES_MAX, STREAM_CREDIT_BYTES } from '../../base/limits.ts'
import type { FlowMessage } from '../credits.ts'
import { createFlowDecoder, encodeFlowMessage } from './wire.ts'

const message: fc.Arbitrary<FlowMessage> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ kind: 'frame' as const, bytes })),
  fc.integer({ min: 0, max: STREAM_CREDIT_BYTES }).map((bytes) => ({ kind: 'credit' as const, bytes })),
  fc.constantFrom({ kind: 'close' as const }, { kind: 'closed' as const }, { kind: 'abort' as const, code: 'SYNC_LIMIT_EXCEEDED' as const }),
)

test('whatever the pieces it arrives in, the same messages come out', () => {
  fc.assert(fc.property(fc.array(message), fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (messages, sizes) => {
    const bytes = concat(messages.map(encodeFlowMessage))
    const decoder = createFlowDecoder()
    const out: FlowMessage[] = []
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = sizes[turn % sizes.length]!
      out.push(...decoder.push(bytes.slice(at, at + size)))
      at += size
    }
    assert.deepEqual(out, messages)
    assert.equal(decoder.partialBytes, 0)
  }))
})

test('the largest frame passes, and a larger one is refused by its header alone', () => {
  const decoder = createFlowDecoder()
  const largest = encodeFlowMessage({ kind: 'frame', bytes: new Uint8Array(FRAME_BYTES_MAX) })
  assert.equal(decoder.push(largest).length, 1)
  const larger = encodeFlowMessage({ kind: 'frame', bytes: new Uint8Array(FRAME_BYTES_MAX + 1) })
  assert.throws(() => decoder.push(larger.subarray(0, 4)), (error) => codeOf(error) === 'NETWORK_FRAME_TOO_LARGE')
})

test('garbage never makes it hold more than a frame, nor throw anything without a code', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
    const decoder = createFlowDecoder()
    try {
      for (const chunk of chunks) decoder.push(chunk)
    } catch (error) {
      assert.notEqual(codeOf(error), 'UNKNOWN')
    }
    assert.ok(decoder.partialBytes <= FRAME_BYTES_MAX + 8)
  }))
})
