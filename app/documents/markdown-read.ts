import { toUtf8 } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { MARKDOWN_BYTES_MAX } from '../base/limits.ts'
import { createBlock, createCell } from './blocks-schema.ts'
import type { Attributes, Block, NewId, Run, TableCell, TableRow } from './blocks.types.ts'
import { attributeOf, languageOf, parseMarkdown } from './markdown-parser.ts'
import type { Token } from './markdown-parser.ts'
import { readSegments, readText } from './markdown-read-inline.ts'

/** Reads Markdown (CommonMark, tables, strikethrough, task lists, bare addresses) as blocks. What is no Markdown, HTML
 *  for example, stays text; what is nested too deep stays text; unsafe links stay text.
 *  @param newId called once for each block
 *  @throws DOCUMENTS_TOO_LARGE above MARKDOWN_BYTES_MAX */
export const blocksFromMarkdown = (markdown: string, newId: NewId): Block[] => {
  if (markdown.length > MARKDOWN_BYTES_MAX || toUtf8(markdown).length > MARKDOWN_BYTES_MAX)
    throw new PeerError('DOCUMENTS_TOO_LARGE', { bytesMax: MARKDOWN_BYTES_MAX })
  return readFlow({ tokens: parseMarkdown(markdown), at: 0, newId })
}

/** A place in the flat list of tokens. */
interface Cursor {
  readonly tokens: readonly Token[]
  at: number
  readonly newId: NewId
}

const peek = (cursor: Cursor): Token | undefined => cursor.tokens[cursor.at]
const isAt = (cursor: Cursor, type: string): boolean => peek(cursor)?.type === type

/** Blocks up to the end of what encloses them; steps over that end. */
const readFlow = (cursor: Cursor): Block[] => {
  const blocks: Block[] = []
  for (let token = cursor.tokens[cursor.at++]; token && token.nesting >= 0; token = cursor.tokens[cursor.at++])
    // A loop, not a spread: a document may have more blocks than a call has room for arguments.
    for (const block of readOne(token, cursor)) blocks.push(block)
  return blocks
}

const readOne = (token: Token, cursor: Cursor): readonly Block[] => {
  const { newId } = cursor
  if (token.type === 'paragraph_open') return readParagraph(cursor)
  if (token.type === 'heading_open') return readHeading(token, cursor)
  if (token.type === 'bullet_list_open' || token.type === 'ordered_list_open') return readList(token, cursor)
  if (token.type === 'blockquote_open') return [readContainer('quote', {}, cursor)]
  if (token.type === 'table_open') return [createBlock(newId(), 'table', { rows: readTable(cursor) })]
  if (token.type === 'hr') return [createBlock(newId(), 'divider')]
  const language = token.type === 'fence' ? languageOf(token) : 'text'
  return [createBlock(newId(), 'codeBlock', { attributes: { language }, content: codeRuns(token.content.replace(/\n$/, '')) })]
}

const codeRuns = (text: string): readonly Run[] => (text === '' ? [] : [{ text, marks: {} }])

const takeInline = (cursor: Cursor): Token => {
  const inline = cursor.tokens[cursor.at]!
  cursor.at += 2
  return inline
}

const readParagraph = (cursor: Cursor): Block[] =>
  readSegments(takeInline(cursor), cursor.newId).map((segment) =>
    segment.kind === 'media' ? segment.block : createBlock(cursor.newId(), 'paragraph', { content: segment.runs }),
  )

/** Media in a heading stand below it. */
const readHeading = (token: Token, cursor: Cursor): Block[] => {
  const segments = readSegments(takeInline(cursor), cursor.newId)
  const content = segments.flatMap((segment) => (segment.kind === 'text' ? segment.runs : []))
  const media = segments.flatMap((segment) => (segment.kind === 'media' ? [segment.block] : []))
  if (content.length === 0 && media.length > 0) return media
  const level = Number(token.tag.slice(1))
  return [createBlock(cursor.newId(), 'heading', { attributes: { level }, content }), ...media]
}

const readList = (list: Token, cursor: Cursor): Block[] => {
  const items: Block[] = []
  const start = Number(attributeOf(list, 'start') ?? 1)
  for (let item = cursor.tokens[cursor.at++]; item?.type === 'list_item_open'; item = cursor.tokens[cursor.at++]) {
    const checked = (item.meta as { checked: boolean } | null)?.checked
    if (checked !== undefined) items.push(readContainer('checkListItem', { checked }, cursor))
    else if (list.type === 'bullet_list_open') items.push(readContainer('bulletListItem', {}, cursor))
    else items.push(readContainer('numberedListItem', items.length === 0 && start !== 1 ? { start } : {}, cursor))
  }
  return items
}

/** A list item or a quote: its first paragraph is its own text, all else is nested. */
const readContainer = (type: string, attributes: Attributes, cursor: Cursor): Block => {
  const id = cursor.newId()
  if (!isAt(cursor, 'paragraph_open')) return createBlock(id, type, { attributes, children: readFlow(cursor) })
  cursor.at++
  const [first, ...rest] = readParagraph(cursor)
  const content = first?.type === 'paragraph' ? first.content : []
  const before = first && first.type !== 'paragraph' ? [first, ...rest] : rest
  return createBlock(id, type, { attributes, content, children: [...before, ...readFlow(cursor)] })
}

/** A header row whose cells are all empty says that there is none: Markdown has no other way. */
const readTable = (cursor: Cursor): readonly TableRow[] => {
  const rows: TableRow[] = []
  let row: TableCell[] = []
  for (let token = cursor.tokens[cursor.at++]; token && token.type !== 'table_close'; token = cursor.tokens[cursor.at++]) {
    if (token.type === 'tr_open') row = []
    else if (token.type === 'tr_close') rows.push(row)
    else if (token.type === 'th_open' || token.type === 'td_open') row.push(readCell(token, takeInline(cursor)))
  }
  const isHeaderless = rows.length > 1 && rows[0]!.every((cell) => cell.content.length === 0)
  return isHeaderless ? rows.slice(1) : rows
}

const readCell = (token: Token, inline: Token): TableCell => {
  const textAlignment = /text-align:(\w+)/.exec(attributeOf(token, 'style') ?? '')?.[1]
  return createCell(token.type === 'th_open', readText(inline), textAlignment ? { textAlignment } : {})
}
