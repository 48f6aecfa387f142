import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { codeOf } from '../base/errors.ts'
import { documentId } from '../base/ids.ts'
import { MARKDOWN_BYTES_MAX, TITLE_CHARACTERS_MAX } from '../base/limits.ts'
import { silentLogger } from '../base/logger.ts'
import { deriveClientId } from './client-id.ts'
import { createDocuments } from './documents.ts'
import { SCHEMA } from './documents.types.ts'
import { indexDocumentId } from './index-document.ts'
import { createMemoryLog, sha256, type MemoryLog } from './memory-log.fixture.ts'
import { createChance, createManualClock, exchange, openScreen, randomOf, startPeer, WORKSPACE, type TestPeer } from './peers.fixture.ts'

const INDEX = indexDocumentId(sha256, WORKSPACE)
const UNKNOWN = documentId('00'.repeat(16))
const coded = (code: string) => (error: unknown) => codeOf(error) === code

test('a note made on one peer is listed and read on another', async () => {
  const a = startPeer({ device: 'A' })
  const { document, saved } = a.documents.create(' Shopping ', 'milk\n\nbread')
  await saved
  const b = startPeer({ device: 'B' })
  exchange(a, b)
  assert.deepEqual(b.documents.list(), a.documents.list())
  assert.deepEqual(b.documents.list().map(({ title, isHere, schema, trashedMs }) => ({ title, isHere, schema, trashedMs })),
    [{ title: 'Shopping', isHere: true, schema: SCHEMA, trashedMs: undefined }])
  assert.equal(b.documents.markdown(document), a.documents.markdown(document))
  assert.match(b.documents.markdown(document), /milk\n+bread/)
})

test('what is typed on one screen is shown on another of the same peer, and on another peer', () => {
  const a = startPeer({ device: 'A' })
  const { document } = a.documents.create('Note', '')
  const [first, second] = [openScreen(a, document, 1), openScreen(a, document, 2)]
  first.text().insert(0, 'hello')
  a.clock.advance(100)
  assert.equal(second.text().toString(), 'hello')
  const b = startPeer({ device: 'B' })
  exchange(a, b)
  const remote = openScreen(b, document, 1)
  remote.text().insert(5, ' world')
  b.clock.advance(100)
  exchange(b, a)
  assert.equal(second.text().toString(), 'hello world')
  assert.deepEqual(a.documents.state(document), b.documents.state(document))
})

test('a note keeps all of its text over a restart', () => {
  const a = startPeer()
  const { document } = a.documents.create('Note', 'one')
  openScreen(a, document, 1).text().insert(3, ' two')
  const again = startPeer({ session: 2, disk: a.log.disk })
  assert.deepEqual(again.documents.list(), a.documents.list())
  assert.deepEqual(again.documents.state(document), a.documents.state(document))
})

test('renaming, trashing and restoring reach every peer; the later of two concurrent ones is the same everywhere', async () => {
  const [a, b] = [startPeer({ device: 'A' }), startPeer({ device: 'B' })]
  const { document } = a.documents.create('Note', 'text')
  exchange(a, b)
  await a.documents.rename(document, 'From a')
  await b.documents.rename(document, 'From b')
  await b.documents.trash(document)
  exchange(a, b)
  exchange(b, a)
  assert.deepEqual(a.documents.list(), b.documents.list())
  assert.ok(a.documents.list()[0]?.trashedMs)
  await a.documents.restore(document)
  exchange(a, b)
  assert.equal(b.documents.list()[0]?.trashedMs, undefined)
})

test('a note in the trash opens read-only until it is restored; one trashed under somebody’s hands keeps what they type', async () => {
  const a = startPeer()
  const { document } = a.documents.create('Note', 'text')
  const open = openScreen(a, document, 1)
  await a.documents.trash(document)
  open.text().insert(0, 'still typing ')
  assert.ok(open.answers.every(({ ok }) => ok))
  const late = openScreen(a, document, 2)
  assert.equal(late.replica.isReadOnly, true)
  late.text().insert(0, 'x')
  assert.deepEqual(late.answers, [{ ok: false, code: 'DOCUMENTS_TRASHED' }])
  await assert.rejects(a.documents.append(document, 'x'), coded('DOCUMENTS_TRASHED'))
  await a.documents.restore(document)
  await a.documents.append(document, 'x')
  assert.match(a.documents.markdown(document), /^still typing text\n+x\n?$/)
})

