import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, fromHex } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { sessionId } from '../base/ids.ts'
import { WORKSPACE } from '../log/log.support.ts'
import { createSeededRandom } from '../network/testing/world.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createClusterWorld, createTestDisk } from './cluster.support.ts'
import { encodeReceipt } from './receipt.ts'

test('what one has saved is known to the other once its receipt arrives: first unknown, then behind, then all', async () => {
  const { open, join, pass, members, clock } = createClusterWorld()
  const [a, b] = [open(), open()]
  a.write(2)
  assert.deepEqual(a.cluster.holds(b.keys.device, a.extent()), { holds: 'unknown', asOfMs: undefined })
  join(a, b)
  await pass()
  assert.equal(a.cluster.holds(b.keys.device, a.extent()).holds, 'unknown', 'a link is no evidence')
  b.write(1)
  await pass()
  const asOfMs = clock.nowMs()
  assert.equal(a.cluster.holds(b.keys.device, a.extent()).holds, 'behind')
  a.copyTo(b)
  await pass()
  const { holds, asOfMs: later } = a.cluster.holds(b.keys.device, a.extent())
  assert.equal(holds, 'all')
  assert.ok(later! > asOfMs - 3000)
  assert.deepEqual([members.size, a.refusals, b.refusals], [2, [], []])
})

test('nothing that a power cut would take is ever claimed, by anybody, for oneself or others', async () => {
  const { open, join, pass } = createClusterWorld()
  const disk = createTestDisk()
  const [a, b] = [open(), open({ store: disk.store })]
  join(a, b)
  a.write(1)
  a.copyTo(b)
  await pass()
  assert.equal(a.cluster.holds(b.keys.device, a.extent()).holds, 'all')
  disk.hold()
  a.write(3)
  a.copyTo(b)
  b.write(2)
  await pass(10_000)
  assert.equal(a.cluster.holds(b.keys.device, a.extent()).holds, 'behind')
  assert.equal(b.cluster.holds(b.keys.device, b.extent()).holds, 'behind', 'not for itself either')
  a.write(1)
  a.copyTo(b)
  const early = new Map([[a.log.self, a.log.heightOf(a.log.self) - 1]])
  disk.releaseOne()
  await pass()
  assert.equal(a.cluster.holds(b.keys.device, early).holds, 'all', 'what that flush covered')
  assert.equal(a.cluster.holds(b.keys.device, a.extent()).holds, 'behind', 'and not what came after it began')
  disk.release()
  await pass()
  assert.equal(a.cluster.holds(b.keys.device, a.extent()).holds, 'all')
  assert.equal(b.cluster.holds(b.keys.device, b.extent()).holds, 'all')
})

test('every word of a machine on a slow disk is true after a power cut at any moment', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const chance = createSeededRandom(seed)
    const below = (limit: number) => chance.uint53() % limit
    const { open, join, pass, queue } = createClusterWorld()
    const disk = createTestDisk()
    const [a, b] = [open(), open({ store: disk.store })]
    join(a, b)
    for (let step = 0; step < 12; step++) {
      if (below(2)) a.write(1 + below(3))
      if (below(2)) a.copyTo(b)
      if (below(3)) disk.hold()
      else disk.release()
      await pass(250 * below(4))
      queue.length = 0
      const survivor = disk.afterPowerCut()
      const left = new Map<string, number>()
      for (const { key } of survivor.scan(['w', WORKSPACE, 'e'])) left.set(`${key[3]}.${key[4]}`, (left.get(`${key[3]}.${key[4]}`) ?? 0) + 1)
      for (const [log, height] of a.extent()) {
        const isClaimed = a.cluster.holds(b.keys.device, new Map([[log, height]])).holds === 'all'
        assert.ok(!isClaimed || (left.get(log) ?? 0) >= height, `seed ${seed}, step ${step}`)
      }
    }
  }
})

test('a machine learns through a third what one says that it has no link to, also much later', async () => {
  const { open, join, part, pass } = createClusterWorld()
  const [a, b, c] = [open(), open(), open()]
  join(a, b)
  join(b, c)
  a.write(2)
  a.copyTo(b)
  b.copyTo(c)
  await pass()
  assert.equal(c.cluster.holds(a.keys.device, a.extent()).holds, 'all')
  assert.equal(a.cluster.holds(c.keys.device, a.extent()).holds, 'all')
  part(a, b)
  part(b, c)
  b.write(1)
  await pass()
  const d = open()
  b.copyTo(d)
  join(b, d)
  await pass()
  assert.equal(d.cluster.holds(a.keys.device, a.extent()).holds, 'all', 'from what b has stored')
  assert.equal(d.cluster.holds(c.keys.device, b.extent()).holds, 'behind')
})

