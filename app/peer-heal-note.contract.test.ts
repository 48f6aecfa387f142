import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockNoteEditor } from '@blocknote/core'
import { yXmlFragmentToBlocks } from '@blocknote/core/yjs'
import * as Y from 'yjs'
import { healNote, keepWhole } from './api/heal-note.ts'
import { createBlock, readBlocks, writeBlocks } from './documents/blocks.ts'
import type { Block } from './documents/blocks.ts'

const block = (id: string, type = 'paragraph', children: readonly Block[] = []) =>
  createBlock(id, type, { content: [{ text: `text of ${id}`, marks: { bold: true } }], children })

const noteOf = (doc: Y.Doc) => doc.getXmlFragment('content')
const outline = (doc: Y.Doc): unknown[] => {
  const of = (blocks: readonly Block[]): unknown[] => blocks.map((one) => [one.id, one.type, one.content.map((run) => run.text).join(''), ...of(one.children)])
  return of(readBlocks(noteOf(doc)))
}
const merge = (from: Y.Doc, to: Y.Doc) => Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)), 'peer')

/** Two replicas of one note. */
const pair = (...blocks: readonly Block[]) => {
  const [a, b] = [new Y.Doc(), new Y.Doc()]
  writeBlocks(noteOf(a), blocks)
  merge(a, b)
  return [a, b] as const
}
const group = (doc: Y.Doc) => noteOf(doc).get(0) as Y.XmlElement
const container = (doc: Y.Doc, index: number) => group(doc).get(index) as Y.XmlElement

/** As y-prosemirror gives a block another type: it deletes the content and inserts it anew. */
const retype = (doc: Y.Doc, index: number, type: string, text?: string) =>
  doc.transact(() => {
    const old = readBlocks(noteOf(doc))[index]!
    const scratch = new Y.Doc()
    const content = text === undefined ? old.content : [{ text, marks: {} }]
    writeBlocks(noteOf(scratch), [createBlock('', type, { content })])
    const made = ((noteOf(scratch).get(0) as Y.XmlElement).get(0) as Y.XmlElement).get(0) as Y.XmlElement
    container(doc, index).delete(0, 1)
    container(doc, index).insert(0, [copy(made)])
  })
const copy = (source: Y.XmlElement): Y.XmlElement => {
  const made = new Y.XmlElement(source.nodeName)
  for (const [key, value] of Object.entries(source.getAttributes())) made.setAttribute(key, value as string)
  const children = source.toArray() as (Y.XmlElement | Y.XmlText)[]
  made.insert(0, children.map((child) => (child instanceof Y.XmlText ? copyText(child) : copy(child))))
  return made
}
const copyText = (source: Y.XmlText): Y.XmlText => {
  const text = new Y.XmlText()
  text.applyDelta(source.toDelta() as unknown[])
  return text
}
/** As y-prosemirror indents a block: it deletes it, and inserts it in a new group below another. */
const indent = (doc: Y.Doc, index: number, under = index - 1) =>
  doc.transact(() => {
    const [moved, below] = [copy(container(doc, index)), new Y.XmlElement('blockGroup')]
    below.insert(0, [moved])
    group(doc).delete(index, 1)
    container(doc, under).push([below])
  })

// Its types do not fit exactOptionalPropertyTypes.
const editor = BlockNoteEditor.create() as never

/** Whether the editor deletes or adds something when it reads a note. */
const editorWrites = (doc: Y.Doc): boolean => {
  const before = Y.encodeStateAsUpdate(doc)
  yXmlFragmentToBlocks(editor, noteOf(doc))
  return Buffer.compare(before, Y.encodeStateAsUpdate(doc)) !== 0
}

/** Both merge and heal at once, then hear of each other's healing, until nothing is left to heal. */
const settle = (a: Y.Doc, b: Y.Doc) => {
  merge(a, b)
  merge(b, a)
  for (let round = 0; round < 5 && (healNote(noteOf(a)) || healNote(noteOf(b))); round++) {
    healNote(noteOf(b))
    merge(a, b)
    merge(b, a)
  }
  assert.equal(healNote(noteOf(a)), false)
  assert.deepEqual(Y.encodeStateAsUpdate(a), Y.encodeStateAsUpdate(b))
  assert.equal(editorWrites(a), false)
  return outline(a)
}

