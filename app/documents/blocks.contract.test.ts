/** Our tree against the editor's own schema, byte for byte. The editor itself, in a browser: e2e/contract/blocknote.spec.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockNoteEditor } from '@blocknote/core'
import { blocksToYXmlFragment, yXmlFragmentToBlocks } from '@blocknote/core/yjs'
import * as Y from 'yjs'
import { blockTypes, createBlock, createCell, emptyNote, readBlocks, writeBlocks } from './blocks.ts'
import type { Block } from './blocks.ts'

// Its types do not fit exactOptionalPropertyTypes.
const editor = BlockNoteEditor.create() as never
const CLIENT_ID = 7

const ours = (blocks: readonly Block[]) => {
  const doc = new Y.Doc()
  doc.clientID = CLIENT_ID
  doc.transact(() => writeBlocks(doc.getXmlFragment('content'), blocks))
  return doc
}

/** Reads our tree with the editor's schema and writes it anew with the editor's own code. */
const theirs = (doc: Y.Doc) => {
  const again = new Y.Doc()
  again.clientID = CLIENT_ID
  again.transact(() => blocksToYXmlFragment(editor, yXmlFragmentToBlocks(editor, doc.getXmlFragment('content')), again.getXmlFragment('content')))
  return again
}

const paragraph = (id: string, content: Block['content']) => createBlock(id, 'paragraph', { content })
const cases: Record<string, readonly Block[]> = {
  'an empty note': emptyNote(() => 'first'),
  'every block type': blockTypes.map((type, index) => createBlock(String(index), type, type === 'table' ? { rows: [[createCell(true, [])]] } : {})),
  'every mark': [
    paragraph('a', [
      { text: 'plain ', marks: {} },
      { text: 'bold', marks: { bold: true } },
      { text: 'all', marks: { bold: true, italic: true, underline: true, strike: true, textColor: 'red', backgroundColor: 'blue' } },
      { text: 'code', marks: { code: true } },
      { text: 'link', marks: { italic: true, link: 'https://example.org/' } },
    ]),
  ],
  'hard breaks, also at the ends and doubled': [paragraph('a', [{ text: '\na\n\nb', marks: {} }, { text: 'c\n', marks: { bold: true } }])],
  'attributes that are not the defaults': [
    createBlock('a', 'heading', { attributes: { level: 3, textAlignment: 'center', textColor: 'red', isToggleable: true } }),
    createBlock('b', 'numberedListItem', { attributes: { start: 4 } }),
    createBlock('c', 'image', { attributes: { url: 'https://a.b/c.png', name: 'c', caption: 'C', previewWidth: 200, showPreview: false } }),
    createBlock('d', 'codeBlock', { attributes: { language: 'ts' }, content: [{ text: 'a\nb', marks: {} }] }),
  ],
  'nesting': [createBlock('a', 'bulletListItem', { children: [createBlock('b', 'checkListItem', { children: [createBlock('c', 'quote')] }), paragraph('d', [])] })],
  'a table with widths and a header row': [
    createBlock('a', 'table', {
      rows: [
        [createCell(true, [{ text: 'A', marks: {} }], { colwidth: [90] }), createCell(true, [])],
        [createCell(false, [{ text: 'x\ny', marks: {} }], { colwidth: [90] }), createCell(false, [{ text: 'b', marks: { bold: true } }])],
      ],
    }),
  ],
}

for (const [name, blocks] of Object.entries(cases)) {
  test(`writes ${name} as the editor would, byte for byte`, () => {
    const mine = ours(blocks)
    assert.deepEqual(Y.encodeStateAsUpdate(mine), Y.encodeStateAsUpdate(theirs(mine)))
    assert.deepEqual(readBlocks(mine.getXmlFragment('content')), blocks)
  })
}