test('what was known is known after a restart, without hearing anybody', async () => {
  const { open, join, pass } = createClusterWorld()
  const [a, b] = [open(), open()]
  join(a, b)
  a.write(2)
  a.copyTo(b)
  await pass()
  a.cluster.heard(b.keys.device)
  const heardMs = a.cluster.lastHeardMs(b.keys.device)
  a.stop()
  const again = open({ keys: a.keys, store: a.store })
  assert.equal(again.cluster.holds(b.keys.device, a.extent()).holds, 'all')
  assert.equal(again.cluster.lastHeardMs(b.keys.device), heardMs)
})

test('a new session takes the place of the last one for everybody, also for who hears of the old one afterwards', async () => {
  const { open, join, part, pass } = createClusterWorld()
  const [a, b, c] = [open(), open(), open()]
  join(a, b)
  join(b, c)
  join(a, c)
  a.write(2)
  for (const other of [b, c]) a.copyTo(other)
  await pass()
  part(b, c)
  part(a, c)
  const before = a.extent()
  a.stop()
  const again = open({ keys: a.keys, store: a.store })
  join(again, b)
  again.write(3)
  again.copyTo(b)
  await pass()
  assert.equal(b.cluster.holds(a.keys.device, again.extent()).holds, 'all')
  // c knows only the old session, and tells b of it.
  join(b, c)
  b.copyTo(c)
  await pass()
  for (const other of [b, c]) {
    assert.equal(other.cluster.holds(a.keys.device, again.extent()).holds, 'all')
    assert.equal(other.cluster.holds(a.keys.device, before).holds, 'all')
  }
})

for (const written of [0, 1]) test(`a machine that lost its disk and writes ${written ? 'on' : 'nothing'} counts for what it says now, whoever still holds its older word`, async () => {
  const { open, join, part, pass } = createClusterWorld()
  const disk = createTestDisk()
  const [a, b, c] = [open(), open(), open({ store: disk.store })]
  for (const [one, other] of [[a, b], [b, c], [a, c]] as const) join(one, other)
  a.write(1)
  a.copyTo(c)
  await pass()
  const backup = disk.afterKill()
  a.write(5)
  for (const other of [b, c]) a.copyTo(other)
  await pass()
  for (const other of [a, b]) assert.equal(other.cluster.holds(c.keys.device, a.extent()).holds, 'all')
  c.stop()
  part(a, b)
  const restored = open({ keys: c.keys, store: backup })
  join(restored, b)
  if (written > 0) restored.write(written)
  await pass()
  assert.equal(b.cluster.holds(c.keys.device, a.extent()).holds, 'behind')
  join(a, b)
  await pass()
  assert.equal(a.cluster.holds(c.keys.device, a.extent()).holds, 'behind', 'though a tells b of the older, larger word')
  assert.equal(b.cluster.holds(c.keys.device, a.extent()).holds, 'behind')
  a.copyTo(restored)
  await pass(5000)
  for (const other of [a, b]) assert.equal(other.cluster.holds(c.keys.device, a.extent()).holds, 'all', 'once it holds it again, everybody knows')
})

test('a machine that hears of a word it has forgotten says at once what it holds now', async () => {
  const { open, join, pass } = createClusterWorld()
  const [a, b, c] = [open(), open(), open()]
  join(a, b)
  a.write(1)
  a.copyTo(b)
  await pass()
  b.stop()
  // The power went before its receipts were on disk; its entries were.
  b.store.batch([{ kind: 'deletePrefix', prefix: ['w', WORKSPACE, 'r', b.keys.device] }])
  const again = open({ keys: b.keys, store: b.store })
  a.write(1)
  a.copyTo(again)
  join(again, c)
  await pass()
  join(again, a)
  await pass()
  assert.equal(a.cluster.holds(b.keys.device, a.extent()).holds, 'all')
})

test('two that run on copies of one disk hold what both hold, and don’t answer each other without end', async () => {
  const { open, join, pass } = createClusterWorld()
  const [a, b] = [open(), open()]
  join(a, b)
  a.write(1)
  a.copyTo(b)
  await pass()
  const copy = createMemoryStore()
  copy.batch([...b.store.scan([])].map((item) => ({ kind: 'put', ...item })))
  const clone = open({ keys: b.keys, store: copy })
  join(clone, a)
  join(clone, b)
  a.write(2)
  a.copyTo(b)
  clone.write(1)
  await pass(5000)
  assert.equal(a.cluster.holds(b.keys.device, a.extent()).holds, 'behind', 'the clone lacks it')
  a.copyTo(clone)
  clone.copyTo(b)
  await pass(5000)
  assert.equal(a.cluster.holds(b.keys.device, a.extent()).holds, 'all')
  const sent = b.sent.length + clone.sent.length
  await pass(30_000)
  assert.equal(b.sent.length + clone.sent.length, sent, 'silence')
})

