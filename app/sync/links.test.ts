import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerError } from '../base/errors.ts'
import { address, peerId, type DeviceId } from '../base/ids.ts'
import { FRAME_BYTES_MAX } from '../base/limits.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { copyLog, draft, openLog, random, WORKSPACE } from '../log/log.support.ts'
import { createLinkWorld } from './links.support.ts'
import { decodeMessage, encodeMessage } from './messages.ts'

const createTwo = async () => {
  const world = createLinkWorld()
  const members = new Set<DeviceId>()
  const a = await world.createNode('A', { members })
  const b = await world.createNode('B', { members })
  return { ...world, members, a, b }
}

test('two members that are connected prove each other and sync, whoever dialled', async () => {
  for (const isReversed of [false, true]) {
    const { a, b, dial, clock } = await createTwo()
    a.log.append([draft('mine')])
    b.log.append([draft('yours')])
    await (isReversed ? dial(b, a) : dial(a, b))
    await clock.pass(100)
    assert.equal(a.log.headsHash(), b.log.headsHash())
    assert.deepEqual([a.told, b.told], [[b.device], [a.device]])
    assert.deepEqual([...a.refusals, ...b.refusals], [])
    a.log.append([draft('live')])
    await clock.pass(20)
    assert.equal(a.log.headsHash(), b.log.headsHash())
  }
})

test('a link that was aborted is opened again while the connection stands, and what was missed arrives', async () => {
  const { a, b, dial, clock } = await createTwo()
  await dial(a, b)
  await clock.pass(100)
  b.links.list()[0]!.close()
  await clock.pass(100)
  assert.deepEqual([a.links.proven(WORKSPACE), b.links.proven(WORKSPACE)], [[], []])
  b.log.append([draft('meanwhile')])
  await clock.pass(1500)
  assert.equal(a.links.proven(WORKSPACE).length, 1)
  assert.equal(a.log.headsHash(), b.log.headsHash())
})

test('a cut ends the link on both sides, and a new connection brings both level', async () => {
  const { a, b, dial, cut, clock } = await createTwo()
  await dial(a, b)
  await clock.pass(100)
  cut(a.network.self, b.network.self, true)
  await clock.pass(4000)
  assert.deepEqual([a.links.list(), b.links.list()], [[], []])
  a.log.append([draft('on this side')])
  b.log.append([draft('on that side')])
  cut(a.network.self, b.network.self, false)
  await dial(b, a)
  await clock.pass(200)
  assert.equal(a.log.headsHash(), b.log.headsHash())
})

test('with silence on both sides, heights are compared every ten seconds: what nobody told arrives then', async () => {
  const { a, b, dial, clock } = await createTwo()
  await dial(a, b)
  await clock.pass(100)
  const author = openLog()
  a.members.add(author.keys.device)
  author.append([draft('stored behind the links’ back')])
  // Nobody is told of it, as after a lost message.
  const offers = a.links.stored
  Object.assign(a.links, { stored: () => {} })
  copyLog(author, a.log)
  Object.assign(a.links, { stored: offers })
  a.log.append([draft('and one that is')])
  await clock.pass(11_000)
  assert.equal(a.log.headsHash(), b.log.headsHash())
})

test('an incompatible version is told once, shown, and not tried again while the connection stands', async () => {
  const { createNode, createStranger, clock } = createLinkWorld()
  const a = await createNode('A')
  const stranger = await createStranger(a)
  const stream = await stranger.open()
  stream.send(encodeMessage({ kind: 'hello', versions: [99], nonce: random.bytes(32), app: 'later', addresses: [] }))
  await clock.pass(100)
  assert.deepEqual(stranger.frames.map((frame) => decodeMessage(frame).kind), ['hello', 'refused'])
  assert.deepEqual([...a.links.incompatible.values()], ['SYNC_VERSION_UNSUPPORTED'])
  assert.deepEqual(a.refusals, ['SYNC_VERSION_UNSUPPORTED'])
  stranger.network.hangUp(a.network.self)
  await clock.pass(100)
  assert.equal(a.links.incompatible.size, 0)
})

