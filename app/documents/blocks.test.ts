import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { NOTE_DEPTH_MAX } from '../base/limits.ts'
import { createBlock, createCell, emptyNote, readBlocks, writeBlocks } from './blocks.ts'
import type { Block, Run } from './blocks.ts'

const run = (text: string, marks: Run['marks'] = {}): Run => ({ text, marks })
const note = (blocks: readonly Block[]) => {
  const doc = new Y.Doc()
  const fragment = doc.getXmlFragment('content')
  doc.transact(() => writeBlocks(fragment, blocks))
  return fragment
}
const tree = (doc: Y.Doc, build: (group: Y.XmlElement) => void) => {
  const fragment = doc.getXmlFragment('content')
  const group = new Y.XmlElement('blockGroup')
  fragment.insert(0, [group])
  build(group)
  return fragment
}
const container = (id: string, children: Y.XmlElement[]) => {
  const made = new Y.XmlElement('blockContainer')
  made.setAttribute('id', id)
  made.insert(0, children)
  return made
}

test('an empty note is one group with one empty paragraph, all its attributes spelled out', () => {
  const paragraph = '<paragraph backgroundColor="default" textAlignment="left" textColor="default"></paragraph>'
  assert.equal(note(emptyNote(() => 'a')).toString(), `<blockgroup><blockcontainer id="a">${paragraph}</blockcontainer></blockgroup>`)
})

test('reads back every kind of block as it was written', () => {
  const blocks = [
    createBlock('1', 'heading', { attributes: { level: 2, isToggleable: true }, content: [run('Title', { bold: true })] }),
    createBlock('2', 'numberedListItem', { attributes: { start: 5 }, content: [run('a\n\nb'), run('c', { link: 'https://a.b/', italic: true })] }),
    createBlock('3', 'checkListItem', { attributes: { checked: true }, children: [createBlock('4', 'quote', { content: [run('deep')] })] }),
    createBlock('5', 'codeBlock', { attributes: { language: 'ts' }, content: [run('let a\n\nlet b\n')] }),
    createBlock('6', 'image', { attributes: { url: 'https://a.b/c.png', caption: 'C', previewWidth: 120 } }),
    createBlock('7', 'divider'),
    createBlock('8', 'table', {
      rows: [
        [createCell(true, [run('A')], { colwidth: [120] }), createCell(true, [])],
        [createCell(false, [run('x', { code: true })]), createCell(false, [run('y\nz', { textColor: 'red', underline: true })])],
      ],
    }),
  ]
  assert.deepEqual(readBlocks(note(blocks)), blocks)
})

test('inserts at the place asked for, or after the last block', () => {
  const fragment = note([createBlock('a', 'paragraph'), createBlock('b', 'paragraph')])
  writeBlocks(fragment, [createBlock('c', 'paragraph')], 1)
  writeBlocks(fragment, [createBlock('d', 'paragraph')])
  writeBlocks(fragment, [])
  assert.deepEqual(readBlocks(fragment).map((block) => block.id), ['a', 'c', 'b', 'd'])
  assert.equal(fragment.length, 1, 'still one group')
})

test('never writes what the editor would delete or repair: unknown types, empty and ragged tables, marks in code', () => {
  const fragment = note([
    createBlock('1', 'kanban', { content: [run('kept')] }),
    createBlock('2', 'table'),
    createBlock('3', 'table', { rows: [[createCell(true, [])], [createCell(false, []), createCell(false, [])]] }),
    createBlock('4', 'codeBlock', { content: [run('x', { bold: true })] }),
    createBlock('5', 'paragraph', { content: [run('x', { bold: true, code: true }), run('y', { link: '/a', code: true })], attributes: { evil: 1 } }),
  ])
  const [unknown, empty, ragged, code, paragraph] = readBlocks(fragment)
  assert.deepEqual([unknown?.type, unknown?.content], ['paragraph', [run('kept')]])
  assert.equal(empty?.rows[0]?.length, 1)
  assert.deepEqual(ragged?.rows.map((row) => row.length), [2, 2])
  assert.deepEqual(code?.content, [run('x')])
  assert.deepEqual(paragraph?.content, [run('x', { code: true }), run('y', { link: '/a' })])
  assert.equal(paragraph?.attributes.evil, undefined)
})

test('reads what concurrent edits can leave: two contents, two groups of children, two neighbouring texts', () => {
  const fragment = tree(new Y.Doc(), (group) => {
    const [paragraph, heading] = [new Y.XmlElement('paragraph'), new Y.XmlElement('heading')]
    paragraph.insert(0, [new Y.XmlText('one '), new Y.XmlText('two')])
    const groups = ['x', 'y'].map((id) => {
      const below = new Y.XmlElement('blockGroup')
      below.insert(0, [container(id, [new Y.XmlElement('paragraph')])])
      return below
    })
    group.insert(0, [container('a', [paragraph, heading, ...groups])])
  })
  const [first, second] = readBlocks(fragment)
  assert.deepEqual(first?.content, [run('one two')])
  assert.deepEqual([second?.type, second?.children.map((child) => child.id)], ['heading', ['x', 'y']])
})

test('keeps the text of types it does not know', () => {
  const fragment = tree(new Y.Doc(), (group) => {
    const [columns, inner] = [new Y.XmlElement('columns'), new Y.XmlElement('inner')]
    inner.insert(0, [new Y.XmlText('text')])
    columns.insert(0, [inner])
    columns.setAttribute('width', 3 as unknown as string)
    group.insert(0, [container('a', [columns])])
  })
  assert.deepEqual(readBlocks(fragment), [createBlock('a', 'columns', { attributes: { width: 3 }, content: [run('text')] })])
})

test('flattens what is nested deeper than NOTE_DEPTH_MAX, in reading and in writing', () => {
  let block = createBlock('0', 'paragraph')
  for (let index = 1; index < 3 * NOTE_DEPTH_MAX; index++) block = createBlock(String(index), 'paragraph', { children: [block] })
  const depthOf = (blocks: readonly Block[]): number => blocks.reduce((deepest, one) => Math.max(deepest, 1 + depthOf(one.children)), 0)
  const countOf = (blocks: readonly Block[]): number => blocks.reduce((sum, one) => sum + 1 + countOf(one.children), 0)
  const read = readBlocks(note([block]))
  assert.deepEqual([depthOf(read), countOf(read)], [NOTE_DEPTH_MAX, 3 * NOTE_DEPTH_MAX])
})

test('reads a tree that somebody else nested deeper than NOTE_DEPTH_MAX', () => {
  const doc = new Y.Doc()
  const ids = Array.from({ length: 3 * NOTE_DEPTH_MAX }, (_, index) => String(index))
  const fragment = tree(doc, (group) => {
    let at = group
    for (const id of ids) {
      const inner = container(id, [])
      at.insert(0, [inner])
      inner.insert(0, [new Y.XmlElement('paragraph'), (at = new Y.XmlElement('blockGroup'))])
    }
  })
  const depthOf = (blocks: readonly Block[]): number => blocks.reduce((deepest, one) => Math.max(deepest, 1 + depthOf(one.children)), 0)
  assert.equal(depthOf(readBlocks(fragment)), NOTE_DEPTH_MAX)
  const idsOf = (blocks: readonly Block[]): string[] => blocks.flatMap((block) => [block.id, ...idsOf(block.children)])
  assert.deepEqual(idsOf(readBlocks(fragment)), ids)
})
