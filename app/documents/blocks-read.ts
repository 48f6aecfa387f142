import * as Y from 'yjs'
import { NOTE_DEPTH_MAX } from '../base/limits.ts'
import { completeAttributes, createBlock, createCell, hasText, isKnownType, joinRuns, markNames } from './blocks-schema.ts'
import type { Block, Marks, Run, TableRow } from './blocks.types.ts'

/** The blocks of a note. Whatever concurrent edits made of the tree is read without loss: several contents in one
 *  container become neighbours, several groups of children become one, nesting beyond NOTE_DEPTH_MAX becomes flat.
 *  @param fragment the root: `<blockGroup><blockContainer id><paragraph/><blockGroup/>...` */
export const readBlocks = (fragment: Y.XmlFragment): Block[] => elementsOf(fragment).flatMap((group) => readGroup(group, 1))

const elementsOf = (parent: Y.XmlFragment): Y.XmlElement[] =>
  parent.toArray().filter((child): child is Y.XmlElement => child instanceof Y.XmlElement)

const readGroup = (group: Y.XmlElement, depth: number): Block[] =>
  elementsOf(group).flatMap((container) => readContainer(container, depth))

const readContainer = (container: Y.XmlElement, depth: number): Block[] => {
  const parts = elementsOf(container)
  const id = String(container.getAttribute('id') ?? '')
  const contents = parts.filter((part) => part.nodeName !== 'blockGroup')
  const groups = parts.filter((part) => part.nodeName === 'blockGroup')
  const blocks = contents.map((content, index) => readContent(index === 0 ? id : `${id}.${index}`, content))
  if (depth >= NOTE_DEPTH_MAX) return [...blocks, ...flattened(groups)]
  const children = groups.flatMap((group) => readGroup(group, depth + 1))
  const last = blocks.pop()
  return last ? [...blocks, { ...last, children }] : children
}

/** Everything below, in order, on one level and without recursion: a hostile member can nest deeper than the stack. */
const flattened = (groups: readonly Y.XmlElement[]): Block[] => {
  const blocks: Block[] = []
  const left = [...groups].reverse()
  for (let element = left.pop(); element; element = left.pop()) {
    if (element.nodeName === 'blockGroup' || element.nodeName === 'blockContainer') left.push(...elementsOf(element).reverse())
    else blocks.push(readContent(String((element.parent as Y.XmlElement).getAttribute('id') ?? ''), element))
  }
  return blocks
}

const readContent = (id: string, element: Y.XmlElement): Block => {
  const type = element.nodeName
  const attributes = completeAttributes(type, element.getAttributes() as Record<string, unknown>)
  if (type === 'table') return createBlock(id, type, { attributes, rows: elementsOf(element).map(readRow) })
  if (isKnownType(type) && !hasText(type)) return createBlock(id, type, { attributes })
  return createBlock(id, type, { attributes, content: readRuns(element) })
}

const readRow = (row: Y.XmlElement): TableRow =>
  elementsOf(row).map((cell) =>
    createCell(cell.nodeName === 'tableHeader', readCellRuns(cell), cell.getAttributes() as Record<string, unknown>),
  )

/** Merged cells hold several paragraphs: the editor shows them as lines of one. */
const readCellRuns = (cell: Y.XmlElement): readonly Run[] =>
  joinRuns(
    elementsOf(cell).flatMap((paragraph, index) => {
      const runs = readRuns(paragraph)
      return index === 0 || runs.length === 0 ? runs : [{ text: '\n', marks: runs[0]!.marks }, ...runs]
    }),
  )

const readRuns = (element: Y.XmlElement): readonly Run[] => {
  const runs: Run[] = []
  for (const child of element.toArray()) {
    if (child instanceof Y.XmlText) runs.push(...readText(child))
    else if (child instanceof Y.XmlElement && child.nodeName === 'hardBreak') runs.push({ text: '\n', marks: runs.at(-1)?.marks ?? {} })
    else if (child instanceof Y.XmlElement) runs.push({ text: textBelow(child), marks: {} })
  }
  return joinRuns(runs)
}

const readText = (text: Y.XmlText): Run[] =>
  (text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[])
    .filter((part) => typeof part.insert === 'string')
    .map((part) => ({ text: part.insert as string, marks: readMarks(part.attributes ?? {}) }))

/** y-prosemirror stores a mark as `{ name: attributes of the mark }`. Marks that we don't know (comments) are not part of the text. */
const readMarks = (stored: Record<string, unknown>): Marks => {
  const marks: Record<string, unknown> = {}
  for (const name of markNames) {
    const value = stored[name] as { href?: unknown; stringValue?: unknown } | undefined | null
    if (value === undefined || value === null) continue
    if (name === 'link') marks.link = String(value.href ?? '')
    else if (name === 'textColor' || name === 'backgroundColor') marks[name] = String(value.stringValue ?? 'default')
    else marks[name] = true
  }
  return marks as Marks
}

/** The text of something unknown inside a line, without recursion. */
const textBelow = (element: Y.XmlElement): string => {
  let text = ''
  const left: unknown[] = [element]
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node instanceof Y.XmlText) for (const part of node.toDelta() as { insert: unknown }[]) text += typeof part.insert === 'string' ? part.insert : ''
    else if (node instanceof Y.XmlElement) left.push(...node.toArray().reverse())
  }
  return text
}
