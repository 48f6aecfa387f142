import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sayAge, sayTime } from './time.ts'

const now = new Date(2026, 10, 23, 12, 0).getTime()
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).getTime()

test('says today by the clock, yesterday by name, and older days by date', () => {
  assert.equal(sayTime(at(2026, 10, 23, 10, 42), now), '10:42')
  assert.equal(sayTime(at(2026, 10, 22, 23, 59), now), 'yesterday 23:59')
  assert.equal(sayTime(at(2026, 10, 12, 9, 5), now), '12 Nov 09:05')
  assert.equal(sayTime(at(2025, 10, 12, 9, 5), now), '12 Nov 2025 09:05')
})

test('a list says the last hour in minutes, and nothing is ever in the future', () => {
  assert.equal(sayAge(now - 5 * 60_000, now), '5 min ago')
  assert.equal(sayAge(now + 60_000, now), 'just now')
  assert.equal(sayAge(at(2026, 10, 23, 10, 42), now), '10:42')
})