test('the first line that is appended to an empty note leaves no empty paragraph before it', async () => {
  const a = startPeer()
  const { document } = a.documents.create('Empty', '')
  await a.documents.append(document, 'one\ntwo')
  assert.equal(a.documents.markdown(document).replaceAll(/\n+/g, '|'), 'one|two|')
  await a.documents.append(document, 'three')
  assert.equal(a.documents.markdown(document).replaceAll(/\n+/g, '|'), 'one|two|three|')
})

test('first lines that two machines append to an empty note at once stay two paragraphs', async () => {
  const [a, b] = [startPeer(), startPeer({ device: 'B' })]
  const { document } = a.documents.create('Empty', '')
  exchange(a, b)
  await Promise.all([a.documents.append(document, 'from A'), b.documents.append(document, 'from B')])
  exchange(a, b)
  exchange(b, a)
  const lines = a.documents.markdown(document).split('\n').filter((line) => line !== '')
  assert.deepEqual(lines.sort(), ['from A', 'from B'])
  assert.equal(b.documents.markdown(document), a.documents.markdown(document))
})

test('appending adds a paragraph for each line', async () => {
  const a = startPeer()
  const { document } = a.documents.create('Note', 'one')
  await a.documents.append(document, 'two\nthree')
  const b = startPeer({ device: 'B' })
  exchange(a, b)
  assert.match(b.documents.markdown(document), /^one\n+two\n+three\n?$/)
})

test('a text of very many lines is one note', async () => {
  const a = startPeer()
  const { document } = a.documents.create('Note', 'x\n\n'.repeat(3000))
  await a.documents.append(document, 'y\n'.repeat(2500))
  const group = a.documents.json(document) as { content: [{ content: unknown[] }] }
  assert.ok(group.content[0].content.length > 5500)
  assert.equal(group.content.length, 1)
})

test('titles and texts beyond their limits, and unknown notes, are refused with a code', async () => {
  const { documents } = startPeer()
  assert.throws(() => documents.create('  ', ''), coded('DOCUMENTS_TITLE_INVALID'))
  assert.throws(() => documents.create('x'.repeat(TITLE_CHARACTERS_MAX + 1), ''), coded('DOCUMENTS_TITLE_INVALID'))
  assert.throws(() => documents.create('Big', 'x'.repeat(MARKDOWN_BYTES_MAX + 1)), coded('DOCUMENTS_TOO_LARGE'))
  const { document } = documents.create('x'.repeat(TITLE_CHARACTERS_MAX), '')
  await assert.rejects(documents.rename(document, ''), coded('DOCUMENTS_TITLE_INVALID'))
  await assert.rejects(documents.append(UNKNOWN, 'x'), coded('DOCUMENTS_UNKNOWN'))
  await assert.rejects(documents.trash(UNKNOWN), coded('DOCUMENTS_UNKNOWN'))
  for (const read of [documents.markdown, documents.json, documents.state, documents.extent]) assert.throws(() => read(UNKNOWN), coded('DOCUMENTS_UNKNOWN'))
  assert.throws(() => documents.attach(UNKNOWN, 1), coded('DOCUMENTS_UNKNOWN'))
  assert.equal(documents.list().length, 1)
})

test('half a surrogate pair is replaced before it is stored, so that memory and disk agree', () => {
  const a = startPeer()
  const { document } = a.documents.create('Half \ud83d', 'text \ud83d')
  const b = startPeer({ session: 2, disk: a.log.disk })
  assert.deepEqual(b.documents.list()[0]?.title, a.documents.list()[0]?.title)
  assert.equal(b.documents.markdown(document), a.documents.markdown(document))
})

test('a note of which only the title has arrived is waited for, never an empty page', () => {
  const a = startPeer()
  const { document } = a.documents.create('Note', 'text')
  const b = startPeer({ device: 'B' })
  for (const sealed of a.log.disk.filter(({ entry }) => entry.document !== document)) b.log.accept(sealed)
  assert.equal(b.documents.list()[0]?.isHere, false)
  assert.throws(() => b.documents.attach(document, 1), coded('DOCUMENTS_WAITING'))
  assert.throws(() => b.documents.markdown(document), coded('DOCUMENTS_WAITING'))
  let lists = 0
  b.documents.onList(() => lists++)
  exchange(a, b)
  assert.equal(lists, 1)
  assert.equal(b.documents.list()[0]?.isHere, true)
})

