import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeVarUint } from 'lib0/encoding'
import * as Y from 'yjs'
import type { DocumentId } from '../base/ids.ts'
import { deriveClientId } from './client-id.ts'
import { SCHEMA } from './documents.types.ts'
import { createMemoryLog, sha256, type MemoryLog, type Sealed } from './memory-log.fixture.ts'
import { createChance, exchange, openScreen, shuffled, startPeer, type TestPeer } from './peers.fixture.ts'

/** A member whose program does what it likes. */
const createMallory = (from: TestPeer, session = 1) => {
  const log: MemoryLog = createMemoryLog({ device: 'M', session })
  for (const sealed of from.log.disk) log.accept(sealed)
  const clientId = (screen: number) => deriveClientId(sha256, log.startHash(log.self), screen)

  const send = (document: DocumentId, payload: Uint8Array, claims: { screen?: number; past?: Sealed['past']; schema?: number } = {}): Sealed => {
    const draft = { kind: 'data' as const, document, schema: claims.schema ?? SCHEMA, screen: claims.screen ?? 1, part: { index: 0, count: 1 }, payload }
    const sealed = log.forge(draft, claims.past)
    log.accept(sealed)
    return sealed
  }

  /** An update made on the state of `peer` by a client of any number. */
  const update = (peer: TestPeer, document: DocumentId, client: number, write: (doc: Y.Doc) => void): Uint8Array => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, peer.documents.state(document))
    doc.clientID = client
    const vector = Y.encodeStateVector(doc)
    doc.transact(() => write(doc))
    return Y.encodeStateAsUpdate(doc, vector)
  }

  return { log, send, update, clientId }
}

const paragraph = (doc: Y.Doc): Y.XmlText => {
  const group = doc.getXmlFragment('content').get(0) as Y.XmlElement
  return ((group.get(0) as Y.XmlElement).get(0) as Y.XmlElement).get(0) as Y.XmlText
}

const startNote = () => {
  const a = startPeer({ device: 'A' })
  const { document } = a.documents.create('Note', 'hello')
  return { a, document, mallory: createMallory(a) }
}

const deliver = (peer: TestPeer, log: MemoryLog) => {
  for (const sealed of log.disk) peer.log.accept(sealed)
}

let nextScreen = 900
const text = (peer: TestPeer, document: DocumentId) => openScreen(peer, document, nextScreen++).text().toString()
const codes = (peer: TestPeer) => Object.fromEntries(peer.documents.quarantined)
const nothingPends = (peer: TestPeer, document: DocumentId) => {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, peer.documents.state(document))
  assert.equal(doc.store.pendingStructs, null)
}

test('a member writes with the clientIDs of its own session and of no other', () => {
  const { a, document, mallory } = startNote()
  const victim = deriveClientId(sha256, a.log.startHash(a.log.self), 0)
  mallory.send(document, mallory.update(a, document, victim, (doc) => paragraph(doc).insert(0, 'forged ')))
  mallory.send(document, mallory.update(a, document, mallory.clientId(2), (doc) => paragraph(doc).insert(0, 'wrong screen ')))
  mallory.send(document, mallory.update(a, document, mallory.clientId(1), (doc) => paragraph(doc).insert(5, ' world')))
  deliver(a, mallory.log)
  assert.equal(text(a, document), 'hello world')
  assert.deepEqual(codes(a), { DOCUMENTS_UPDATE_FOREIGN: 2 })
  nothingPends(a, document)
})

test('a clock that does not continue is quarantined, and so is all that builds on it', () => {
  const { a, document, mallory } = startNote()
  const first = mallory.update(a, document, mallory.clientId(1), (doc) => paragraph(doc).insert(0, '1'))
  const forward = new Y.Doc()
  Y.applyUpdate(forward, a.documents.state(document))
  Y.applyUpdate(forward, first)
  forward.clientID = mallory.clientId(1)
  const vector = Y.encodeStateVector(forward)
  paragraph(forward).insert(1, '2')
  const second = Y.encodeStateAsUpdate(forward, vector)
  mallory.send(document, second)
  deliver(a, mallory.log)
  assert.equal(text(a, document), 'hello')
  mallory.send(document, first)
  mallory.send(document, first)
  deliver(a, mallory.log)
  assert.equal(text(a, document), '1hello')
  assert.deepEqual(codes(a), { DOCUMENTS_UPDATE_GAP: 2 })
  nothingPends(a, document)
})

test('what an author had not seen it can neither build on nor delete, wherever it arrives', () => {
  const { a, document, mallory } = startNote()
  const seen = new Map([[a.log.self, a.log.disk.length]])
  const screen = openScreen(a, document, 1)
  screen.text().insert(5, ' world')
  const build = mallory.update(a, document, mallory.clientId(1), (doc) => paragraph(doc).insert(11, '!'))
  const remove = mallory.update(a, document, mallory.clientId(2), (doc) => paragraph(doc).delete(6, 3))
  mallory.send(document, build, { past: seen })
  mallory.send(document, remove, { screen: 2, past: seen })
  const late = startPeer({ device: 'B' })
  deliver(late, mallory.log)
  exchange(a, late)
  deliver(a, mallory.log)
  for (const peer of [a, late]) {
    assert.equal(text(peer, document), 'hello world')
    assert.deepEqual(codes(peer), { DOCUMENTS_UPDATE_GAP: 2 })
    nothingPends(peer, document)
  }
})

