import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exchange, openScreen, startPeer } from './peers.fixture.ts'

test('a note made on one peer is listed and read on another', async () => {
  const a = startPeer({ device: 'A' })
  const { document, saved } = a.documents.create('Shopping', 'milk\nbread')
  await saved
  const b = startPeer({ device: 'B' })
  exchange(a, b)
  assert.deepEqual(b.documents.list(), a.documents.list())
  assert.equal(b.documents.list()[0]?.title, 'Shopping')
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
  assert.equal(remote.text().toString(), 'hello')
  remote.text().insert(5, ' world')
  b.clock.advance(100)
  exchange(b, a)
  assert.equal(second.text().toString(), 'hello world')
  assert.deepEqual(a.documents.state(document), b.documents.state(document))
})