test('the list tells who changed a note last, and says so at most once a second', () => {
  const [a, b] = [startPeer({ device: 'A' }), startPeer({ device: 'B' })]
  const { document } = a.documents.create('Note', 'text')
  exchange(a, b)
  b.clock.advance(5000)
  let lists = 0
  b.documents.onList(() => lists++)
  const screen = openScreen(b, document, 1)
  for (let key = 0; key < 20; key++) {
    screen.text().insert(0, 'x')
    b.clock.advance(60)
  }
  assert.equal(lists, 1)
  b.clock.advance(2000)
  assert.equal(lists, 2)
  assert.equal(b.documents.list()[0]?.changedBy, b.log.self.slice(0, 64))
  assert.ok(b.documents.list()[0]!.changedMs > 5000)
})

/** A member whose program writes into the index whatever it likes. */
const writeIndex = (log: MemoryLog, state: Uint8Array, write: (map: Y.Map<unknown>) => void, schema = SCHEMA) => {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  doc.clientID = deriveClientId(sha256, log.startHash(log.self), 1)
  const vector = Y.encodeStateVector(doc)
  doc.transact(() => write(doc.getMap('documents')))
  const payload = Y.encodeStateAsUpdate(doc, vector)
  log.append([{ kind: 'data', document: INDEX, schema, screen: 1, part: { index: 0, count: 1 }, payload }])
}

const GOOD = { kind: 'note', title: 'Good', createdMs: 1, createdBy: 'ab'.repeat(32), schema: 1, trashedMs: null }
const lineOf = (fields: object) => new Y.Map<unknown>(Object.entries(fields))

test('lines of the index that are not what they should be are left out', () => {
  const log = createMemoryLog({ device: 'M', session: 1 })
  const bad = [
    { kind: 'board' }, { title: '' }, { title: 7 }, { title: 'x'.repeat(201) }, { createdMs: -1 }, { createdMs: 'now' }, { createdBy: 'me' },
    { schema: 0 }, { schema: 1.5 }, { trashedMs: 'yes' }, { trashedMs: -5 },
  ]
  writeIndex(log, Y.encodeStateAsUpdate(new Y.Doc()), (map) => {
    bad.forEach((fields, index) => map.set(index.toString(16).padStart(32, '0'), lineOf({ ...GOOD, ...fields })))
    map.set('not an id', lineOf(GOOD))
    map.set('ee'.repeat(16), 'no map')
    map.set('ff'.repeat(16), lineOf(GOOD))
  })
  const peer = startPeer({ disk: log.disk })
  assert.deepEqual(peer.documents.list().map(({ document, title }) => ({ document, title })), [{ document: 'ff'.repeat(16), title: 'Good' }])
})

test('a note of a newer schema opens read-only, and its entries are kept for the version that understands them', () => {
  const a = startPeer()
  const { document } = a.documents.create('Note', 'text')
  const attached = openScreen(a, document, 1)
  const log = createMemoryLog({ device: 'N', session: 1, disk: a.log.disk })
  log.start()
  log.append([{ kind: 'data', document, schema: SCHEMA + 1, screen: 1, part: { index: 0, count: 1 }, payload: Uint8Array.from([1, 2, 3]) }])
  for (const sealed of log.disk) a.log.accept(sealed)
  assert.equal(a.documents.list()[0]?.schema, SCHEMA + 1)
  assert.deepEqual([...a.documents.quarantined], [])
  assert.equal(a.documents.markdown(document).trim(), 'text')
  attached.text().insert(0, 'x')
  assert.deepEqual(attached.answers, [{ ok: false, code: 'DOCUMENTS_READ_ONLY' }])
  assert.equal(openScreen(a, document, 2).replica.isReadOnly, true)
  assert.equal(a.documents.extent(document).get(log.self), 2, 'a machine holds the note when it holds that entry too')
})

test('an index of a newer schema is not written to', async () => {
  const a = startPeer()
  const { document } = a.documents.create('Note', 'text')
  const log = createMemoryLog({ device: 'N', session: 1, disk: a.log.disk })
  log.start()
  writeIndex(log, Y.encodeStateAsUpdate(new Y.Doc()), (map) => map.set('x', 1), SCHEMA + 1)
  for (const sealed of log.disk) a.log.accept(sealed)
  assert.throws(() => a.documents.create('Second', ''), coded('DOCUMENTS_READ_ONLY'))
  await assert.rejects(a.documents.rename(document, 'Other'), coded('DOCUMENTS_READ_ONLY'))
})

