import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceId, logId, sessionId } from '../base/ids.ts'
import { createManualClock } from '../network/testing/world.ts'
import { createRequests } from './requests.ts'

const LOG = logId(deviceId('d1'.repeat(32)), sessionId('5e'.repeat(16)))
const OTHER = logId(deviceId('d2'.repeat(32)), sessionId('5e'.repeat(16)))
const [A, B, C] = [{}, {}, {}]

const create = () => {
  const clock = createManualClock()
  return { clock, requests: createRequests(clock) }
}

test('one neighbour at a time is asked for a log, and any number for different ones', () => {
  const { requests } = create()
  assert.equal(requests.claim(LOG, A, 5), true)
  assert.deepEqual([requests.claim(LOG, B, 9), requests.claim(LOG, A, 9)], [false, false])
  assert.equal(requests.claim(OTHER, B, 1), true)
  requests.progress(LOG, 4)
  assert.equal(requests.claim(LOG, B, 9), false)
  requests.progress(LOG, 5)
  assert.equal(requests.claim(LOG, B, 9), true)
})

test('who lets a log lie is asked again only after everybody else had their turn', async () => {
  const { clock, requests } = create()
  requests.claim(LOG, A, 5)
  await clock.pass(4999)
  assert.equal(requests.claim(LOG, B, 5), false)
  await clock.pass(1)
  assert.equal(requests.claim(LOG, A, 5), false)
  assert.equal(requests.claim(LOG, B, 5), true)
  await clock.pass(5000)
  assert.deepEqual([requests.claim(LOG, A, 5), requests.claim(LOG, B, 5)], [false, false])
  assert.equal(requests.claim(LOG, C, 5), true, 'two that give nothing can’t keep a third out')
  await clock.pass(7000)
  assert.equal(requests.claim(LOG, A, 5), true, 'nobody gave it: from the beginning')
})

test('while a log grows the claim stays', async () => {
  const { clock, requests } = create()
  requests.claim(LOG, A, 50)
  for (let height = 1; height < 10; height++) {
    await clock.pass(4000)
    requests.progress(LOG, height)
    assert.equal(requests.claim(LOG, B, 50), false)
  }
})

test('what was refused is asked of another at once', () => {
  const { requests } = create()
  requests.claim(LOG, A, 5)
  requests.fail(LOG, B)
  assert.equal(requests.claim(LOG, B, 5), false, 'not by somebody else’s failure')
  requests.fail(LOG, A)
  assert.deepEqual([requests.claim(LOG, A, 5), requests.claim(LOG, B, 5)], [false, true])
})

test('it counts what each is being asked for, and a link that ends leaves nothing behind', async () => {
  const { clock, requests } = create()
  requests.claim(LOG, A, 5)
  requests.claim(OTHER, A, 5)
  assert.equal(requests.countOf(A), 2)
  await clock.pass(5000)
  requests.claim(LOG, B, 5)
  assert.deepEqual([requests.countOf(A), requests.countOf(B)], [1, 1])
  requests.progress(LOG, 5)
  requests.releaseAll(A)
  assert.deepEqual([requests.countOf(A), requests.countOf(B)], [0, 0])
  assert.deepEqual([requests.claim(LOG, A, 9), requests.claim(OTHER, B, 9)], [true, true])
})
