import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createChannelPair, type PairedChannel } from './api/channel-pair.ts'
import { createClient } from './api/client.ts'
import { exampleDocument as document, exampleRequests, exampleWorkspace as workspace, mutateBytes } from './api/codec.fixture.ts'
import { decodePeerMessage, encodeRequest } from './api/codec.ts'
import type { ScreenEvent } from './api/commands.ts'
import type { PeerScreen, PeerService } from './api/peer-service.ts'
import { systemClock } from './base/clock.ts'
import { createEmitter } from './base/emitter.ts'
import { PeerError } from './base/errors.ts'
import { InvariantError } from './base/invariant.ts'
import { CHANNEL_BUSY_BYTES, CHANNEL_QUEUE_BYTES_MAX, COMMANDS_RUNNING_MAX } from './base/limits.ts'
import { silentLogger } from './base/logger.ts'
import { serve } from './serve.ts'

/** A screen whose commands `run` answers, over a pair of Channels. */
const setUp = (run: (kind: string, takes: unknown) => Promise<unknown>) => {
  const events = createEmitter<ScreenEvent>()
  const faults: unknown[] = []
  let openScreens = 0
  const service: PeerService = {
    openScreen: () => {
      openScreens++
      return { number: 1, run: run as PeerScreen['run'], onEvent: events.on, close: () => void openScreens-- }
    },
  }
  const [screenSide, peerSide] = createChannelPair()
  const options = { version: '1.2.3', clock: systemClock(), logger: silentLogger, onFault: (error: unknown) => void faults.push(error) }
  serve(service, peerSide, options)
  return { screenSide, peerSide, events, faults, openScreens: () => openScreens }
}

const eventsOf = (channel: PairedChannel): ScreenEvent[] => {
  const got: ScreenEvent[] = []
  channel.onMessage((bytes) => {
    const message = decodePeerMessage(bytes)
    if (message.kind === 'event') got.push(message.event)
  })
  return got
}

const settled = () => new Promise(setImmediate)
const update = (bytes: number): ScreenEvent => ({ kind: 'update', workspace, document, update: new Uint8Array(bytes) })
const where = (saved: boolean): ScreenEvent => ({ kind: 'where', workspace, where: { document, saved, machines: [] } })

test('welcomes a screen, answers its commands and forwards events', async () => {
  const { screenSide, events } = setUp(async (kind) => ({ workspace: kind }))
  const client = createClient(screenSide)
  assert.deepEqual(await client.welcome, { protocol: 0, version: '1.2.3' })
  assert.deepEqual(await client.run('workspace.create', { name: 'Garden' }), { workspace: 'workspace.create' })
  const heard: ScreenEvent[] = []
  const cancel = client.onEvent((event) => heard.push(event))
  events.emit({ kind: 'documents', workspace })
  await settled()
  cancel()
  events.emit({ kind: 'documents', workspace })
  await settled()
  assert.deepEqual(heard, [{ kind: 'documents', workspace }])
})

test('a failure crosses with its code and details; anything else reads as UNKNOWN without its text', async () => {
  const { screenSide, faults } = setUp(async (kind) => {
    if (kind === 'status') throw new PeerError('STORE_FULL', { neededBytes: 7 })
    throw new Error('/home/someone/secret')
  })
  const client = createClient(screenSide)
  await assert.rejects(client.run('status', {}), (error: PeerError) => error.code === 'STORE_FULL' && error.details['neededBytes'] === 7)
  await assert.rejects(client.run('peers', {}), (error: PeerError) => error.code === 'UNKNOWN' && !JSON.stringify(error.details).includes('secret'))
  assert.deepEqual(faults, [])
})

test('a broken invariant is answered and told to the host', async () => {
  const { screenSide, faults } = setUp(async () => {
    throw new InvariantError('broken')
  })
  await assert.rejects(createClient(screenSide).run('status', {}), (error: PeerError) => error.code === 'UNKNOWN')
  assert.equal(faults.length, 1)
})

test('an answer that no message can hold is a failure, not a fault', async () => {
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const { screenSide, faults } = setUp(async () => circular)
  await assert.rejects(createClient(screenSide).run('status', {}), (error: PeerError) => error.code === 'UNKNOWN')
  assert.deepEqual(faults, [])
})

