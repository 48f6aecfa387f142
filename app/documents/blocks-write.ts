import * as Y from 'yjs'
import { NOTE_DEPTH_MAX } from '../base/limits.ts'
import { allowedMarks, createBlock, createCell, hasText, isKnownType, joinRuns, plainText, storedAttributes, storedCellAttributes } from './blocks-schema.ts'
import type { Attributes, Block, Marks, Run, TableCell, TableRow } from './blocks.types.ts'

/** Inserts blocks at the top level of a note, within the caller's transaction, in exactly the form in which the editor would
 *  have written them: one that opens the note finds nothing to repair, and repairing is how an editor deletes.
 *  @param atIndex number of top-level blocks before them; default: after the last */
export const writeBlocks = (fragment: Y.XmlFragment, blocks: readonly Block[], atIndex?: number): void => {
  if (blocks.length === 0) return
  const containers = blocks.flatMap((block) => containersOf(block, 1))
  const group = fragment.toArray().find((child): child is Y.XmlElement => child instanceof Y.XmlElement && child.nodeName === 'blockGroup')
  if (group) group.insert(Math.min(atIndex ?? group.length, group.length), containers)
  else fragment.insert(0, [element('blockGroup', {}, containers)])
}

type Child = Y.XmlElement | Y.XmlText

const element = (name: string, attributes: Attributes, children: Child[]): Y.XmlElement => {
  const made = new Y.XmlElement(name)
  // The types of Yjs allow strings only; y-prosemirror stores numbers, booleans and lists as they are.
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as string)
  if (children.length > 0) made.insert(0, children)
  return made
}

/** Nesting beyond NOTE_DEPTH_MAX becomes flat. */
const containersOf = (block: Block, depth: number): Y.XmlElement[] => {
  const below = block.children
  if (depth >= NOTE_DEPTH_MAX) return [container(block, []), ...below.flatMap((child) => containersOf(child, depth))]
  const children = below.flatMap((child) => containersOf(child, depth + 1))
  return [container(block, children.length > 0 ? [element('blockGroup', {}, children)] : [])]
}

const container = (block: Block, group: Y.XmlElement[]): Y.XmlElement =>
  element('blockContainer', { id: block.id }, [contentOf(block), ...group])

const contentOf = (block: Block): Y.XmlElement => {
  // An editor deletes a type that it does not know: its text is worth more than its name.
  if (!isKnownType(block.type)) return contentOf(createBlock(block.id, 'paragraph', { content: block.content }))
  const children = block.type === 'table' ? rectangle(block.rows).map(rowElement) : textOf(block)
  return element(block.type, storedAttributes(block.type, block.attributes), children)
}

const textOf = (block: Block): Child[] => {
  if (!hasText(block.type)) return []
  if (block.type !== 'codeBlock') return runElements(block.content)
  const text = plainText(block.content)
  return text === '' ? [] : [textElement([{ text, marks: {} }])]
}

/** Text between hard breaks: one Y.XmlText each, as the editor would join two neighbours and so write on opening. */
const runElements = (runs: readonly Run[]): Child[] => {
  const children: Child[] = []
  let line: Run[] = []
  const endLine = () => {
    if (line.length > 0) children.push(textElement(line))
    line = []
  }
  for (const run of runs)
    for (const [index, text] of run.text.split('\n').entries()) {
      if (index > 0) {
        endLine()
        children.push(element('hardBreak', {}, []))
      }
      if (text !== '') line.push({ text, marks: allowedMarks(run.marks) })
    }
  endLine()
  return children
}

const textElement = (runs: readonly Run[]): Y.XmlText => {
  const text = new Y.XmlText()
  text.applyDelta(joinRuns(runs).map((run) => ({ insert: run.text, attributes: storedMarks(run.marks) })))
  return text
}

const storedMarks = (marks: Marks): Record<string, unknown> => {
  const stored: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(marks))
    stored[name] = name === 'link' ? { href: value } : value === true ? {} : { stringValue: value }
  return stored
}

const rowElement = (row: TableRow): Y.XmlElement => element('tableRow', {}, row.map(cellElement))

const cellElement = (cell: TableCell): Y.XmlElement =>
  element(cell.isHeader ? 'tableHeader' : 'tableCell', storedCellAttributes(cell.attributes), [
    element('tableParagraph', {}, runElements(cell.content)),
  ])

/** The editor repairs a ragged table and deletes an empty one. Tables with merged cells are left as they are. */
const rectangle = (rows: readonly TableRow[]): readonly TableRow[] => {
  const isMerged = rows.some((row) => row.some((cell) => cell.attributes.colspan !== 1 || cell.attributes.rowspan !== 1))
  if (isMerged) return rows
  const width = rows.reduce((widest, row) => Math.max(widest, row.length), 1)
  const given = rows.length > 0 ? rows : [[]]
  return given.map((row) => [...row, ...Array.from({ length: width - row.length }, () => createCell(false, []))])
}