test('the same change is taken from an author that had seen what it builds on', () => {
  const { a, document, mallory } = startNote()
  openScreen(a, document, 1).text().insert(5, ' world')
  const build = mallory.update(a, document, mallory.clientId(1), (doc) => paragraph(doc).insert(11, '!'))
  deliver({ ...a, log: mallory.log }, a.log)
  mallory.send(document, build)
  deliver(a, mallory.log)
  assert.equal(text(a, document), 'hello world!')
  assert.deepEqual(codes(a), {})
})

test('bytes that are no update, or one that Yjs would half apply, are quarantined', () => {
  const { a, document, mallory } = startNote()
  const client = mallory.clientId(1)
  const good = mallory.update(a, document, client, (doc) => paragraph(doc).insert(0, 'x'))
  const deep = mallory.update(a, document, client, (doc) => {
    let value: unknown = 1
    for (let depth = 0; depth < 40; depth++) value = [value]
    ;(doc.getXmlFragment('content').get(0) as Y.XmlElement).setAttribute('a', value as string)
  })
  const inner = mallory.update(a, document, client, (doc) => doc.getMap('m').set('d', new Y.Doc()))
  const empty = Uint8Array.from([1, 1, ...good.subarray(2, 10), 0, 0, 0, 0])
  const noise = [new Uint8Array(0), Uint8Array.from([255, 255, 255]), good.subarray(0, good.length - 3), Uint8Array.from([1, 0, 1, 0, 0])]
  const bad = [...noise, deep, inner, empty]
  for (const payload of bad) mallory.send(document, payload)
  deliver(a, mallory.log)
  assert.equal(text(a, document), 'hello')
  assert.equal(codes(a).DOCUMENTS_UPDATE_MALFORMED, bad.length)
  mallory.send(document, good)
  deliver(a, mallory.log)
  assert.equal(text(a, document), 'xhello')
})

test('two sections of one client are refused: Yjs would apply the last and believe the first', () => {
  const { a, document, mallory } = startNote()
  const good = mallory.update(a, document, mallory.clientId(1), (doc) => paragraph(doc).insert(0, 'x'))
  const section = good.subarray(1, good.length - 1)
  mallory.send(document, Uint8Array.from([2, ...section, ...section, 0]))
  deliver(a, mallory.log)
  assert.equal(text(a, document), 'hello')
  assert.deepEqual(codes(a), { DOCUMENTS_UPDATE_FOREIGN: 1 })
})

test('a struct that builds on itself, or on a later one of its own, is quarantined', () => {
  const { a, document, mallory } = startNote()
  const client = mallory.clientId(1)
  const craft = (field: 'origin' | 'rightOrigin' | 'parent', clock: number): Uint8Array => {
    const ids = { origin: null, rightOrigin: null, parent: null, [field]: Y.createID(client, clock) }
    const item = new Y.Item(Y.createID(client, 0), null, ids.origin, null, ids.rightOrigin, ids.parent, null, new Y.ContentString('loop'))
    const encoder = new Y.UpdateEncoderV1()
    for (const number of [1, 1, client, 0]) writeVarUint(encoder.restEncoder, number)
    item.write(encoder, 0)
    writeVarUint(encoder.restEncoder, 0)
    return encoder.toUint8Array()
  }
  for (const field of ['origin', 'rightOrigin', 'parent'] as const)
    for (const clock of [0, 3, 9]) mallory.send(document, craft(field, clock))
  deliver(a, mallory.log)
  assert.equal(text(a, document), 'hello')
  assert.deepEqual(codes(a), { DOCUMENTS_UPDATE_GAP: 9 })
})

test('an entry that names no document is quarantined', () => {
  const { a, mallory } = startNote()
  const sealed = mallory.log.forge({ kind: 'data', schema: SCHEMA, screen: 1, part: { index: 0, count: 1 }, payload: new Uint8Array(2) })
  mallory.log.accept(sealed)
  deliver(a, mallory.log)
  assert.deepEqual(codes(a), { DOCUMENTS_UPDATE_MALFORMED: 1 })
})

test('damaged and dishonest changes leave every peer with the same bytes and the same count, in any order', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const chance = createChance(seed)
    const { a, document, mallory } = startNote()
    const screen = openScreen(a, document, 1)
    for (let step = 0; step < 12; step++) {
      screen.text().insert(chance.below(screen.text().length + 1), 'abc')
      a.clock.advance(100)
      const payload = mallory.update(a, document, mallory.clientId(1 + chance.below(2)), (doc) =>
        chance.below(3) === 0 ? paragraph(doc).delete(0, 2) : paragraph(doc).insert(chance.below(4), 'M'))
      const damaged = payload.slice()
      if (chance.below(2) === 0) damaged[chance.below(damaged.length)] = chance.below(256)
      const seen = new Map([[a.log.self, 1 + chance.below(a.log.disk.length)]])
      deliver({ ...a, log: mallory.log }, a.log)
      mallory.send(document, damaged, { screen: 1 + chance.below(2), past: seen })
      if (chance.below(2) === 0) deliver(a, mallory.log)
    }
    const entries = [...a.log.disk, ...mallory.log.disk]
    const peers = ['B', 'C', 'D'].map((device) => startPeer({ device }))
    for (const peer of peers) {
      for (const sealed of shuffled(entries, chance)) peer.log.accept(sealed)
      nothingPends(peer, document)
      assert.deepEqual(codes(peer), codes(peers[0]!), `codes, seed ${seed}`)
      assert.ok(Buffer.from(peer.documents.state(document)).equals(peers[0]!.documents.state(document)), `bytes, seed ${seed}`)
    }
  }
})
