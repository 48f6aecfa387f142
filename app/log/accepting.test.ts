/** What of a neighbour's runs is taken, refused, kept as evidence, and passed on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteWriter, fromUtf8, toHex } from '../base/codec.ts'
import { deviceId, documentId, logId, sessionId } from '../base/ids.ts'
import { invariant } from '../base/invariant.ts'
import { ENTRY_BYTES_MAX } from '../base/limits.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { entryHashBytes, sealEntry, signedBytes, type Content, type Place } from './envelope.ts'
import { copyLog, draft, keyring, openLog, random, WORKSPACE, type TestLog } from './log.support.ts'
import type { Stored } from './log.ts'
import type { Run } from './run.ts'

const rangeOf = (log: TestLog, from: number, to: number, bytesMax = 1e9) => log.readRun({ log: log.self, from, to, bytesMax })
const whole = (log: TestLog): Run => rangeOf(log, 0, Infinity)!
const written = (count: number) => {
  const log = openLog()
  for (let each = 1; each < count; each++) log.append([draft(String(each))])
  return log
}
const stranger = logId(deviceId('e1'.repeat(32)), sessionId('e2'.repeat(16)))

/** Bodies of a log that its own device signs, whatever they are. */
const signedRun = (bodiesOf: (place: Place) => Uint8Array, count = 1): Run => {
  const keys = createDeviceKeys(random)
  const log = logId(keys.device, sessionId(toHex(random.bytes(16))))
  const bodies: Uint8Array[] = []
  let previous: Uint8Array = new Uint8Array(32)
  for (let seq = 0; seq < count; seq++) {
    const place = { workspace: WORKSPACE, log, seq, previous }
    bodies.push(bodiesOf(place))
    previous = entryHashBytes(place, bodies.at(-1)!)
  }
  return { log, from: 0, bodies, signature: keys.signing.sign(signedBytes(previous)) }
}
const contentOf = (kind: Content['kind']): Content =>
  ({ kind, document: undefined, schema: 0, timeMs: 1, screen: 0, part: { index: 0, count: 1 }, payload: new Uint8Array(0) })
const sealedOf = (kind: Content['kind']) => (place: Place) => sealEntry(keyring, place, { content: contentOf(kind), heads: [], nonce: random.bytes(12) })

test('a run without entries, with a signature of another length, or with a gap before it is refused', () => {
  const [a, b] = [written(4), openLog()]
  const run = whole(a)
  assert.deepEqual(b.accept({ ...run, bodies: [] }), { ok: false, code: 'LOG_ENTRY_MALFORMED' })
  for (const length of [0, 63, 65]) {
    assert.deepEqual(b.accept({ ...run, signature: new Uint8Array(length) }), { ok: false, code: 'LOG_ENTRY_MALFORMED' })
  }
  assert.deepEqual(b.accept(rangeOf(a, 1, 4)!), { ok: false, code: 'LOG_GAP' })
  assert.deepEqual([b.entries, [...b.heights()].length], [0, 0])
  assert.equal(b.accept(rangeOf(a, 0, 1)!).ok, true)
  assert.equal(b.accept(rangeOf(a, 1, 4)!).ok, true, 'what follows on is taken')
})

test('the first entry of a log, and no other, is its start', () => {
  const b = openLog()
  assert.deepEqual(b.accept(signedRun(sealedOf('control'))), { ok: false, code: 'LOG_ENTRY_MALFORMED' })
  assert.deepEqual(b.accept(signedRun(sealedOf('start'), 2)), { ok: false, code: 'LOG_ENTRY_MALFORMED' })
  assert.deepEqual(b.accept(signedRun((place) => sealedOf(place.seq === 0 ? 'start' : 'data')(place), 3)), { ok: true, value: 3 })
})

test('an entry of a newer version is told as such, and one that does not split as malformed, though both are signed', () => {
  const b = openLog()
  const newer = (place: Place) => sealedOf('start')(place).map((byte, at) => (at === 0 ? 1 : byte))
  assert.deepEqual(b.accept(signedRun(newer)), { ok: false, code: 'LOG_VERSION_UNSUPPORTED' })
  assert.deepEqual(b.accept(signedRun((place) => sealedOf('start')(place).subarray(0, 30))), { ok: false, code: 'LOG_ENTRY_MALFORMED' })
  assert.deepEqual(b.accept(signedRun(() => new Uint8Array(ENTRY_BYTES_MAX + 1))), { ok: false, code: 'LOG_ENTRY_TOO_LARGE' })
  assert.equal(b.accept(signedRun(() => new Uint8Array(ENTRY_BYTES_MAX))).ok, false)
  assert.equal(b.entries, 0)
})

