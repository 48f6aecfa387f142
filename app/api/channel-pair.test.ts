import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createChannelPair } from './channel-pair.ts'
import { channelContract } from './channel.contract.ts'

channelContract('channel pair', async () => {
  const [near, far] = createChannelPair()
  return { near, far, stop: async () => undefined }
})

test('a paused side makes the queue of the other grow until it resumes', async () => {
  const [near, far] = createChannelPair()
  const got: number[] = []
  far.pause()
  far.onMessage((message) => got.push(message.length))
  near.send(new Uint8Array(10))
  near.send(new Uint8Array(20))
  await Promise.resolve()
  assert.equal(near.queuedBytes, 30)
  assert.deepEqual(got, [])
  far.resume()
  await new Promise(setImmediate)
  assert.equal(near.queuedBytes, 0)
  assert.deepEqual(got, [10, 20])
})
