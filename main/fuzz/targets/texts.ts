/** What people type, paste and open: Markdown, and files of it. */
import * as Y from 'yjs'
import { toUtf8 } from '../../../app/base/codec.ts'
import { readBlocks, writeBlocks, type Block } from '../../../app/documents/blocks.ts'
import { blocksFromMarkdown, markdownFromBlocks } from '../../../app/documents/markdown.ts'
import { expectSame } from '../same.ts'
import type { Target } from '../target.types.ts'
import { texts } from '../texts.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
/** Bytes as text, as a browser would read them; 0xff becomes half a surrogate pair, which a browser may well send. */
export const asText = (input: Uint8Array): string => {
  const text = decoder.decode(input)
  return input.includes(0xff) ? text.replaceAll('\ufffd', '\ud83d') : text
}

const TOKENS = ['\n', '\n\n', '    ', '\t', '- ', '1. ', '> ', '# ', '```', '~~~', '| ', '|-|', '**', '__', '~~', '`', '[', '](', ')', '![', '<br>', '\\', '&amp;', '&#0;', 'https://', '[ ] ', '---', '[a]: b', ' "', '<', '>', '\u0000', '\u2028', '😀'].map(toUtf8)
const TEXT_BYTES_MAX = 4 * 1024

const ids = () => {
  let count = 0
  return () => `block-${count++}`
}
const read = (text: string) => blocksFromMarkdown(text, ids())

const markdownTarget = (): Target => ({
  name: 'markdown',
  samples: texts.map(toUtf8),
  tokens: TOKENS,
  lengthMax: TEXT_BYTES_MAX,
  create: () => ({
    take: (input) => {
      const once = markdownFromBlocks(read(asText(input)))
      const blocks = read(once)
      const again = markdownFromBlocks(blocks)
      // The same note may have two spellings.
      if (again !== once) expectSame(read(again), blocks)
      return undefined
    },
  }),
})

const textOf = (blocks: readonly Block[]): string =>
  blocks.map(({ content, rows, children }) => [...content, ...rows.flatMap((row) => row.flatMap((cell) => cell.content))].map(({ text }) => text).join('') + textOf(children)).join('')

/** A file of any bytes becomes a note: text, blocks, Yjs, and back. What lies deeper than a note may be is moved, and never lost. */
const importTarget = (): Target => ({
  name: 'import',
  samples: texts.map(toUtf8),
  tokens: TOKENS,
  lengthMax: TEXT_BYTES_MAX,
  create: () => ({
    take: (input) => {
      const blocks = read(Buffer.from(input).toString('utf8').toWellFormed())
      const doc = new Y.Doc({ guid: 'import' })
      doc.clientID = 1
      doc.transact(() => writeBlocks(doc.getXmlFragment('content'), blocks))
      expectSame(textOf(readBlocks(doc.getXmlFragment('content'))), textOf(blocks))
      return undefined
    },
  }),
})

export const textTargets = (): readonly Target[] => [markdownTarget(), importTarget()]
