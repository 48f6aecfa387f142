import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../base/clock.ts'
import { PeerError } from '../base/errors.ts'
import { deviceId, logId, sessionId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createDurability } from './durability.ts'

const [a, b] = ['a', 'b'].map((digit) => logId(deviceId(digit.repeat(64)), sessionId('5'.repeat(32)))) as [ReturnType<typeof logId>, ReturnType<typeof logId>]
const settled = async () => { for (let turn = 0; turn < 5; turn++) await Promise.resolve() }

/** A disk whose flushes end when the test says so, and time that passes when it says so. */
const create = () => {
  const flushes: { done: () => void; fail: (error: Error) => void }[] = []
  const timers: { delayMs: number; fn: () => void }[] = []
  const clock: Clock = {
    nowMs: () => 0, monotonicMs: () => 0, deadline: () => new AbortController().signal,
    after: (delayMs, fn) => {
      timers.push({ delayMs, fn })
      return () => {}
    },
  }
  const store = { ...createMemoryStore(), synced: () => new Promise<void>((done, fail) => flushes.push({ done, fail })) }
  const durability = createDurability(store, clock, silentLogger)
  let saves = 0
  durability.onSaved(() => { saves += 1 })
  const tick = () => {
    const [timer] = timers.splice(0, 1)
    timer?.fn()
    return timer?.delayMs
  }
  const end = async (error?: Error) => {
    const flush = flushes.shift()!
    if (error) flush.fail(error)
    else flush.done()
    await settled()
  }
  const isSaved = async (log: typeof a, height: number) => {
    let answer = 'waits'
    durability.saved(log, height).then(() => { answer = 'saved' }, (failure) => { answer = failure.code })
    await settled()
    return () => answer
  }
  return { durability, timers, flushes, tick, end, isSaved, saves: () => saves }
}

test('what is written within two milliseconds shares one flush, and counts when that has returned', async () => {
  const { durability, timers, flushes, tick, end, saves } = create()
  durability.wrote(a, 1)
  durability.wrote(b, 4)
  durability.wrote(a, 3)
  assert.equal(timers.length, 1)
  assert.equal(tick(), 2)
  assert.deepEqual([flushes.length, durability.heightOf(a), durability.heightOf(b), [...durability.unsaved]], [1, 0, 0, [[a, 3], [b, 4]]])
  await end()
  assert.deepEqual([durability.heightOf(a), durability.heightOf(b), durability.unsaved.size, saves()], [3, 4, 0, 1])
  assert.deepEqual([timers.length, flushes.length], [0, 0], 'nothing is left to flush')
})

test('what is written while a flush runs waits for the next one', async () => {
  const { durability, timers, tick, end, isSaved } = create()
  durability.wrote(a, 1)
  durability.wrote(b, 1)
  tick()
  durability.wrote(a, 2)
  assert.equal(timers.length, 0, 'one flush at a time')
  const [first, second] = [await isSaved(a, 1), await isSaved(a, 2)]
  await end()
  assert.deepEqual([durability.heightOf(a), [...durability.unsaved], first(), second()], [1, [[a, 2]], 'saved', 'waits'])
  assert.equal(tick(), 2)
  await end()
  assert.deepEqual([durability.heightOf(a), durability.unsaved.size, second()], [2, 0, 'saved'])
  durability.wrote(a, 3)
  assert.equal(tick(), 2, 'and the next write is flushed as soon')
})

test('what was on disk at the start counts only when a flush of ours has returned', async () => {
  const { durability, tick, end, isSaved } = create()
  durability.found(a, 7)
  assert.equal(durability.heightOf(a), 0)
  const saved = await isSaved(a, 7)
  tick()
  await end()
  assert.deepEqual([durability.heightOf(a), saved(), (await isSaved(a, 7))(), (await isSaved(a, 8))()], [7, 'saved', 'saved', 'waits'])
})

test('a flush that fails is told, saves nothing, and is tried again a second later', async () => {
  const { durability, timers, tick, end, isSaved, saves } = create()
  durability.wrote(a, 1)
  const saved = await isSaved(a, 1)
  tick()
  await end(new PeerError('STORE_FULL'))
  assert.deepEqual([durability.problem, durability.heightOf(a), saved(), saves(), durability.unsaved.size], ['STORE_FULL', 0, 'waits', 1, 1])
  assert.equal(timers.length, 1)
  assert.equal(tick(), 1000)
  await end()
  assert.deepEqual([durability.problem, durability.heightOf(a), saved()], [undefined, 1, 'saved'])
})

test('after a stop nobody waits any more, and what a flush does then counts for nothing', async () => {
  const { durability, timers, tick, end, isSaved, saves } = create()
  durability.wrote(a, 1)
  const saved = await isSaved(a, 1)
  tick()
  durability.stop()
  await settled()
  assert.equal(saved(), 'API_CHANNEL_CLOSED')
  await end()
  assert.deepEqual([durability.heightOf(a), saves(), timers.length], [0, 0, 0])
})

test('a flush that fails after a stop is not tried again', async () => {
  const { durability, timers, tick, end } = create()
  durability.wrote(a, 1)
  tick()
  durability.stop()
  await end(new PeerError('STORE_CLOSED'))
  assert.equal(timers.length, 0)
})
