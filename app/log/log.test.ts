import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromUtf8, toUtf8 } from '../base/codec.ts'
import { logId, sessionId } from '../base/ids.ts'
import { DEPS_PER_ENTRY_MAX, PART_BYTES_MAX } from '../base/limits.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Entry } from './log.types.ts'
import { copyLog, draft, openLog, random } from './log.support.ts'
import type { Run } from './run.ts'

const texts = (log: ReturnType<typeof openLog>) => {
  const seen: string[] = []
  log.onEntry((entry: Entry) => entry.kind !== 'start' && seen.push(fromUtf8(entry.payload)))
  return seen
}
const whole = (log: ReturnType<typeof openLog>, id = log.self): Run => log.readRun({ log: id, from: 0, to: Infinity, bytesMax: 1e9 })!

test('what is appended is released here at once and there when it arrives, once', () => {
  const [a, b] = [openLog(), openLog()]
  const [atA, atB] = [texts(a), texts(b)]
  a.append([draft('one'), draft('two')])
  copyLog(a, b)
  assert.deepEqual(b.accept(whole(a)), { ok: true, value: 0 })
  assert.deepEqual([atA, atB], [['one', 'two'], ['one', 'two']])
  assert.equal(a.headsHash(), b.headsHash())
})

test('a change of more entries than a page of hashes holds is written whole, also when it begins in the middle of one', () => {
  const [a, b] = [openLog(), openLog()]
  const atB = texts(b)
  const batches = [1, 5, 100].map((count, batch) => Array.from({ length: count }, (_, at) => `${batch}.${at}`))
  for (const batch of batches) a.append(batch.map(draft))
  copyLog(a, b)
  assert.deepEqual(atB, batches.flat())
  assert.equal(a.headsHash(), b.headsHash())
})

test('an entry waits for everything its author had seen', () => {
  const [a, b, c] = [openLog(), openLog(), openLog()]
  const atC = texts(c)
  a.append([draft('question')])
  copyLog(a, b)
  b.append([draft('answer')])
  copyLog(b, c)
  assert.deepEqual(atC, [])
  assert.equal(c.pending, 2)
  copyLog(a, c)
  assert.deepEqual(atC, ['question', 'answer'])
  assert.equal(c.pending, 0)
})

test('an author builds on what it knows through others too', () => {
  const [a, b, c, d] = [openLog(), openLog(), openLog(), openLog()]
  a.append([draft('1')])
  copyLog(a, b)
  b.append([draft('2')])
  copyLog(a, c)
  copyLog(b, c)
  const [third] = c.append([draft('3')])
  for (const from of [c, b, a]) copyLog(from, d)
  for (const log of [c, d]) {
    assert.equal(log.seenBy(third!, a.self), 2)
    assert.equal(log.seenBy(third!, b.self), 2)
    assert.equal(log.seenBy({ log: b.self, seq: 0 }, a.self), 2, 'the first entry of a session names what was known')
  }
  assert.equal(d.seenBy({ log: a.self, seq: 1 }, b.self), 0)
})

test('a run with any byte flipped is refused, or ignored where it is a signature inside', () => {
  const [a, b] = [openLog(), openLog()]
  a.append([draft('first'), draft('second')])
  const run = whole(a)
  for (let index = 0; index < run.bodies.length; index++) {
    for (let at = 0; at < run.bodies[index]!.length; at++) {
      const bodies = run.bodies.map((body) => body.slice())
      bodies[index]![at]! ^= 1
      assert.deepEqual(b.accept({ ...run, bodies }), { ok: false, code: 'LOG_SIGNATURE_INVALID' })
    }
  }
  assert.equal(b.entries, 0)
  assert.deepEqual(b.accept(run), { ok: true, value: 3 })
})

test('an entry copied to another log, session or place is refused', () => {
  const [a, b] = [openLog(), openLog()]
  const other = createDeviceKeys(random)
  a.append([draft('mine')])
  const run = whole(a)
  const otherSession = logId(a.keys.device, sessionId('0'.repeat(32)))
  for (const log of [logId(other.device, a.session), otherSession]) {
    assert.deepEqual(b.accept({ ...run, log }), { ok: false, code: 'LOG_SIGNATURE_INVALID' })
  }
  assert.deepEqual(b.accept({ ...run, bodies: run.bodies.slice(1) }), { ok: false, code: 'LOG_SIGNATURE_INVALID' })
  assert.deepEqual(b.accept({ ...run, from: 1, bodies: run.bodies.slice(1) }), { ok: false, code: 'LOG_GAP' })
})

test('two histories of one session are a fork: the second is refused and kept as evidence', () => {
  const keys = createDeviceKeys(random)
  const a = openLog(keys)
  const store = createMemoryStore()
  a.append([draft('shared')])
  // The same session written on twice: what a stolen key can do, and honest restarts can't.
  const b = openLog(createDeviceKeys(random), store)
  copyLog(a, b)
  const twin = forkOf(a)
  a.append([draft('to b')])
  twin.append([draft('to c')])
  copyLog(a, b)
  assert.deepEqual(b.accept(whole(twin as typeof a)), { ok: false, code: 'LOG_FORKED' })
  assert.equal([...store.scan(['w', 'ab'.repeat(32), 'fork'])].length, 1)
})

