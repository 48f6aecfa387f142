import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../app/base/clock.ts'
import { watchMachine } from './machine-watch.ts'

/** One timer at a time is all that is asked of it. */
const createHandClock = () => {
  let nowMs = 0
  let due: { readonly atMs: number; readonly fn: () => void } | undefined
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: (delayMs, fn) => {
      due = { atMs: nowMs + delayMs, fn }
      return () => (due = undefined)
    },
    deadline: () => AbortSignal.abort(),
  }
  const run = () => {
    const fn = due?.fn
    due = undefined
    fn?.()
  }
  return { clock, pass: (ms: number) => { nowMs += ms; run() }, isWaiting: () => due !== undefined }
}

test('says so once when the networks change and when the machine slept, and is quiet otherwise', () => {
  const { clock, pass, isWaiting } = createHandClock()
  let addresses = '10.0.0.1'
  let changes = 0
  const cancel = watchMachine(clock, () => changes++, () => addresses)
  pass(3000)
  pass(3000)
  assert.equal(changes, 0)
  addresses = '10.0.0.2'
  pass(3000)
  pass(3000)
  assert.equal(changes, 1)
  pass(3600_000)
  pass(3000)
  assert.equal(changes, 2)
  cancel()
  assert.equal(isWaiting(), false)
})
