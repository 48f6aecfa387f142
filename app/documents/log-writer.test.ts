import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf } from '../base/errors.ts'
import { BURST_MS, PART_BYTES_MAX, PARTS_MAX } from '../base/limits.ts'
import { documentId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { createLogWriter } from './log-writer.ts'
import { createMemoryLog } from './memory-log.fixture.ts'
import { openDocument } from './open-document.ts'
import { CHANGE_BYTES_MAX, createPartGatherer, splitIntoParts } from './parts.ts'
import { createManualClock, exchange, openScreen, startPeer } from './peers.fixture.ts'

const startNote = () => {
  const peer = startPeer()
  const { document } = peer.documents.create('Note', 'hello')
  return { peer, document }
}

test('the first key of a burst goes at once, the rest within BURST_MS as one entry', () => {
  const { peer, document } = startNote()
  const screen = openScreen(peer, document, 1)
  const before = peer.log.appends
  screen.text().insert(0, '1')
  assert.equal(peer.log.appends, before + 1)
  for (const key of '23456') screen.text().insert(0, key)
  assert.equal(peer.log.appends, before + 1)
  peer.clock.advance(BURST_MS)
  assert.equal(peer.log.appends, before + 2)
  peer.clock.advance(10 * BURST_MS)
  assert.equal(peer.log.appends, before + 2)
  screen.text().insert(0, '7')
  assert.equal(peer.log.appends, before + 3, 'a new burst')
  const b = startPeer({ device: 'B' })
  exchange(peer, b)
  assert.equal(openScreen(b, document, 1).text().toString(), '7654321hello')
})

test('what one screen does is never logged before what it builds on, which another did just before', () => {
  const { peer, document } = startNote()
  const [first, second] = [openScreen(peer, document, 1), openScreen(peer, document, 2)]
  first.text().insert(0, 'ab')
  first.text().insert(2, 'cd')
  second.text().insert(0, 'X')
  first.text().insert(0, 'Y')
  peer.clock.advance(BURST_MS)
  const b = startPeer({ device: 'B' })
  exchange(peer, b)
  assert.deepEqual([...b.documents.quarantined], [])
  assert.deepEqual(b.documents.state(document), peer.documents.state(document))
})

test('a hundred edits in one burst do not wait for its end', () => {
  const { peer, document } = startNote()
  const screen = openScreen(peer, document, 1)
  const before = peer.log.appends
  for (let key = 0; key < 102; key++) screen.text().insert(0, 'x')
  assert.equal(peer.log.appends, before + 2)
})

test('detaching, stopping and trashing leave nothing unlogged', async () => {
  for (const leave of ['detach', 'stop', 'trash'] as const) {
    const { peer, document } = startNote()
    const screen = openScreen(peer, document, 1)
    for (const key of 'abc') screen.text().insert(0, key)
    if (leave === 'detach') screen.replica.detach()
    if (leave === 'stop') peer.documents.stop()
    if (leave === 'trash') await peer.documents.trash(document)
    const b = startPeer({ device: 'B' })
    exchange(peer, b)
    assert.match(b.documents.markdown(document), /cbahello/, leave)
    for (const answer of screen.answers) assert.ok(answer.ok && (await answer.value) === undefined)
  }
})

test('a large paste is several entries of one append, and invisible until all have arrived', () => {
  const { peer, document } = startNote()
  const screen = openScreen(peer, document, 1)
  const paste = 'long '.repeat(PART_BYTES_MAX / 2)
  const before = peer.log.appends
  screen.text().insert(0, paste)
  assert.equal(peer.log.appends, before + 1)
  const parts = peer.log.disk.slice(-3)
  assert.deepEqual(parts.map(({ entry }) => entry.part), [0, 1, 2].map((index) => ({ index, count: 3 })))

  const b = startPeer({ device: 'B' })
  const { document: unrelated } = b.documents.create('Other', 'text')
  for (const sealed of peer.log.disk.slice(0, -1)) b.log.accept(sealed)
  assert.equal(b.documents.pendingParts, 2)
  const remote = openScreen(b, document, 1)
  assert.equal(remote.text().toString(), 'hello')
  remote.text().insert(0, 'meanwhile ')
  assert.match(b.documents.markdown(unrelated), /text/)
  exchange(peer, b)
  assert.equal(b.documents.pendingParts, 0)
  assert.equal(remote.text().length, 'meanwhile hello'.length + paste.length)
  b.clock.advance(BURST_MS)
  exchange(b, peer)
  assert.deepEqual(b.documents.state(document), peer.documents.state(document))
})

test('on a full disk an edit is taken back and its screen told; sent again later it is saved', async () => {
  const { peer, document } = startNote()
  const [screen, other] = [openScreen(peer, document, 1), openScreen(peer, document, 2)]
  screen.text().insert(0, 'saved ')
  peer.clock.advance(10 * BURST_MS)
  const before = peer.documents.state(document)
  const sent: Uint8Array[] = []
  screen.doc.on('update', (update: Uint8Array) => sent.push(update))
  peer.log.isFull = true
  screen.text().insert(0, 'lost ')
  screen.text().insert(0, 'and ')
  const failed = screen.answers.slice(1)
  assert.ok(failed[0]?.ok)
  await assert.rejects(failed[0].value, (error) => codeOf(error) === 'STORE_FULL')
  assert.deepEqual(peer.documents.state(document), before)
  assert.equal(other.text().toString(), 'saved hello', 'nobody else was shown it')
  peer.log.isFull = false
  for (const update of sent) {
    const answer = screen.replica.apply(update)
    assert.ok(answer.ok)
    peer.clock.advance(BURST_MS)
    await answer.value
  }
  assert.equal(other.text().toString(), 'and lost saved hello')
  const b = startPeer({ device: 'B' })
  exchange(peer, b)
  assert.deepEqual(b.documents.state(document), peer.documents.state(document))
})

test('a burst that meets a full disk rejects all of its edits, and keeps what came from others meanwhile', async () => {
  const { peer, document } = startNote()
  const b = startPeer({ device: 'B' })
  exchange(peer, b)
  const screen = openScreen(peer, document, 1)
  for (const key of 'abc') screen.text().insert(0, key)
  peer.log.isFull = true
  openScreen(b, document, 1).text().insert(5, ' from b')
  exchange(b, peer)
  peer.clock.advance(BURST_MS)
  const outcomes = await Promise.allSettled(screen.answers.map((answer) => (answer.ok ? answer.value : undefined)))
  assert.deepEqual(outcomes.map(({ status }) => status), ['fulfilled', 'rejected', 'rejected'])
  assert.match(peer.documents.markdown(document), /^ahello from b/)
})

test('a note that can not be saved is not there', async () => {
  const { peer, document } = startNote()
  peer.log.isFull = true
  assert.throws(() => peer.documents.create('Second', 'text'), (error) => codeOf(error) === 'STORE_FULL')
  await assert.rejects(peer.documents.rename(document, 'New'), (error) => codeOf(error) === 'STORE_FULL')
  peer.log.isFull = false
  assert.deepEqual(peer.documents.list().map(({ title }) => title), ['Note'])
  await peer.documents.create('Third', 'text').saved
  const b = startPeer({ device: 'B' })
  exchange(peer, b)
  assert.deepEqual(b.documents.list(), peer.documents.list())
  assert.equal(b.documents.list().length, 2)
})

test('a change larger than all parts together is refused and taken back', () => {
  const log = createMemoryLog({ device: 'A', session: 1 })
  const writer = createLogWriter({ log, clock: createManualClock(), logger: silentLogger })
  const open = openDocument(documentId('ab'.repeat(16)), () => ({ state: undefined, updates: () => [] }))
  open.edit(7, (doc) => doc.getText('t').insert(0, 'x'.repeat(CHANGE_BYTES_MAX)))
  assert.throws(() => writer.flush([open]), (error) => codeOf(error) === 'DOCUMENTS_TOO_LARGE')
  assert.equal(open.doc.getText('t').length, 0)
  assert.equal(log.appends, 0)
  assert.equal(splitIntoParts(new Uint8Array(CHANGE_BYTES_MAX)).length, PARTS_MAX)
})

test('parts count only in order, of one change, and uninterrupted', () => {
  const document = documentId('ab'.repeat(16))
  const draft = { kind: 'data' as const, document, schema: 1, screen: 1, payload: new Uint8Array(1) }
  const part = (index: number, count: number, more = {}) => ({ ...draft, part: { index, count }, ...more })
  const kinds = (drafts: ReturnType<typeof part>[]) => {
    const gatherer = createPartGatherer()
    const log = createMemoryLog({ device: 'A', session: 1 })
    return [...log.append(drafts).map((entry) => gatherer.take(entry).kind), gatherer.waiting]
  }
  assert.deepEqual(kinds([part(0, 3), part(1, 3), part(2, 3)]), ['waiting', 'waiting', 'whole', 0])
  assert.deepEqual(kinds([part(0, 3), part(1, 3)]), ['waiting', 'waiting', 2])
  assert.deepEqual(kinds([part(0, 2), part(0, 1), part(1, 2)]), ['waiting', 'whole', 'malformed', 0])
  assert.deepEqual(kinds([part(1, 2)]), ['malformed', 0])
  assert.deepEqual(kinds([part(0, 2), part(1, 3)]), ['waiting', 'malformed', 0])
  const gapped = createMemoryLog({ device: 'A', session: 1 }).append([part(0, 2), part(0, 1), part(1, 2)])
  const gatherer = createPartGatherer()
  assert.deepEqual([gapped[0]!, gapped[2]!].map((entry) => gatherer.take(entry).kind), ['waiting', 'malformed'])
  for (const other of [{ screen: 2 }, { schema: 2 }, { document: documentId('cd'.repeat(16)) }])
    assert.deepEqual(kinds([part(0, 2), part(1, 2, other)]), ['waiting', 'malformed', 0])
  for (const [index, count] of [[0, 0], [-1, 2], [2, 2], [0.5, 2], [0, PARTS_MAX + 1]] as const)
    assert.deepEqual(kinds([part(index, count)]), ['malformed', 0])
})
