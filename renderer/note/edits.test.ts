import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { ALL_SAVED, hasUnsaved, stepEdits, type Edits, type EditsMessage } from './edits.ts'

const run = (messages: readonly EditsMessage[], from: Edits = ALL_SAVED) => {
  const sent: Uint8Array[] = []
  const edits = messages.reduce((current, message) => {
    const step = stepEdits(current, message)
    if (step.send !== undefined) sent.push(step.send)
    return step.edits
  }, from)
  return { edits, sent }
}

const typing = (text: string) => {
  const doc = new Y.Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  for (const character of text) doc.getText('t').insert(doc.getText('t').length, character)
  return updates.map((update): EditsMessage => ({ kind: 'typed', update }))
}

test('the first edit goes at once, and what is typed meanwhile goes together after it is confirmed', () => {
  const { edits, sent } = run([...typing('hello'), { kind: 'confirmed' }])
  assert.equal(sent.length, 2)
  assert.equal(hasUnsaved(edits), true)
  const doc = new Y.Doc()
  for (const update of sent) Y.applyUpdate(doc, update)
  assert.equal(doc.getText('t').toString(), 'hello')
  assert.deepEqual(run([{ kind: 'confirmed' }], edits).edits, ALL_SAVED)
})

test('an edit that was sent but not confirmed is unsaved', () => {
  assert.equal(hasUnsaved(run(typing('a')).edits), true)
})

test('after a refusal nothing is sent, and everything counts as unsaved until the note is attached again', () => {
  const [first, second, third] = typing('abc') as [EditsMessage, EditsMessage, EditsMessage]
  const { edits, sent } = run([first, second, { kind: 'refused', code: 'STORE_FULL' }, third])
  assert.equal(sent.length, 1)
  assert.deepEqual(edits, { kind: 'kept', code: 'STORE_FULL', hasEdits: true })
  assert.deepEqual(run([{ kind: 'attached' }], edits).edits, ALL_SAVED)
})

test('a late confirmation of an edit from before the refusal changes nothing', () => {
  const { edits } = run([...typing('ab'), { kind: 'refused', code: 'API_CHANNEL_CLOSED' }, { kind: 'confirmed' }])
  assert.equal(hasUnsaved(edits), true)
})

test('losing the connection with everything saved leaves nothing unsaved, and the next key does', () => {
  const lost = run([{ kind: 'refused', code: 'API_CHANNEL_CLOSED' }]).edits
  assert.equal(hasUnsaved(lost), false)
  assert.equal(hasUnsaved(run(typing('a'), lost).edits), true)
})
