import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGroupFlush } from './group-flush.ts'

const controlled = () => {
  const flushes: PromiseWithResolvers<void>[] = []
  const group = createGroupFlush(() => {
    flushes.push(Promise.withResolvers<void>())
    return flushes.at(-1)!.promise
  })
  return { flushes, group }
}
const settled = async (promise: Promise<unknown>) => {
  let isSettled = false
  promise.then(() => { isSettled = true }, () => { isSettled = true })
  for (let turn = 0; turn < 10; turn++) await null
  return isSettled
}

test('flushes nothing when nothing was written', async () => {
  const { flushes, group } = controlled()
  await group.synced().then(() => assert.equal(flushes.length, 0))
})

test('calls with nothing written in between share the running flush', async () => {
  const { flushes, group } = controlled()
  group.wrote()
  const calls = [group.synced(), group.synced()]
  assert.deepEqual([await settled(calls[0]!), await settled(calls[1]!)], [false, false])
  flushes[0]!.resolve()
  await Promise.all(calls)
  assert.equal(flushes.length, 1)
})

test('what was written during a flush waits for the next one, and all such calls share it', async () => {
  const { flushes, group } = controlled()
  group.wrote()
  const first = group.synced()
  group.wrote()
  const second = group.synced()
  group.wrote()
  const third = group.synced()
  flushes[0]!.resolve()
  await first
  assert.equal(await settled(second), false)
  assert.equal(flushes.length, 2)
  flushes[1]!.resolve()
  await Promise.all([second, third])
  await group.synced()
  assert.equal(flushes.length, 2)
})

test('what was written after the next flush began waits for one more', async () => {
  const { flushes, group } = controlled()
  group.wrote()
  const first = group.synced()
  group.wrote()
  const second = group.synced()
  flushes[0]!.resolve()
  await first
  await settled(second)
  group.wrote()
  const third = group.synced()
  flushes[1]!.resolve()
  await second
  assert.equal(await settled(third), false)
  flushes[2]!.resolve()
  await third
})

test('a failed flush fails its own callers only, and covers nothing', async () => {
  const { flushes, group } = controlled()
  group.wrote()
  const first = group.synced()
  group.wrote()
  const second = group.synced()
  flushes[0]!.reject(new Error('disk'))
  await assert.rejects(first, /disk/)
  await settled(second)
  flushes[1]!.resolve()
  await second
  assert.equal(flushes.length, 2)
})

test('a flush that failed is begun again by the next call, though nothing more was written', async () => {
  const { flushes, group } = controlled()
  group.wrote()
  const first = group.synced()
  flushes[0]!.reject(new Error('full'))
  await assert.rejects(first)
  const second = group.synced()
  assert.equal(flushes.length, 2)
  flushes[1]!.resolve()
  await second
})