test('an entry that nobody here can open is kept, counted, passed on, and holds up nothing', () => {
  const b = openLog()
  const seen: string[] = []
  b.onEntry((entry) => seen.push(entry.kind))
  const unreadable = (place: Place) => {
    const body = sealedOf(place.seq === 0 ? 'start' : 'control')(place)
    if (place.seq === 1) body[body.length - 1]! ^= 1
    return body
  }
  const run = signedRun(unreadable, 3)
  assert.deepEqual(b.accept(run), { ok: true, value: 3 })
  assert.deepEqual([b.unreadable, b.pending, seen], [1, 0, ['start', 'control']])
  assert.throws(() => b.read({ log: run.log, seq: 1 }), { code: 'LOG_ENTRY_UNREADABLE' })
  assert.equal(b.readRun({ log: run.log, from: 0, to: 3, bytesMax: 1e6 })!.bodies.length, 3)
})

test('only the new part of a run is taken, whatever overlaps', () => {
  const [a, b] = [written(6), openLog()]
  assert.deepEqual(b.accept(rangeOf(a, 0, 3)!), { ok: true, value: 3 })
  assert.deepEqual(b.accept(rangeOf(a, 1, 3)!), { ok: true, value: 0 })
  assert.deepEqual(b.accept(rangeOf(a, 2, 5)!), { ok: true, value: 2 })
  assert.deepEqual(b.accept(whole(a)), { ok: true, value: 1 })
  assert.deepEqual([b.heightOf(a.self), b.entries, b.headsHash() === a.headsHash()], [6, 6, true])
})

test('what was stored is told with its place, and whether it is our own', () => {
  const [a, b] = [written(3), openLog()]
  const told: Stored[] = []
  b.onStored((stored) => told.push(stored))
  b.accept(rangeOf(a, 0, 2)!)
  b.accept(whole(a))
  b.append([draft('mine')])
  assert.deepEqual(told, [
    { log: a.self, from: 0, to: 2, isOwn: false }, { log: a.self, from: 2, to: 3, isOwn: false },
    { log: b.self, from: 0, to: 2, isOwn: true },
  ])
})

test('a run is read from where it is asked to where it is asked, of as many bytes as allowed, but one entry at least', () => {
  const a = written(6)
  const sizes = whole(a).bodies.map((body) => body.length + 4)
  const count = (from: number, to: number, bytesMax: number) => rangeOf(a, from, to, bytesMax)?.bodies.length
  assert.deepEqual([count(0, 6, 1e6), count(2, 4, 1e6), count(5, 99, 1e6)], [6, 2, 1])
  assert.deepEqual([count(3, 3, 1e6), count(6, 9, 1e6)], [undefined, undefined])
  assert.deepEqual([count(0, 6, 1), count(0, 6, sizes[0]! + sizes[1]!), count(0, 6, sizes[0]! + sizes[1]! - 1)], [1, 2, 1])
  const { from, log, bodies } = rangeOf(a, 2, 4)!
  assert.deepEqual([from, log, bodies.map(toHex)], [2, a.self, whole(a).bodies.slice(2, 4).map(toHex)])
  assert.equal(a.readRun({ log: stranger, from: 0, to: 9, bytesMax: 1e6 }), undefined)
})

test('a run ends on a signature that was verified, though more is here', () => {
  const [a, b] = [written(6), openLog()]
  b.accept(rangeOf(a, 0, 3)!)
  b.accept(rangeOf(a, 3, 6)!)
  const read = (from: number, to: number) => b.readRun({ log: a.self, from, to, bytesMax: 1e6 })
  assert.deepEqual([read(0, 5)?.bodies.length, read(0, 2), read(1, 6)?.bodies.length, read(3, 5)], [3, undefined, 5, undefined])
})

test('hashes and heights are told of what is here, and of nothing else', () => {
  const a = written(3)
  const hashOf = (seq: number) => a.read({ log: a.self, seq }).hash
  assert.deepEqual([0, 2].map((seq) => toHex(a.shortHashAt(a.self, seq)!)), [0, 2].map((seq) => hashOf(seq).slice(0, 16)))
  assert.deepEqual([a.shortHashAt(a.self, 3), a.shortHashAt(a.self, -1), a.shortHashAt(stranger, 0)], [undefined, undefined, undefined])
  assert.deepEqual([...a.heights()], [[a.self, { height: 3, headHash: hashOf(2) }]])
  assert.deepEqual([a.heightOf(a.self), a.heightOf(stranger)], [3, 0])
  assert.throws(() => a.read({ log: stranger, seq: 0 }), { code: 'LOG_ENTRY_MISSING' })
  assert.throws(() => a.read({ log: a.self, seq: 3 }), { code: 'LOG_ENTRY_MISSING' })
  assert.equal(a.startHash(a.self), hashOf(0))
  const fresh = openLog()
  assert.equal(fresh.startHash(fresh.self), fresh.read({ log: fresh.self, seq: 0 }).hash, 'asked for its own, a log begins')
  assert.equal(fresh.entries, 1)
  fresh.startHash(fresh.self)
  assert.equal(fresh.entries, 1)
})

