import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stream as RawStream } from '@libp2p/interface'
import type { ErrorCode } from '../../base/errors.ts'
import { peerId } from '../../base/ids.ts'
import { createFlowDecoder, encodeFlowMessage } from '../credits/wire.ts'
import { createManualClock } from '../testing/world.ts'
import { createFlowStream } from './flow-stream.ts'

/** As much of a libp2p stream as we use; it never answers a close. */
const createRaw = () => {
  const events = new EventTarget()
  const sent: Uint8Array[] = []
  const raw = Object.assign(events, {
    status: 'open',
    send: (bytes: Uint8Array) => {
      if (raw.status !== 'open') throw new Error('closed')
      sent.push(bytes)
      return true
    },
    close: async () => {},
    abort: () => {
      raw.status = 'aborted'
      events.dispatchEvent(new Event('close'))
    },
  })
  const receive = (data: Uint8Array) => events.dispatchEvent(Object.assign(new Event('message'), { data }))
  return { raw, sent, receive }
}

const createFixture = () => {
  const clock = createManualClock()
  const { raw, sent, receive } = createRaw()
  let heard = 0
  let ended = 0
  const flow = createFlowStream(raw as unknown as RawStream, {
    peer: peerId('peerAAAA'),
    protocol: '/test',
    clock,
    onHeard: () => heard++,
    onEnd: () => ended++,
  })
  const ends: (ErrorCode | undefined)[] = []
  flow.stream.onClose((code) => ends.push(code))
  return { clock, raw, sent, receive, flow, ends, counts: () => ({ heard, ended }) }
}
const FRAME = encodeFlowMessage({ kind: 'frame', bytes: new Uint8Array(1000).fill(7) })

test('a message that never ends is given up, however often a byte of it comes', async () => {
  const { clock, raw, receive, ends } = createFixture()
  for (let at = 0; at < 29; at++) {
    receive(FRAME.subarray(at, at + 1))
    await clock.pass(1000)
  }
  assert.deepEqual(ends, [])
  receive(FRAME.subarray(29, 30))
  await clock.pass(2000)
  assert.deepEqual(ends, ['NETWORK_STREAM_CLOSED'])
  await clock.pass(4000)
  assert.equal(raw.status, 'aborted', 'and the other end can not keep the stream by not closing it')
})

test('whole messages in slow pieces may go on for ever', async () => {
  const { clock, receive, flow, ends, counts } = createFixture()
  let frames = 0
  flow.stream.onFrame(() => frames++)
  for (let round = 0; round < 5; round++) {
    for (let at = 0; at < FRAME.length; at += 100) {
      receive(FRAME.slice(at, at + 100))
      await clock.pass(2000)
    }
  }
  assert.deepEqual([frames, ends], [5, []])
  assert.equal(counts().heard, 5 * Math.ceil(FRAME.length / 100))
})

test('what is sent in one go leaves in one piece, and the last words before an abort leave too', async () => {
  const { clock, sent, flow } = createFixture()
  for (const size of [10, 20, 30]) flow.stream.send(new Uint8Array(size))
  await clock.pass(0)
  assert.equal(sent.length, 1)
  flow.stream.send(new Uint8Array(5))
  flow.stream.abort('SYNC_LIMIT_EXCEEDED')
  const messages = sent.flatMap((bytes) => createFlowDecoder().push(bytes))
  assert.deepEqual(messages.map(({ kind }) => kind), ['frame', 'frame', 'frame', 'frame', 'abort'])
})

test('a stream that ended below is over here, once, and sending to it does nothing', async () => {
  const { clock, raw, flow, ends, counts } = createFixture()
  raw.status = 'closed'
  flow.stream.send(new Uint8Array(5))
  await clock.pass(0)
  raw.dispatchEvent(new Event('close'))
  flow.stream.send(new Uint8Array(5))
  await clock.pass(60_000)
  assert.deepEqual([ends, counts().ended], [['NETWORK_STREAM_CLOSED'], 1])
})