test('edits start in the order in which they were sent, without waiting for each other', async () => {
  const started: number[] = []
  const { screenSide } = setUp(async (kind, takes) => {
    if (kind !== 'document.update') return {}
    const [number = 0] = (takes as { update: Uint8Array }).update
    started.push(number)
    await new Promise((resolve) => setTimeout(resolve, number === 0 ? 20 : 0))
    return {}
  })
  const client = createClient(screenSide)
  const finished: number[] = []
  const numbers = Array.from({ length: 50 }, (_, number) => number)
  await Promise.all(numbers.map((number) => client.run('document.update', { workspace, document, update: Uint8Array.of(number) }).then(() => finished.push(number))))
  assert.deepEqual(started, numbers)
  assert.equal(finished.at(-1), 0, 'the slow first one did not hold up the others')
})

test('closing the channel closes the screen and fails what was asked', async () => {
  const { screenSide, openScreens } = setUp(() => new Promise(() => undefined))
  const client = createClient(screenSide)
  const asked = client.run('status', {})
  assert.equal(openScreens(), 1)
  client.close()
  await assert.rejects(asked, (error: PeerError) => error.code === 'API_CHANNEL_CLOSED')
  await assert.rejects(client.run('status', {}), (error: PeerError) => error.code === 'API_CHANNEL_CLOSED')
  await settled()
  assert.equal(openScreens(), 0)
})

test('refuses more commands at once than its limit, and takes more when some have ended', async () => {
  const ends: (() => void)[] = []
  const { screenSide } = setUp(() => new Promise((resolve) => ends.push(() => resolve({}))))
  const client = createClient(screenSide)
  const asked = Array.from({ length: COMMANDS_RUNNING_MAX }, () => client.run('peers', {}))
  await assert.rejects(client.run('peers', {}), (error: PeerError) => error.code === 'API_BUSY')
  for (const end of ends) end()
  await Promise.all(asked)
  const later = client.run('peers', {})
  await settled()
  ends.at(-1)?.()
  await later
})

test('a screen gets a document before the first change to it', async () => {
  const { screenSide, events } = setUp(async () => {
    events.emit(update(1))
    return { clientId: 1, state: new Uint8Array(0), readOnly: false }
  })
  const order: string[] = []
  screenSide.onMessage((bytes) => void order.push(decodePeerMessage(bytes).kind))
  screenSide.send(encodeRequest({ id: 1, kind: 'document.attach', takes: { workspace, document } }))
  await settled()
  assert.deepEqual(order, ['welcome', 'answer', 'event'])
})

test('a slow screen gets every update, but only the newest of events that replace each other', async () => {
  const { screenSide, events } = setUp(async () => ({}))
  const got = eventsOf(screenSide)
  await settled()
  screenSide.pause()
  events.emit(update(CHANNEL_BUSY_BYTES + 1))
  for (let count = 0; count < 1000; count++) events.emit(where(false))
  events.emit(where(true))
  events.emit(update(5))
  screenSide.resume()
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.deepEqual(got.map((event) => (event.kind === 'update' ? event.update.length : event.kind)), [CHANNEL_BUSY_BYTES + 1, 5, 'where'])
  assert.equal(got[2]?.kind === 'where' && got[2].where.saved, true)
})

test('a screen that takes nothing is closed before its queue fills the memory', async () => {
  const { screenSide, peerSide, events, openScreens } = setUp(async () => ({}))
  screenSide.pause()
  const closed = new Promise((resolve) => screenSide.onClose(resolve))
  const piece = 8 * 1024 * 1024
  for (let count = 0; count < 100; count++) events.emit(update(piece))
  assert.equal(await closed, 'API_CHANNEL_CLOSED')
  assert.ok(peerSide.queuedBytes <= CHANNEL_QUEUE_BYTES_MAX + piece + 1024)
  assert.equal(openScreens(), 0)
})

test('20,000 mutated messages get an answer each, and the screen still works', async () => {
  const { screenSide, faults } = setUp(async () => ({}))
  const messages = exampleRequests.map(encodeRequest)
  let answers = 0
  screenSide.onMessage((bytes) => void (answers += decodePeerMessage(bytes).kind === 'welcome' ? 0 : 1))
  const samples = fc.sample(fc.tuple(fc.nat(messages.length - 1), fc.nat(1000), fc.nat(255), fc.nat(3)), { numRuns: 20_000, seed: 11 })
  for (const [index, [which, at, byte, how]] of samples.entries()) {
    screenSide.send(mutateBytes(messages[which]!, at, byte, how))
    if (index % 100 === 0) await settled()
  }
  await settled()
  assert.equal(answers, 20_000)
  assert.deepEqual(faults, [])
  assert.deepEqual(await createClient(screenSide).run('machine.rename', { name: 'x' }), {})
})
