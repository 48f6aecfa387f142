/** Screens outlive their host: what they typed and it never saved becomes part of its next session. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { renameStructs } from './api/rename-structs.ts'
import type { Replica } from './documents/documents.types.ts'
import { createChance, exchange, openScreen, startPeer } from './documents/peers.fixture.ts'

const unsaved = (screen: Y.Doc, replica: Replica): Uint8Array => {
  const host = new Y.Doc()
  Y.applyUpdate(host, replica.state)
  const missing = Y.encodeStateAsUpdate(screen, Y.encodeStateVector(host))
  return renameStructs(missing, screen.clientID, Y.getState(host.store, screen.clientID), replica.clientId)
}

test('after a power cut the new session accepts all that a screen still shows, and shows it', () => {
  let cut = 0
  for (let seed = 1; seed <= 60; seed++) {
    const chance = createChance(seed)
    const [a, b] = [startPeer({ device: 'A' }), startPeer({ device: 'B' })]
    const { document } = a.documents.create('Note', 'first text')
    exchange(a, b)
    const fromB = openScreen(b, document, 1)
    fromB.text().format(2, 4, { bold: true })
    b.clock.advance(100)
    exchange(b, a)
    const screen = openScreen(a, document, 1)
    const kept = a.log.disk.length
    for (let step = 0; step < 20; step++) {
      const text = screen.text()
      const at = chance.below(text.length + 1)
      const roll = chance.below(4)
      if (roll === 0) text.delete(Math.max(0, at - 2), Math.min(2, at))
      else if (roll === 1) text.format(0, at, { bold: chance.below(2) === 0 ? true : null })
      else text.insert(at, 'abc')
      a.clock.advance(chance.below(80))
    }
    const shown = screen.content().toString()
    const disk = a.log.disk.slice(0, kept + chance.below(a.log.disk.length - kept + 1))
    if (disk.length < a.log.disk.length) cut++
    const next = startPeer({ device: 'A', session: 2, disk })
    const replica = next.documents.attach(document, 1)
    const answer = replica.apply(unsaved(screen.doc, replica))
    assert.ok(answer.ok, `seed ${seed}`)
    assert.equal(openScreen(next, document, 2).content().toString(), shown, `seed ${seed}`)
    exchange(next, b)
    assert.deepEqual([...b.documents.quarantined], [])
    assert.deepEqual(b.documents.state(document), next.documents.state(document))
  }
  assert.ok(cut > 30, 'most runs lose something')
})