test('whoever holds a note’s extent can show it whole, and no more of the index is asked for than its own lines', async () => {
  const [a, b] = [startPeer({ device: 'A' }), startPeer({ device: 'B' })]
  const { document } = a.documents.create('First', 'text')
  exchange(a, b)
  openScreen(b, document, 1).text().insert(0, 'more ')
  await b.documents.rename(document, 'Renamed')
  exchange(b, a)
  await a.documents.append(document, 'end')
  a.documents.create('Unrelated', 'text')
  b.documents.create('Unrelated too', 'text')
  exchange(b, a)
  const extent = a.documents.extent(document)
  const held = a.log.disk.filter(({ entry }) => entry.seq < (extent.get(entry.log) ?? 0))
  const c = startPeer({ device: 'C', disk: held })
  assert.deepEqual(c.documents.state(document), a.documents.state(document))
  assert.equal(c.documents.list().find((item) => item.document === document)?.title, 'Renamed')
  assert.equal(c.documents.list().length, 1, 'the unrelated notes came after')
})

test('a machine is never said to hold a note of which it may have the title only', () => {
  const a = startPeer()
  const { document } = a.documents.create('Note', 'long '.repeat(40_000))
  const whole = a.documents.extent(document)
  const b = startPeer({ device: 'B' })
  const asKnown = a.log.disk.slice(0, -1).map((sealed) => {
    b.log.accept(sealed)
    return b.documents.list().length > 0 ? b.documents.extent(document).get(a.log.self) : undefined
  })
  assert.deepEqual(whole, new Map([[a.log.self, 6]]))
  assert.deepEqual(asKnown, [undefined, 3, 6, 6, 6])
  exchange(a, b)
  assert.deepEqual(b.documents.extent(document), whole)
})

test('every change is told once it is applied: of a note, and of its line in the index', async () => {
  const [a, b] = [startPeer({ device: 'A' }), startPeer({ device: 'B' })]
  const { document } = a.documents.create('Note', 'text')
  const told: string[] = []
  b.documents.onChange((change) => {
    assert.equal(change.document, document)
    told.push(`${change.ref.seq} ${b.documents.list()[0]?.title}`)
  })
  exchange(a, b)
  await a.documents.rename(document, 'New')
  exchange(a, b)
  assert.deepEqual(told, ['1 Note', '2 Note', '3 New'])
})

test('more notes than are kept open at once can all be read, and what is on a screen stays open', () => {
  const a = startPeer()
  const made = Array.from({ length: 40 }, (_, index) => a.documents.create(`Note ${index}`, `text ${index}`).document)
  const screen = openScreen(a, made[0]!, 1)
  for (const [index, document] of made.entries()) assert.match(a.documents.markdown(document), new RegExp(`text ${index}`))
  screen.text().insert(0, 'first ')
  assert.match(a.documents.markdown(made[0]!), /^first text 0/)
})

test('two sessions that share a clientID end with the same bytes on every peer: the lower start hash keeps it', () => {
  // All screens of the two share one: nobody can make 53 bits of SHA-256 collide in a test.
  const colliding = (bytes: Uint8Array) => (bytes.length > 40 && bytes.at(-1)! > 0 ? new Uint8Array(32).fill(7) : sha256(bytes))
  const start = (device: string): TestPeer => {
    const clock = createManualClock()
    const log = createMemoryLog({ device, session: 1, nowMs: clock.nowMs })
    const random = randomOf(createChance(device.charCodeAt(0)))
    return { clock, log, documents: createDocuments({ log, workspace: WORKSPACE, clock, random, logger: silentLogger, sha256: colliding }) }
  }
  const [a, b, c, d] = ['A', 'B', 'C', 'D'].map(start) as [TestPeer, TestPeer, TestPeer, TestPeer]
  const { document } = a.documents.create('Note', 'hello')
  exchange(a, b)
  const watching = openScreen(b, document, 1)
  openScreen(a, document, 1).text().insert(0, 'from a ')
  watching.text().insert(0, 'from b ')
  exchange(a, c)
  exchange(b, c)
  exchange(b, d)
  exchange(a, d)
  exchange(a, b)
  exchange(b, a)
  const states = [a, b, c, d].map(({ documents }) => documents.state(document))
  for (const state of states) assert.deepEqual(state, states[0])
  for (const { documents } of [a, b, c, d]) assert.deepEqual([...documents.quarantined].filter(([, count]) => count > 0), [['DOCUMENTS_UPDATE_FOREIGN', 1]])
})
