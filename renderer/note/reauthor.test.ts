import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { PEER, reauthor } from './reauthor.ts'

const hostOf = (...updates: readonly Uint8Array[]) => {
  const host = new Y.Doc()
  for (const update of updates) Y.applyUpdate(host, update)
  return host
}
const text = (doc: Y.Doc) => doc.getText('t').toString()

test('typing that the host never got is there once, under the new client, and the host takes it', () => {
  const host = hostOf()
  const { doc: old } = reauthor(undefined, { clientId: 11, state: Y.encodeStateAsUpdate(host) })
  const sent: Uint8Array[] = []
  old.on('update', (update: Uint8Array) => sent.push(update))
  old.getText('t').insert(0, 'saved')
  Y.applyUpdate(host, sent[0]!)
  old.getText('t').insert(5, ' and kept')
  const { doc, unsent } = reauthor(old, { clientId: 12, state: Y.encodeStateAsUpdate(host) })
  assert.equal(text(doc), 'saved and kept')
  assert.equal(doc.clientID, 12)
  for (const update of unsent) Y.applyUpdate(host, update)
  assert.equal(text(host), 'saved and kept')
  assert.equal(Y.getState(host.store, 12), 9)
})

test('an edit that the host has, though its answer was lost, is not doubled', () => {
  const { doc: old } = reauthor(undefined, { clientId: 11, state: Y.encodeStateAsUpdate(new Y.Doc()) })
  old.getText('t').insert(0, 'once')
  const { doc, unsent } = reauthor(old, { clientId: 12, state: Y.encodeStateAsUpdate(old) })
  assert.equal(text(doc), 'once')
  assert.deepEqual(unsent, [])
})

test('what others wrote meanwhile stands beside what was kept, and a delete that was kept still deletes', () => {
  const host = hostOf()
  host.getText('t').insert(0, 'abc')
  const { doc: old } = reauthor(undefined, { clientId: 11, state: Y.encodeStateAsUpdate(host) })
  old.getText('t').delete(0, 1)
  old.getText('t').insert(2, '!')
  host.getText('t').insert(0, '>')
  const { doc, unsent } = reauthor(old, { clientId: 12, state: Y.encodeStateAsUpdate(host) })
  assert.equal(text(doc), '>bc!')
  for (const update of unsent) Y.applyUpdate(host, update)
  assert.equal(text(host), '>bc!')
})

test('opening a note writes nothing, also where Yjs would clean up its formatting', () => {
  const [a, b] = [hostOf(), hostOf()]
  a.getText('t').insert(0, 'bold', { bold: true })
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a))
  // Both un-format the same letters apart from each other: merged, one of the marks is superfluous.
  a.getText('t').format(1, 2, { bold: null })
  b.getText('t').format(1, 2, { bold: null })
  const opened = reauthor(undefined, { clientId: 7, state: Y.mergeUpdates([Y.encodeStateAsUpdate(a), Y.encodeStateAsUpdate(b)]) })
  assert.deepEqual(opened.unsent, [])
  assert.equal(Y.getState(opened.doc.store, 7), 0)
  let written = 0
  opened.doc.on('update', () => written++)
  assert.equal(written, 0)
})

test('what the peer sends carries its origin, so that it is never sent back', () => {
  const { doc } = reauthor(undefined, { clientId: 7, state: Y.encodeStateAsUpdate(new Y.Doc()) })
  const other = hostOf()
  other.getText('t').insert(0, 'theirs')
  const origins: unknown[] = []
  doc.on('update', (_update: Uint8Array, origin: unknown) => origins.push(origin))
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other), PEER)
  assert.deepEqual(origins, [PEER])
})