test('one that opens again and again with an incompatible version is refused each time and holds nothing', async () => {
  const { createNode, clock, hub } = createLinkWorld()
  const a = await createNode('A')
  // The higher PeerId: it is we who open.
  const other = hub.createNetwork(peerId('ZZZZZZZZ'), address('/memory/z'))
  let opened = 0
  other.handle('/lanyard/sync/0', (stream) => {
    opened++
    stream.send(encodeMessage({ kind: 'refused', code: 'SYNC_VERSION_UNSUPPORTED' }))
  })
  await other.start()
  const dialled = other.dial(a.at, clock.deadline(1000))
  await clock.pass(50)
  await dialled
  await clock.pass(60_000)
  assert.equal(opened, 1)
})

test('malformed frames, unknown types and oversize messages end the link with a code, and the others go on', async () => {
  const { a, b, dial, createStranger, clock } = await createTwo()
  await dial(a, b)
  const stranger = await createStranger(a)
  const wrong = [new Uint8Array(0), Uint8Array.of(99, 1, 2), new Uint8Array(FRAME_BYTES_MAX).fill(1), Uint8Array.of(19, 0)]
  for (const frame of wrong) {
    const stream = await stranger.open()
    stream.send(frame)
    await clock.pass(50)
  }
  assert.deepEqual(stranger.ends, wrong.map(() => 'SYNC_MESSAGE_MALFORMED'))
  assert.deepEqual(a.refusals, wrong.map(() => 'SYNC_MESSAGE_MALFORMED'))
  b.log.append([draft('still here')])
  await clock.pass(50)
  assert.equal(a.log.headsHash(), b.log.headsHash())
})

test('a stranger that guesses channels is refused, and cut off when it goes on', async () => {
  const { a, createStranger, clock } = await createTwo()
  a.log.append([draft('secret')])
  const before = a.log.headsHash()
  const stranger = await createStranger(a)
  const stream = await stranger.open()
  stream.send(encodeMessage({ kind: 'hello', versions: [0], nonce: random.bytes(32), app: 'x', addresses: [] }))
  const author = openLog()
  author.append([draft('forged')])
  const run = author.readRun({ log: author.self, from: 0, to: 9, bytesMax: 9999 })!
  for (let count = 0; count < 250; count++) {
    stream.send(encodeMessage({ kind: 'run', channel: '00'.repeat(8), run }))
    stream.send(encodeMessage({ kind: 'room', channel: '00'.repeat(8), room: 1, payload: new Uint8Array(9) }))
  }
  await clock.pass(100)
  assert.equal(a.refusals.length, 200)
  assert.ok(a.refusals.every((code) => code === 'SYNC_HANDSHAKE_FAILED'))
  assert.deepEqual(stranger.ends, ['SYNC_HANDSHAKE_FAILED'])
  assert.deepEqual(stranger.frames.map((frame) => decodeMessage(frame).kind), ['hello', 'tokens'])
  assert.equal(a.log.headsHash(), before)
})

test('a member that leaves is heard a moment longer, then cut off, and not let in again', async () => {
  const { a, b, dial, clock } = await createTwo()
  await dial(a, b)
  await clock.pass(100)
  a.members.delete(b.device)
  a.left.add(b.device)
  a.links.refresh()
  await clock.pass(1500)
  assert.equal(a.links.proven(WORKSPACE).length, 1, 'time for a last receipt')
  await clock.pass(1000)
  assert.deepEqual(a.links.proven(WORKSPACE), [])
  assert.deepEqual(b.closed, ['MEMBERSHIP_NOT_A_MEMBER'])
  await clock.pass(5000)
  assert.deepEqual(a.links.proven(WORKSPACE), [])
  assert.ok(a.refusals.includes('MEMBERSHIP_NOT_A_MEMBER'))
  const before = b.log.entries
  a.log.append([draft('after it left')])
  await clock.pass(15_000)
  assert.equal(b.log.entries, before)
})