test('a whole note is left alone', () => {
  const [a] = pair(block('1'), block('2', 'bulletListItem', [block('3')]), createBlock('4', 'table'), createBlock('5', 'divider'))
  const before = Y.encodeStateAsUpdate(a)
  assert.equal(healNote(noteOf(a)), false)
  assert.deepEqual(Y.encodeStateAsUpdate(a), before)
  assert.equal(healNote(noteOf(new Y.Doc())), false)
})

test('the editor, left alone, deletes what two people gave two types: healing is needed', () => {
  const [a, b] = pair(block('1'), block('2'))
  retype(a, 0, 'heading')
  retype(b, 0, 'quote')
  merge(a, b)
  assert.equal(editorWrites(b), true)
  assert.deepEqual(outline(b), [['2', 'paragraph', 'text of 2']])
})

test('a block that two people gave two types keeps its text, once', () => {
  const [a, b] = pair(block('1'), block('2'))
  retype(a, 0, 'heading')
  retype(b, 0, 'quote')
  const [first, second, ...more] = settle(a, b) as [string, string, string][]
  assert.ok(['heading', 'quote'].includes(first![1]))
  assert.deepEqual([first![2], second, more], ['text of 1', ['2', 'paragraph', 'text of 2'], []])
})

test('what two people typed while they gave a block two types is all there', () => {
  const [a, b] = pair(block('1'))
  retype(a, 0, 'heading', 'typed here')
  retype(b, 0, 'image')
  const healed = settle(a, b) as [string, string, string][]
  assert.deepEqual(healed.map(([id]) => id), ['1', '1.1'])
  assert.deepEqual(new Set(healed.map(([, type, text]) => type + text)), new Set(['headingtyped here', 'image']))
})

test('a block that two people indented is there once, and its new parent is still there', () => {
  const [a, b] = pair(block('1'), block('2'), block('3'))
  indent(a, 1)
  indent(b, 1)
  assert.deepEqual(settle(a, b), [
    ['1', 'paragraph', 'text of 1', ['2', 'paragraph', 'text of 2']],
    ['3', 'paragraph', 'text of 3'],
  ])
})

test('two blocks that two people indented below one are both there', () => {
  const [a, b] = pair(block('1'), block('2'), block('3'))
  indent(a, 1, 0)
  indent(b, 2, 0)
  const [[, , , ...below], ...more] = settle(a, b) as [unknown[]]
  assert.deepEqual([below.length, more], [2, []])
  assert.deepEqual(new Set(below.map((one) => (one as string[])[2])), new Set(['text of 2', 'text of 3']))
})

test('a note whose last blocks were deleted at once still has a line to type in', () => {
  const [a, b] = pair(block('1'), block('2'))
  group(a).delete(0, 1)
  group(b).delete(1, 1)
  assert.deepEqual(settle(a, b), [['initialBlockId', 'paragraph', '']])
})

test('a block without content gives way, or keeps what is nested in it', () => {
  const [a, b] = pair(block('1', 'quote', [block('2')]), block('3'))
  container(a, 0).delete(0, 1)
  container(b, 1).delete(0, 1)
  assert.deepEqual(settle(a, b), [['1', 'paragraph', '', ['2', 'paragraph', 'text of 2']]])
})

test('no observer sees a merge broken, and the healing is an edit of its own', () => {
  const [a, b] = pair(block('1'), block('2'))
  const origins: unknown[] = []
  const seen: number[] = []
  const stop = keepWhole(noteOf(a))
  a.on('update', (_: Uint8Array, origin: unknown) => origins.push(origin))
  noteOf(a).observeDeep(() => seen.push(container(a, 0).length))
  retype(a, 0, 'heading')
  retype(b, 0, 'quote')
  seen.length = origins.length = 0
  merge(b, a)
  assert.deepEqual(origins, ['peer', null])
  assert.deepEqual(new Set(seen), new Set([1]))
  stop()
  merge(a, b)
  assert.deepEqual(outline(a), outline(b))
  retype(a, 1, 'heading')
  retype(b, 1, 'quote')
  merge(b, a)
  assert.equal(container(a, 1).length, 2, 'stopped')
})
