import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { renameStructs } from './rename-structs.ts'

const [OLD, NEW, OTHER] = [2 ** 52 + 11, 2 ** 51 + 7, 2 ** 50 + 3]

const docOf = (client: number, state?: Uint8Array): Y.Doc => {
  const doc = new Y.Doc()
  doc.clientID = client
  if (state) Y.applyUpdate(doc, state)
  return doc
}

const chanceOf = (seed: number) => {
  let state = seed
  return (limit: number) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % limit
}

const texts = (parent: Y.XmlFragment): Y.XmlText[] =>
  parent.toArray().flatMap((child) => (child instanceof Y.XmlText ? [child] : child instanceof Y.XmlElement ? texts(child) : []))

const paragraph = (text: string): Y.XmlElement => {
  const element = new Y.XmlElement('paragraph')
  element.setAttribute('id', text)
  element.insert(0, [new Y.XmlText(text)])
  return element
}

const edit = (doc: Y.Doc, below: (limit: number) => number): void => {
  const fragment = doc.getXmlFragment('content')
  const all = texts(fragment)
  const text = all[below(Math.max(1, all.length))]
  const at = text ? below(text.length + 1) : 0
  const length = text ? Math.min(text.length - at, 1 + below(4)) : 0
  const kinds = [
    () => text?.insert(at, 'abc'.slice(below(3))),
    () => text?.insert(at, 'x', { bold: true }),
    () => length > 0 && text?.delete(at, length),
    () => length > 0 && text?.format(at, length, { italic: below(2) === 0 ? {} : null }),
    () => fragment.insert(below(fragment.length + 1), [paragraph('p' + below(9))]),
    () => fragment.length > 1 && fragment.delete(below(fragment.length), 1),
    () => text?.parent instanceof Y.XmlElement && text.parent.setAttribute('id', 'n' + below(9)),
  ]
  doc.transact(() => kinds[below(kinds.length)]?.())
}

/** What a host checks: structs of one client only, from its clock on, and nothing missing. */
const accept = (host: Y.Doc, update: Uint8Array): void => {
  const { structs } = Y.decodeUpdate(update)
  assert.ok(structs.every((struct) => struct.id.client === NEW && !(struct instanceof Y.Skip)))
  assert.equal(structs[0]?.id.clock ?? 0, 0)
  Y.applyUpdate(host, update)
  assert.equal(host.store.pendingStructs, null)
  assert.equal(host.store.pendingDs, null)
}

const moved = (screen: Y.Doc, host: Y.Doc): Uint8Array => {
  const vector = Y.encodeStateVector(host)
  return renameStructs(Y.encodeStateAsUpdate(screen, vector), OLD, Y.getState(host.store, OLD), NEW)
}

test('a host that lost the last edits of a screen shows exactly what the screen showed', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const below = chanceOf(seed)
    const screen = docOf(OLD)
    screen.getXmlFragment('content').insert(0, [paragraph('first')])
    for (let step = 0; step < below(20); step++) edit(screen, below)
    const host = docOf(1, Y.encodeStateAsUpdate(screen))
    const other = docOf(OTHER, Y.encodeStateAsUpdate(host))
    for (let step = 0; step < below(10); step++) edit(other, below)
    for (const doc of [screen, host]) Y.applyUpdate(doc, Y.encodeStateAsUpdate(other))
    for (let step = 0; step < below(30); step++) edit(screen, below)
    const shown = screen.getXmlFragment('content').toString()
    accept(host, moved(screen, host))
    assert.equal(host.getXmlFragment('content').toString(), shown, `seed ${seed}`)
  }
})

test('edits made beside those of another are all there, though perhaps in another order', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const below = chanceOf(seed)
    const screen = docOf(OLD)
    screen.getXmlFragment('content').insert(0, [paragraph('first')])
    const host = docOf(1, Y.encodeStateAsUpdate(screen))
    const other = docOf(OTHER, Y.encodeStateAsUpdate(screen))
    for (let step = 0; step < 8; step++) edit(below(2) === 0 ? screen : other, below)
    for (const doc of [screen, host]) Y.applyUpdate(doc, Y.encodeStateAsUpdate(other))
    for (let step = 0; step < 8; step++) edit(screen, below)
    const characters = (doc: Y.Doc) => [...texts(doc.getXmlFragment('content')).flatMap((text) => (text.toDelta() as { insert: string }[]).map(({ insert }) => insert)).join('')].sort().join('')
    const shown = characters(screen)
    accept(host, moved(screen, host))
    assert.equal(characters(host), shown, `seed ${seed}`)
  }
})

test('a struct of which the host has the beginning is cut where the host ends', () => {
  const screen = docOf(OLD)
  screen.getText('t').insert(0, 'hello')
  const host = docOf(1, Y.encodeStateAsUpdate(screen))
  screen.getText('t').insert(5, ' world')
  const whole = Y.encodeStateAsUpdate(screen)
  accept(host, renameStructs(whole, OLD, 5, NEW))
  assert.equal(host.getText('t').toString(), 'hello world')
  assert.equal(Y.getState(host.store, OLD), 5)
  assert.equal(Y.getState(host.store, NEW), 6)
})

test('deletes of what was saved and of what was not stay deletes', () => {
  const screen = docOf(OLD)
  screen.getText('t').insert(0, 'abcdef')
  const host = docOf(1, Y.encodeStateAsUpdate(screen))
  screen.getText('t').insert(6, 'ghi')
  screen.getText('t').delete(4, 4)
  accept(host, moved(screen, host))
  assert.equal(host.getText('t').toString(), 'abcdi')
})

test('a screen with nothing unsaved gives an update that changes nothing', () => {
  const screen = docOf(OLD)
  screen.getText('t').insert(0, 'abc')
  const host = docOf(1, Y.encodeStateAsUpdate(screen))
  const before = Y.encodeStateAsUpdate(host)
  accept(host, moved(screen, host))
  assert.deepEqual(Y.encodeStateAsUpdate(host), before)
})
