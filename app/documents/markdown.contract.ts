/** Our half of the contract with the editor, as a program: reads one question as JSON from standard input, writes the answer as JSON.
 *  `{"kind":"corpus"}`: every case, as we write it. `{"kind":"read","updates":[...]}`: notes that the editor wrote, as we read them. */
import { text } from 'node:stream/consumers'
import * as Y from 'yjs'
import { readBlocks, writeBlocks } from './blocks.ts'
import type { Block, Run } from './blocks.ts'
import { noteCases, textCases } from './markdown-corpus.fixture.ts'
import { blocksFromMarkdown, markdownFromBlocks } from './markdown.ts'

const toBase64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

const ids = () => {
  let count = 0
  return () => `block-${count++}`
}

const stateOf = (blocks: readonly Block[]): string => {
  const doc = new Y.Doc()
  doc.transact(() => writeBlocks(doc.getXmlFragment('content'), blocks))
  return toBase64(Y.encodeStateAsUpdate(doc))
}

const blocksOf = (update: string): Block[] => {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, Buffer.from(update, 'base64'))
  return readBlocks(doc.getXmlFragment('content'))
}

/** Runs in BlockNote's form: links hold their own runs. */
const inline = (runs: readonly Run[]): unknown[] => {
  const list: unknown[] = []
  let link: { href: string; content: unknown[] } | undefined
  for (const { text: words, marks } of runs) {
    const { link: href, ...styles } = marks
    const run = { type: 'text', text: words, styles }
    if (href === undefined) list.push(run)
    else if (link?.href === href && list.at(-1) === link) link.content.push(run)
    else {
      const made = { type: 'link', href, content: [run] as unknown[] }
      link = made
      list.push(made)
    }
  }
  return list
}

const table = ({ rows }: Block): unknown => {
  const headerRows = rows.filter((row) => row.every((cell) => cell.isHeader)).length
  const headerCols = (rows[0] ?? []).filter((_, column) => rows.every((row) => row[column]?.isHeader)).length
  return {
    type: 'tableContent',
    columnWidths: (rows[0] ?? []).flatMap(({ attributes: { colwidth, colspan } }) => colwidth ?? Array(Number(colspan)).fill(null)),
    ...(headerRows > 0 && { headerRows }),
    ...(headerCols > 0 && { headerCols }),
    rows: rows.map((row) => ({
      cells: row.map(({ content, attributes }) => {
        const { colwidth: _, ...props } = attributes
        return { type: 'tableCell', content: inline(content), props }
      }),
    })),
  }
}

const WITHOUT_CONTENT = new Set(['image', 'video', 'audio', 'file', 'divider'])

/** Blocks as BlockNote's API gives them, as JSON leaves them. */
const asEditor = (blocks: readonly Block[]): unknown[] =>
  blocks.map((block) => ({
    id: block.id,
    type: block.type,
    props: block.attributes,
    ...(!WITHOUT_CONTENT.has(block.type) && { content: block.type === 'table' ? table(block) : inline(block.content) }),
    children: asEditor(block.children),
  }))

const answer = (blocks: readonly Block[]) => ({ blocks: asEditor(blocks), markdown: markdownFromBlocks(blocks) })

const corpus = () => ({
  notes: noteCases(ids()).map(({ name, blocks, differs = null }) => ({ name, differs, update: stateOf(blocks), ...answer(blocks) })),
  texts: textCases.map(({ name, text: markdown, differs = null }) => {
    const blocks = blocksFromMarkdown(markdown, ids())
    return { name, differs, text: markdown, update: stateOf(blocks), ...answer(blocks) }
  }),
})

const question = JSON.parse(await text(process.stdin)) as { kind: 'corpus' } | { kind: 'read'; updates: string[] }
console.log(JSON.stringify(question.kind === 'corpus' ? corpus() : question.updates.map((update) => answer(blocksOf(update)))))
