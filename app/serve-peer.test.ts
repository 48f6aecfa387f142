/** A real peer behind `serve`, and a screen that sends rubbish. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import * as Y from 'yjs'
import { createChannelPair } from './api/channel-pair.ts'
import { createClient } from './api/client.ts'
import { exampleRequests, mutateBytes } from './api/codec.fixture.ts'
import { encodeRequest, type Request } from './api/codec.ts'
import { systemClock } from './base/clock.ts'
import { errorCode, PeerError } from './base/errors.ts'
import { address, documentId, peerId, workspaceId } from './base/ids.ts'
import { silentLogger } from './base/logger.ts'
import { systemRandom } from './base/random.ts'
import { createMemoryHub } from './network/memory.ts'
import { createPeer } from './peer.ts'
import { serve } from './serve.ts'
import { createMemoryStore } from './store/memory.ts'

const startPeer = async (context: TestContext) => {
  const [clock, random] = [systemClock(), systemRandom()]
  const hub = createMemoryHub({ clock, random, link: () => ({ kind: 'open', delayMs: 0 }) })
  const network = hub.createNetwork(peerId('12D3KooWfuzzed'), address('/memory/fuzzed'))
  const peer = createPeer({
    store: createMemoryStore(), network, discoveries: [], clock, random,
    logger: silentLogger, machineName: 'Ada', version: '1.0.0', keysAreUnprotected: true,
  })
  await peer.start()
  context.after(() => peer.stop())
  const faults: unknown[] = []
  const open = () => {
    const [screenSide, peerSide] = createChannelPair()
    serve(peer, peerSide, { version: '1.0.0', clock, logger: silentLogger, onFault: (error) => void faults.push(error) })
    return { channel: screenSide, client: createClient(screenSide) }
  }
  return { peer, faults, open }
}

test('edits sent at once are applied in the order of sending, and another screen sees them all', async (context) => {
  const { open } = await startPeer(context)
  const [one, two] = [open().client, open().client]
  const { workspace } = await one.run('workspace.create', { name: 'Garden' })
  const { document } = await one.run('document.create', { workspace, title: 'Plan', markdown: '' })
  const { clientId, state } = await one.run('document.attach', { workspace, document })
  const seen = new Y.Doc()
  Y.applyUpdate(seen, (await two.run('document.attach', { workspace, document })).state)
  two.onEvent((event) => {
    if (event.kind === 'update') Y.applyUpdate(seen, event.update)
  })
  const mine = new Y.Doc()
  Y.applyUpdate(mine, state)
  mine.clientID = clientId
  const saved: Promise<unknown>[] = []
  mine.on('update', (update: Uint8Array) => void saved.push(one.run('document.update', { workspace, document, update })))
  const numbers = Array.from({ length: 200 }, (_, number) => number)
  for (const number of numbers) mine.getArray('order').push([number])
  assert.equal(saved.length, 200)
  await Promise.all(saved)
  for (let wait = 0; wait < 500 && seen.getArray('order').length < 200; wait++) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(seen.getArray('order').toArray(), numbers)
})

test('rubbish in every field, damaged edits included, is refused with a code; the notes stay as they were', async (context) => {
  const { peer, faults, open } = await startPeer(context)
  const { channel, client } = open()
  const { workspace } = await client.run('workspace.create', { name: 'Garden' })
  const { document } = await client.run('document.create', { workspace, title: 'Plan', markdown: 'text' })
  const { state } = await client.run('document.attach', { workspace, document })

  const real = (request: Request): Request => {
    const takes = { ...request.takes, ...('workspace' in request.takes ? { workspace } : {}), ...('document' in request.takes ? { document } : {}) }
    return { ...request, takes } as Request
  }
  // Whole ids and a damaged edit: past the first checks, into the documents.
  const damage = fc.tuple(fc.nat(state.length - 1), fc.nat(255), fc.nat(3)).map(([at, byte, how]) => mutateBytes(state, at, byte, how))
  const updates = fc.sample(fc.oneof(damage, fc.uint8Array({ maxLength: 64 })), { numRuns: 1500, seed: 5 })
  const refusals = new Set<string>()
  for (const update of updates) {
    await client.run('document.update', { workspace, document, update }).catch((error: unknown) => {
      assert.ok(error instanceof PeerError && errorCode(error.code) !== 'UNKNOWN', String(error))
      refusals.add(error.code)
    })
  }
  assert.ok(refusals.has('DOCUMENTS_UPDATE_MALFORMED') && refusals.has('DOCUMENTS_UPDATE_FOREIGN'), [...refusals].join())

  const harmful = ['workspace.leave', 'workspace.join', 'document.trash', 'document.append', 'document.rename']
  const harmless = exampleRequests.filter(({ kind }) => !harmful.includes(kind))
  const messages = harmless.map(real).map(encodeRequest)
  const damages = fc.sample(fc.tuple(fc.nat(messages.length - 1), fc.nat(1000), fc.nat(255), fc.nat(3)), { numRuns: 3000, seed: 6 })
  for (const [which, at, byte, how] of damages) {
    channel.send(mutateBytes(messages[which]!, at, byte, how))
    if (which === 0) await new Promise(setImmediate)
  }
  const unknown = { workspace: workspaceId('f'.repeat(64)), document: documentId('f'.repeat(32)) }
  await assert.rejects(open().client.run('document.markdown', unknown), { code: 'MEMBERSHIP_WORKSPACE_UNKNOWN' })
  assert.match((await open().client.run('document.markdown', { workspace, document })).markdown, /^text/)
  assert.deepEqual(faults, [])
  assert.equal(peer.inspect(workspace).quarantined, 0)
})
