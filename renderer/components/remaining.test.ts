import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sayRemaining } from './remaining.ts'

test('says minutes and seconds that are left, and never less than none', () => {
  const said = [600_000, 599_001, 61_000, 59_999, 1, 0, -5000].map((ms) => sayRemaining(1_000_000 + ms, 1_000_000))
  assert.deepEqual(said, ['10:00', '10:00', '1:01', '1:00', '0:01', '0:00', '0:00'])
})
