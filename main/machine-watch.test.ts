import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../app/base/clock.ts'
import { watchMachine, type MachineChange } from './machine-watch.ts'

/** One timer at a time is all that is asked of it. */
const createHandClock = () => {
  let wallMs = 0
  let monotonicMs = 0
  let due: (() => void) | undefined
  const clock: Clock = {
    nowMs: () => wallMs,
    monotonicMs: () => monotonicMs,
    after: (_delayMs, fn) => {
      due = fn
      return () => (due = undefined)
    },
    deadline: () => AbortSignal.abort(),
  }
  const pass = (wall: number, monotonic = wall) => {
    wallMs += wall
    monotonicMs += monotonic
    const fn = due
    due = undefined
    fn?.()
  }
  return { clock, pass, isWaiting: () => due !== undefined }
}

const createRig = () => {
  const hand = createHandClock()
  const changes: MachineChange[] = []
  const world = { addresses: '10.0.0.1' }
  const cancel = watchMachine(hand.clock, (change) => changes.push(change), () => world.addresses)
  return { ...hand, changes, world, cancel }
}

test('says so once when the networks change, and is quiet otherwise', () => {
  const { pass, changes, world, cancel, isWaiting } = createRig()
  for (let looks = 0; looks < 10; looks++) pass(500)
  assert.deepEqual(changes, [])
  world.addresses = '10.0.0.2'
  pass(500)
  pass(500)
  assert.deepEqual(changes, ['moved'])
  cancel()
  assert.equal(isWaiting(), false)
})

test('says so once when the machine slept, whether its monotonic clock went on or stood still', () => {
  for (const monotonic of [500, 30_000]) {
    const { pass, changes, world } = createRig()
    world.addresses = '10.0.0.2'
    pass(30_000, monotonic)
    pass(500)
    assert.deepEqual(changes, ['woke'], `monotonic ${monotonic}`)
  }
})

test('a busy moment is no sleep, and neither is a clock that is set back', () => {
  const { pass, changes } = createRig()
  pass(3000)
  pass(-3_600_000, 500)
  pass(500)
  assert.deepEqual(changes, [])
})