test('a device whose admission has not arrived may bring the entries that admit it, and gets nothing before', async () => {
  const { createNode, dial, clock } = createLinkWorld()
  const admitter = openLog()
  const keysB = createDeviceKeys(random)
  const a = await createNode('A', { members: new Set([admitter.keys.device]) })
  const b = await createNode('B', { members: new Set([admitter.keys.device, a.device]), keys: keysB })
  admitter.append([draft('admits b'), draft('and was never seen again')])
  copyLog(admitter, b.log)
  a.log.append([draft('a secret')])
  b.log.append([draft('mine')])
  const hadBefore = b.log.entries
  a.log.onEntry((entry) => {
    if (entry.device !== admitter.keys.device || entry.seq < 1) return
    assert.equal(b.log.entries, hadBefore, 'nothing was given before')
    a.members.add(b.device)
    a.links.refresh()
  })
  await dial(a, b)
  await clock.pass(3000)
  assert.deepEqual(a.told, [b.device])
  assert.equal(a.log.headsHash(), b.log.headsHash())
  assert.deepEqual([a.refusals, b.refusals], [['MEMBERSHIP_NOT_A_MEMBER'], []])
  a.log.append([draft('live')])
  b.log.append([draft('live too')])
  await clock.pass(50)
  assert.equal(a.log.headsHash(), b.log.headsHash())
})

test('one that holds the workspace’s secret but is never admitted gets nothing and gives nothing of its own', async () => {
  const { createNode, dial, clock } = createLinkWorld()
  const a = await createNode('A')
  const b = await createNode('B', { members: new Set([a.device]) })
  a.log.append([draft('a secret')])
  b.log.append([draft('a forgery')])
  await dial(b, a)
  await clock.pass(30_000)
  assert.deepEqual([a.log.entries, b.log.entries], [2, 2])
  assert.deepEqual([...new Set(a.refusals)], ['MEMBERSHIP_NOT_A_MEMBER'])
  b.links.sendRoom(WORKSPACE, 1, Uint8Array.of(1))
  await clock.pass(50)
  assert.deepEqual(a.payloads, [])
})

test('payloads of other rooms reach members with their author', async () => {
  const { a, b, dial, clock } = await createTwo()
  await dial(a, b)
  await clock.pass(100)
  a.links.sendRoom(WORKSPACE, 7, Uint8Array.of(1, 2))
  await clock.pass(20)
  assert.deepEqual(b.payloads, [`${a.device.slice(0, 4)} 7 0102`])
})

test('after a stop nothing is opened, sent or timed any more', async () => {
  const { a, b, dial, clock } = await createTwo()
  await dial(a, b)
  await clock.pass(100)
  a.links.refresh()
  a.links.stop()
  await clock.pass(100)
  assert.deepEqual([a.links.list(), b.links.list()], [[], []])
  const before = b.log.entries
  a.log.append([draft('after the stop')])
  await clock.pass(30_000)
  assert.equal(b.log.entries, before)
  assert.deepEqual(b.links.list(), [])
})

test('leaving a workspace cuts off whoever shares it', async () => {
  const { a, b, dial, clock } = await createTwo()
  await dial(a, b)
  await clock.pass(100)
  a.gates.length = 0
  a.links.drop(WORKSPACE)
  await clock.pass(3000)
  assert.deepEqual([a.links.proven(WORKSPACE), b.links.proven(WORKSPACE)], [[], []])
  const before = a.log.entries
  b.log.append([draft('not for them')])
  await clock.pass(12_000)
  assert.equal(a.log.entries, before)
})

test('a disk that can’t be read for a moment fails no write of ours, and what was not pushed arrives later', async () => {
  const { a, b, dial, clock } = await createTwo()
  await dial(a, b)
  await clock.pass(100)
  const { get } = a.log.store
  Object.assign(a.log.store, { get: () => assert.fail(new PeerError('STORE_BROKEN')) })
  const [entry] = a.log.append([draft('written')])
  assert.equal(entry!.seq, 1)
  Object.assign(a.log.store, { get })
  assert.deepEqual([a.log.pending, a.log.entries], [0, 2])
  await clock.pass(3000)
  assert.equal(a.log.headsHash(), b.log.headsHash())
})

test('a neighbour that opens a second link takes the place of its first, and is asked again at once', async () => {
  const { a, b, dial, clock } = await createTwo()
  await dial(a, b)
  await clock.pass(100)
  const old = b.links.list()[0]!
  // As when the other side gave up a link that this side believes in.
  const opening = a.network.open(b.network.self, '/lanyard/sync/0', clock.deadline(1000))
  await clock.pass(50)
  await opening
  await clock.pass(50)
  assert.notEqual(b.links.list()[0], old)
  assert.equal(b.links.list().length, 1)
})