test('the hash over all heads is the same for the same logs, whatever the order they came in, and another after every entry', () => {
  const [a, b, c, d] = [written(2), written(3), openLog(), openLog()]
  const seen = new Set([c.headsHash()])
  for (const from of [a, b]) {
    copyLog(from, c)
    seen.add(c.headsHash())
  }
  for (const from of [b, a]) copyLog(from, d)
  assert.equal(c.headsHash(), d.headsHash())
  assert.equal(seen.size, 3)
})

test('an own entry is read back as it was appended, with its session, device and time', () => {
  const a = openLog()
  const before = Date.now()
  const document = documentId('0d'.repeat(16))
  const [entry] = a.append([{ ...draft('text'), kind: 'data', document, schema: 3, screen: 9, part: { index: 1, count: 2 } }])
  const { timeMs, payload, hash, ...rest } = a.read(entry!)
  assert.deepEqual(rest, {
    log: a.self, seq: 1, device: a.keys.device, session: a.session, kind: 'data', document, schema: 3, screen: 9, part: { index: 1, count: 2 },
  })
  assert.deepEqual([fromUtf8(payload), hash], ['text', entry!.hash])
  assert.ok(timeMs >= before && timeMs <= Date.now())
  const start = a.read({ log: a.self, seq: 0 })
  assert.deepEqual([start.kind, start.schema, start.screen, start.part, start.payload.length], ['start', 0, 0, { index: 0, count: 1 }, 0])
  assert.ok(start.timeMs >= before)
  assert.deepEqual(a.append([]), [], 'nothing to say is nothing written')
  assert.equal(a.entries, 2)
})

test('nobody else can go on with the log of this very run', () => {
  const a = written(2)
  const run = whole(a)
  assert.deepEqual(a.accept(run), { ok: true, value: 0 }, 'what it wrote comes back')
  const more = { ...run, bodies: [...run.bodies, run.bodies[1]!] }
  assert.deepEqual(a.accept(more), { ok: false, code: 'LOG_FORKED' })
})

test('the second of two histories is kept whole as evidence, once', () => {
  const b = openLog()
  const keys = createDeviceKeys(random)
  const session = random.bytes(16)
  const twin = () => openLog(keys, undefined, { ...random, bytes: (length) => (length === 16 ? session : random.bytes(length)) })
  const [first, second, third] = [twin(), twin(), twin()]
  for (const [log, text] of [[first, 'one'], [second, 'two'], [third, 'three']] as const) log.append([draft(text)])
  copyLog(first, b)
  const run = whole(second)
  assert.deepEqual(b.accept(run), { ok: false, code: 'LOG_FORKED' })
  assert.deepEqual(b.accept(whole(third)), { ok: false, code: 'LOG_FORKED' })
  const evidence = [...b.store.scan(['w', WORKSPACE, 'fork'])]
  const writer = new ByteWriter().varint(0).raw(run.signature)
  for (const body of run.bodies) writer.sized(body)
  const key = ['w', WORKSPACE, 'fork', keys.device, toHex(session)]
  assert.deepEqual(evidence.map((item) => [item.key, toHex(item.value)]), [[key, toHex(writer.finish())]])
  assert.equal(b.heightOf(first.self), 2)
})

test('an entry that a listener writes while another is on its way out comes after it, for every listener', () => {
  const a = openLog()
  const seen: string[] = []
  a.onEntry((entry) => {
    if (fromUtf8(entry.payload) === 'first') a.append([draft('answer')])
  })
  a.onEntry((entry) => entry.kind !== 'start' && seen.push(fromUtf8(entry.payload)))
  a.append([draft('first'), draft('second')])
  assert.deepEqual(seen, ['first', 'second', 'answer'])
})

test('an entry that a listener fails on keeps none behind it', () => {
  const a = openLog()
  const seen: string[] = []
  a.onEntry((entry) => {
    seen.push(fromUtf8(entry.payload))
    if (seen.at(-1) === 'x') throw new Error('of the listener alone')
  })
  a.append([draft('x'), draft('y')])
  assert.deepEqual([seen, a.pending], [['', 'x', 'y'], 0])
})

test('a broken invariant in a listener is not swallowed', () => {
  const a = openLog()
  a.onEntry(() => invariant(false, 'for the test'))
  assert.throws(() => a.append([draft('x')]), { name: 'InvariantError' })
})
