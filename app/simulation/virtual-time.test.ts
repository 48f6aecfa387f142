import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPeerClock, createVirtualTime } from './virtual-time.ts'
import { turn } from './testing/turn.ts'

test('runs events by time, then in the order in which they were asked for', async () => {
  const time = createVirtualTime(turn)
  const ran: string[] = []
  for (const [delayMs, name] of [[5, 'e'], [1, 'b'], [5, 'f'], [0, 'a'], [3, 'd'], [1, 'c']] as const) time.after(delayMs, () => ran.push(name))
  await time.run(3)
  assert.equal(ran.join(''), 'abcd')
  assert.equal(time.nowMs(), 3)
  await time.run(10)
  assert.equal(ran.join(''), 'abcdef')
  assert.equal(time.nowMs(), 13)
})

test('runs everything an event promised before the next event', async () => {
  const time = createVirtualTime(turn)
  const ran: string[] = []
  const promise = async (name: string) => {
    for (let step = 0; step < 100; step++) await null
    ran.push(name)
  }
  time.after(1, () => { void promise('a').then(() => time.after(0, () => ran.push('c'))) })
  time.after(1, () => ran.push('b'))
  await time.run(1)
  assert.equal(ran.join(''), 'abc')
})

test('a cancelled event never runs, and those of a stopped clock neither', async () => {
  const time = createVirtualTime(turn)
  const clock = createPeerClock(time, () => 0)
  const ran: string[] = []
  time.after(1, () => ran.push('a'))()
  clock.after(1, () => ran.push('b'))()
  clock.after(2, () => ran.push('c'))
  const deadline = clock.deadline(2)
  clock.after(1, () => clock.stop())
  await time.run(10)
  assert.deepEqual(ran, [])
  assert.equal(deadline.aborted, false)
})

test('a thousand events in random order run in order', async () => {
  const time = createVirtualTime(async () => {})
  const ran: number[] = []
  for (let at = 0; at < 1000; at++) {
    const delayMs = (at * 7919) % 1009
    time.after(delayMs, () => ran.push(delayMs))
  }
  await time.run(2000)
  assert.deepEqual(ran, [...ran].sort((a, b) => a - b))
  assert.equal(ran.length, 1000)
})

test('settles a promise in virtual time, or says that it stalled', async () => {
  const time = createVirtualTime(turn)
  const clock = createPeerClock(time, () => 0)
  const later = new Promise<string>((resolve) => { clock.after(3_600_000, () => resolve('done')) })
  assert.equal(await time.settle(later, 7_200_000), 'done')
  assert.equal(time.nowMs(), 3_600_000)
  await assert.rejects(time.settle(new Promise(() => {}), 10), { code: 'SIMULATION_STALLED' })
  await assert.rejects(time.settle(Promise.reject(new Error('refused')), 10), /refused/)
})
