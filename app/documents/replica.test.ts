import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { CHANGE_BYTES_MAX } from './parts.ts'
import { exchange, openScreen, startPeer } from './peers.fixture.ts'

const startNote = (markdown = 'hello') => {
  const peer = startPeer()
  const { document } = peer.documents.create('Note', markdown)
  return { peer, document }
}

/** What a screen with another document, or another clientID, would send. */
const updateBy = (state: Uint8Array, client: number, write: (doc: Y.Doc) => void): Uint8Array => {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  doc.clientID = client
  const vector = Y.encodeStateVector(doc)
  doc.transact(() => write(doc))
  return Y.encodeStateAsUpdate(doc, vector)
}
const group = (doc: Y.Doc) => doc.getXmlFragment('content').get(0) as Y.XmlElement
const code = (answer: { ok: boolean; code?: string }) => (answer.ok ? undefined : answer.code)

test('opening a note writes nothing and cleans up nothing, even when its text calls for it', () => {
  const { peer, document } = startNote()
  const other = startPeer({ device: 'B' })
  exchange(peer, other)
  const [mine, theirs] = [openScreen(peer, document, 1), openScreen(other, document, 1)]
  // Marks around nothing, once both have arrived.
  mine.text().format(1, 1, { bold: {} })
  theirs.text().delete(1, 1)
  // More than one batch of the replay: Yjs leaves alone what was made in the transaction that it is looking at.
  for (let step = 0; step < 120; step++) {
    peer.clock.advance(500)
    mine.text().insert(0, 'x')
  }
  const entries = [...peer.log.disk, ...other.log.disk.filter(({ entry }) => entry.log === other.log.self)]
  const later = startPeer({ device: 'C', disk: entries })
  later.documents.attach(document, 1)
  later.documents.markdown(document)
  later.clock.advance(1000)
  assert.equal(later.log.disk.length - entries.length, 1, 'the start of its own log, which names its clientIDs')
  const sum = new Y.Doc()
  sum.transact(() => {
    for (const { entry } of entries) if (entry.document === document) Y.applyUpdate(sum, entry.payload)
  })
  assert.deepEqual(later.documents.state(document), Y.encodeStateAsUpdate(sum))
})

test('a screen that comes while another’s edits wait to be logged is given none that could be taken back', async () => {
  const { peer, document } = startNote()
  const first = openScreen(peer, document, 1)
  for (const key of 'ab') first.text().insert(0, key)
  peer.log.isFull = true
  const second = openScreen(peer, document, 2)
  assert.equal(second.text().toString(), 'ahello')
  const [saved, lost] = first.answers
  assert.ok(saved?.ok && lost?.ok)
  await assert.rejects(lost.value)
})

test('an edit is saved as an entry of its screen, and other screens see it when it is in the log', async () => {
  const { peer, document } = startNote()
  const [first, second] = [openScreen(peer, document, 1), openScreen(peer, document, 2)]
  first.text().insert(0, 'a')
  const [answer] = first.answers
  assert.ok(answer?.ok)
  await answer.value
  assert.equal(peer.log.disk.at(-1)?.entry.screen, 1)
  assert.equal(second.text().toString(), 'ahello')
  assert.equal(second.answers.length, 0)
})

test('refuses structs of another clientID, and changes nothing', () => {
  const { peer, document } = startNote()
  const { replica } = openScreen(peer, document, 1)
  const before = peer.documents.state(document)
  const update = updateBy(replica.state, replica.clientId + 1, (doc) => group(doc).setAttribute('a', 'x'))
  assert.equal(code(replica.apply(update)), 'DOCUMENTS_UPDATE_FOREIGN')
  assert.deepEqual(peer.documents.state(document), before)
})

test('refuses a gap in the clock, something sent twice, and what depends on something that is not here', () => {
  const { peer, document } = startNote()
  const { replica } = openScreen(peer, document, 1)
  const before = peer.documents.state(document)
  const first = updateBy(replica.state, replica.clientId, (doc) => group(doc).setAttribute('a', 'x'))
  const both = Y.mergeUpdates([replica.state, first])
  const second = updateBy(both, replica.clientId, (doc) => group(doc).setAttribute('b', 'y'))
  assert.equal(code(replica.apply(second)), 'DOCUMENTS_UPDATE_GAP')
  const strange = updateBy(replica.state, 77, (doc) => group(doc).push([new Y.XmlElement('blockContainer')]))
  const onStrange = updateBy(Y.mergeUpdates([replica.state, strange]), replica.clientId, (doc) => (group(doc).get(1) as Y.XmlElement).setAttribute('id', '1'))
  assert.equal(code(replica.apply(onStrange)), 'DOCUMENTS_UPDATE_GAP')
  const deletes = updateBy(Y.mergeUpdates([replica.state, strange]), replica.clientId, (doc) => group(doc).delete(1, 1))
  assert.equal(code(replica.apply(deletes)), 'DOCUMENTS_UPDATE_GAP')
  assert.deepEqual(peer.documents.state(document), before)
  assert.equal(code(replica.apply(first)), undefined)
  assert.equal(code(replica.apply(first)), 'DOCUMENTS_UPDATE_GAP')
  assert.equal(code(replica.apply(second)), undefined)
})

test('refuses bytes that are no update, and one that is too large', () => {
  const { peer, document } = startNote()
  const { replica } = openScreen(peer, document, 1)
  assert.equal(code(replica.apply(new Uint8Array([9, 9, 9]))), 'DOCUMENTS_UPDATE_MALFORMED')
  assert.equal(code(replica.apply(new Uint8Array(CHANGE_BYTES_MAX + 1))), 'DOCUMENTS_TOO_LARGE')
})

test('a screen that attaches again goes on with its clock', () => {
  const { peer, document } = startNote()
  const first = openScreen(peer, document, 1)
  first.text().insert(0, 'a')
  first.replica.detach()
  assert.equal(code(first.replica.apply(new Uint8Array([0, 0]))), 'DOCUMENTS_UNKNOWN')
  const again = openScreen(peer, document, 1)
  assert.equal(again.replica.clientId, first.replica.clientId)
  again.text().insert(0, 'b')
  assert.ok(again.answers[0]?.ok)
  assert.equal(openScreen(peer, document, 2).text().toString(), 'bahello')
})

test('an edit that changes nothing is saved at once and leaves no entry', async () => {
  const { peer, document } = startNote()
  const { replica } = openScreen(peer, document, 1)
  const deleting = updateBy(replica.state, replica.clientId, (doc) => group(doc).delete(0, 1))
  assert.ok(replica.apply(deleting).ok)
  const entries = peer.log.disk.length
  const answer = replica.apply(deleting)
  assert.ok(answer.ok)
  await answer.value
  peer.clock.advance(500)
  assert.equal(peer.log.disk.length, entries)
})

test('formatting that Yjs cleans up on the peer is logged, and sent to every screen', () => {
  const { peer, document } = startNote('some text')
  const other = startPeer({ device: 'B' })
  exchange(peer, other)
  const [mine, theirs] = [openScreen(peer, document, 1), openScreen(other, document, 1)]
  mine.text().format(0, 9, { bold: {} })
  theirs.text().format(0, 9, { bold: {} })
  for (const one of [peer, other]) one.clock.advance(500)
  exchange(other, peer)
  peer.clock.advance(500)
  const cleanUps = peer.log.disk.filter(({ entry }) => entry.log === peer.log.self && entry.screen === 0 && entry.document === document)
  assert.ok(cleanUps.length > 1, 'more than the note itself')
  assert.equal(mine.content().toString(), openScreen(peer, document, 2).content().toString())
})