/** A log object that goes on from the same keys, session and entries. */
function forkOf(log: ReturnType<typeof openLog>) {
  const store = createMemoryStore()
  for (const item of log.store.scan([])) store.batch([{ kind: 'put', ...item }])
  return resumeLog(log, store)
}

function resumeLog(log: ReturnType<typeof openLog>, store: ReturnType<typeof createMemoryStore>) {
  const fixed = { ...random, bytes: (length: number) => (length === 16 ? Uint8Array.from(Buffer.from(log.session, 'hex')) : random.bytes(length)) }
  return openLog(log.keys, store, fixed)
}

test('comes back from disk as it was, in causal order, and goes on in a new session', () => {
  const [a, b] = [openLog(), openLog()]
  a.append([draft('1')])
  copyLog(a, b)
  b.append([draft('2')])
  copyLog(b, a)
  a.append([draft('3')])
  const again = openLog(a.keys, a.store)
  const seen = texts(again)
  again.start()
  assert.deepEqual(seen, ['1', '2', '3'])
  assert.notEqual(again.self, a.self)
  const [fourth] = again.append([draft('4')])
  assert.equal(again.seenBy(fourth!, a.self), 3)
  assert.equal(again.headsHash() === a.headsHash(), false)
})

test('a lost tail comes back from peers and forks nothing', () => {
  const [a, b] = [openLog(), openLog()]
  a.append([draft('kept')])
  const snapshot = createMemoryStore()
  for (const item of a.store.scan([])) snapshot.batch([{ kind: 'put', ...item }])
  a.append([draft('lost')])
  copyLog(a, b)
  const again = openLog(a.keys, snapshot)
  again.start()
  again.append([draft('after')])
  copyLog(again, b)
  copyLog(b, again, a.self)
  assert.equal(again.headsHash(), b.headsHash())
  assert.equal(b.pending, 0)
})

test('damage on disk costs only what lies behind it, and peers give it back', () => {
  const [a, b] = [openLog(), openLog()]
  for (const text of ['1', '2', '3', '4']) a.append([draft(text)])
  copyLog(a, b)
  const item = [...a.store.scan(['w'])][2]!
  const damaged = item.value.slice()
  damaged[damaged.length - 1]! ^= 1
  a.store.batch([{ kind: 'put', key: item.key, value: damaged }])
  const again = openLog(a.keys, a.store)
  again.start()
  assert.equal(again.heightOf(a.self), 2)
  copyLog(b, again, a.self)
  assert.equal(again.heightOf(a.self), 5)
})

test('forwards only up to a verified signature', () => {
  const [a, b, c] = [openLog(), openLog(), openLog()]
  for (let index = 0; index < 5; index++) a.append([draft(String(index))])
  const run = a.readRun({ log: a.self, from: 0, to: 4, bytesMax: 1e6 })!
  b.accept(run)
  assert.equal(b.readRun({ log: a.self, from: 0, to: 3, bytesMax: 1e6 }), undefined, 'no signature before the head')
  c.accept(b.readRun({ log: a.self, from: 0, to: 4, bytesMax: 1e6 })!)
  assert.equal(c.heightOf(a.self), 4)
})

test('an entry counts as saved only after the flush that covers it', async () => {
  const store = createMemoryStore()
  const releases: (() => void)[] = []
  const slow = { ...store, synced: () => new Promise<void>((resolve) => releases.push(resolve)) }
  const a = openLog(createDeviceKeys(random), slow)
  const [entry] = a.append([draft('x')])
  let isSaved = false
  const saved = a.saved(entry!).then(() => (isSaved = true))
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.equal(isSaved, false)
  assert.equal(a.durability.heightOf(a.self), 0)
  releases.shift()!()
  await saved
  assert.equal(a.durability.heightOf(a.self), 2)
})

test('a full disk leaves the log as it was', () => {
  const store = createMemoryStore()
  const a = openLog(createDeviceKeys(random), store)
  a.append([draft('1')])
  const batch = store.batch
  const full = openLog(a.keys, { ...store, batch: () => { throw new Error('full') } })
  full.start()
  assert.throws(() => full.append([draft('2')]))
  assert.equal(full.heightOf(full.self), 0)
  assert.equal(full.entries, 2)
  assert.ok(batch)
})

test('an oversize payload is refused with its code before anything is written', () => {
  const a = openLog()
  assert.throws(() => a.append([{ ...draft(''), payload: new Uint8Array(3 * PART_BYTES_MAX) }]), { code: 'LOG_ENTRY_TOO_LARGE' })
  assert.equal(a.entries, 0)
})

test('more heads than one entry may name are spread over several', () => {
  const [a, b] = [openLog(), openLog()]
  const count = DEPS_PER_ENTRY_MAX + 5
  for (let index = 0; index < count; index++) {
    const other = openLog()
    other.append([draft('x')])
    copyLog(other, a)
    copyLog(other, b)
  }
  const [entry] = a.append([draft('all of them')])
  const seen = texts(b)
  copyLog(a, b)
  assert.equal(seen.at(-1), 'all of them')
  assert.equal(entry!.seq, 2)
  assert.equal(b.pending, 0)
})

test('a run says nothing in clear', () => {
  const a = openLog()
  a.append([draft('a very secret sentence')])
  const bytes = Buffer.concat(whole(a).bodies)
  assert.equal(bytes.includes(Buffer.from(toUtf8('secret'))), false)
})