test('receipts of strangers, forged ones and garbage are refused, counted, and change nothing', async () => {
  const { open, join, pass, members } = createClusterWorld()
  const [a, b, stranger] = [open(), open(), open()]
  a.write(1)
  await pass()
  members.delete(stranger.keys.device)
  a.copyTo(stranger)
  await pass()
  join(a, stranger)
  await pass()
  assert.ok(a.refusals.length > 0 && a.refusals.every((code) => code === 'MEMBERSHIP_NOT_A_MEMBER'))
  assert.equal(a.cluster.holds(stranger.keys.device, a.extent()).holds, 'unknown')
  a.refusals.length = 0
  const claim = { device: b.keys.device, session: b.log.session, counter: 9, timeMs: 0, rows: new Map(), supersedes: new Map() }
  const reply = () => assert.fail('no answer')
  a.cluster.receive(concat([Uint8Array.of(0), encodeReceipt(WORKSPACE, claim, stranger.keys.signing)]), reply)
  for (const wrong of [[], [9], [0], [1, 2, 3], [2, 2, 3]]) a.cluster.receive(Uint8Array.from(wrong), reply)
  assert.deepEqual(a.refusals, [
    'LOG_SIGNATURE_INVALID', 'BASE_BYTES_MALFORMED', 'SYNC_MESSAGE_MALFORMED',
    'BASE_BYTES_MALFORMED', 'BASE_BYTES_MALFORMED', 'BASE_BYTES_MALFORMED',
  ])
  assert.equal(a.cluster.holds(b.keys.device, new Map()).holds, 'unknown')
})

test('a receipt about a device that is not admitted here is not even asked for', async () => {
  const { open, join, pass, members } = createClusterWorld()
  const [a, b, c] = [open(), open(), open()]
  members.delete(c.keys.device)
  c.write(1)
  await pass()
  const hidden = new Set([c.keys.device])
  const tolerant = open({ admits: () => true })
  join(c, tolerant)
  await pass()
  join(tolerant, a)
  await pass()
  assert.deepEqual([a.refusals, hidden.size, b.refusals], [[], 1, []])
  assert.equal(a.cluster.holds(c.keys.device, c.extent()).holds, 'unknown')
})

test('a receipt that can not be stored is not believed', async () => {
  const { open, join, pass } = createClusterWorld()
  const disk = createTestDisk()
  const [a, b] = [open({ store: disk.store }), open()]
  join(a, b)
  b.write(1)
  b.copyTo(a)
  await pass()
  const before = a.cluster.holds(b.keys.device, b.extent())
  assert.equal(before.holds, 'all')
  disk.fail(new PeerError('STORE_FULL'))
  b.write(1)
  await pass()
  assert.deepEqual(a.cluster.holds(b.keys.device, b.extent()), { holds: 'behind', asOfMs: before.asOfMs })
  assert.ok(a.refusals.includes('STORE_FULL'))
})

test('what could not be signed on a full disk is signed when there is room, without another change', async () => {
  const { open, join, pass } = createClusterWorld()
  const disk = createTestDisk()
  const [a, b] = [open(), open({ store: disk.store })]
  join(a, b)
  a.write(1)
  a.copyTo(b)
  disk.fail(new PeerError('STORE_FULL'))
  await pass()
  assert.equal(a.cluster.holds(b.keys.device, a.extent()).holds, 'unknown')
  disk.fail(undefined)
  await pass()
  assert.equal(a.cluster.holds(b.keys.device, a.extent()).holds, 'all')
})

test('a member can’t fill our disk with sessions that never replace each other', () => {
  const { open } = createClusterWorld()
  const [a, b] = [open(), open()]
  const rows = new Map([[b.log.self, { height: 1, shortHash: new Uint8Array(8) }]])
  for (let index = 0; index < 100; index++) {
    const session = sessionId(index.toString(16).padStart(32, '0'))
    const receipt = { device: b.keys.device, session, counter: 1, timeMs: 0, rows, supersedes: new Map() }
    a.cluster.receive(concat([Uint8Array.of(0), encodeReceipt(WORKSPACE, receipt, b.keys.signing)]), () => {})
  }
  assert.equal([...a.store.scan(['w', WORKSPACE, 'r'])].length, 32)
  assert.equal(a.refusals.filter((code) => code === 'SYNC_LIMIT_EXCEEDED').length, 68)
})

test('a want that names one receipt a thousand times gets it once', async () => {
  const { open, pass } = createClusterWorld()
  const a = open()
  a.write(1)
  await pass()
  const name = concat([fromHex(a.keys.device), fromHex(a.log.session)])
  let answers = 0
  a.cluster.receive(concat([Uint8Array.of(2), ...Array.from({ length: 1000 }, () => name)]), () => answers++)
  assert.equal(answers, 1)
})

test('after a stop there is nothing left to do', async () => {
  const { open, join, pass, clock } = createClusterWorld()
  const [a, b] = [open(), open()]
  join(a, b)
  a.write(1)
  b.write(1)
  a.cluster.heard(b.keys.device)
  await clock.pass(20)
  a.stop()
  const [sent, items] = [a.sent.length, [...a.store.scan([])].length]
  b.stop()
  await pass(60_000)
  assert.deepEqual([a.sent.length, [...a.store.scan([])].length], [sent, items])
})
