import { plainText } from './blocks-schema.ts'
import type { Block } from './blocks.types.ts'
import { backticksAround } from './markdown-escape.ts'
import { mediaTypeOf } from './markdown-links.ts'
import { inlineMarkdown, linkMarkdown } from './markdown-write-inline.ts'
import { tableMarkdown } from './markdown-write-table.ts'

const LIST_ITEMS = new Set(['bulletListItem', 'numberedListItem', 'checkListItem', 'toggleListItem'])
const MEDIA = new Set(['image', 'video', 'audio', 'file'])
const NUMBER_MAX = 999_999_999

/** A note as Markdown (CommonMark, tables, strikethrough, task lists). `blocksFromMarkdown` reads the same blocks from it,
 *  except what Markdown can't say:
 *  - underline, colours, alignment (except of whole table columns), widths, toggles: the text stays
 *  - empty paragraphs and media without address and name: left out
 *  - an empty list item or quote that begins with a paragraph: that becomes its text
 *  - blocks below others than list items and quotes: they follow on the same level
 *  - a number that starts anew inside a list
 *  - header columns, second and empty header rows, merged cells
 *  - files, and media whose address does not show their type: become links
 *  - marks beside code, code inside links, unsafe links, the language of code beyond its first word
 *  - control characters, and line ends other than '\n' in code */
export const markdownFromBlocks = (blocks: readonly Block[]): string => {
  const markdown = flowMarkdown(blocks)
  return markdown === '' ? '' : `${markdown}\n`
}

const flowMarkdown = (blocks: readonly Block[]): string => {
  let markdown = ''
  let before: Block | undefined
  let number = 0
  for (const block of flowOf(blocks)) {
    number = block.type === 'numberedListItem' ? numberOf(block, before, number) : 0
    if (before) markdown += isOneList(before, block) ? '\n' : '\n\n'
    markdown += blockMarkdown(block, number)
    before = block
  }
  return markdown
}

/** Only list items and quotes can hold other blocks; what is empty has no Markdown. */
const flowOf = (blocks: readonly Block[]): Block[] => {
  const flow: Block[] = []
  for (const block of blocks) {
    if (isContainer(block)) flow.push(block)
    else {
      if (hasMarkdown(block)) flow.push(block)
      for (const child of flowOf(block.children)) flow.push(child)
    }
  }
  return flow
}

const isContainer = (block: Block): boolean => LIST_ITEMS.has(block.type) || block.type === 'quote'
const isList = (block: Block): boolean => LIST_ITEMS.has(block.type)
const isNumbered = (block: Block): boolean => block.type === 'numberedListItem'
const isOneList = (a: Block, b: Block): boolean => isList(a) && isList(b) && isNumbered(a) === isNumbered(b)

const hasMarkdown = (block: Block): boolean => {
  if (MEDIA.has(block.type)) return text(block, 'url') + text(block, 'name') + text(block, 'caption') !== ''
  if (['heading', 'codeBlock', 'divider'].includes(block.type)) return true
  return block.type === 'table' ? block.rows.some((row) => row.length > 0) : block.content.length > 0
}

const numberOf = (block: Block, before: Block | undefined, number: number): number => {
  if (before && isNumbered(before)) return Math.min(number + 1, NUMBER_MAX)
  const start = Number(block.attributes.start ?? 1)
  return Number.isInteger(start) && start >= 0 && start <= NUMBER_MAX ? start : 1
}

const blockMarkdown = (block: Block, number: number): string => {
  if (isList(block)) return itemMarkdown(block, number)
  if (block.type === 'quote') return quoteMarkdown(block)
  if (block.type === 'heading') return `${'#'.repeat(levelOf(block))} ${inlineMarkdown(block.content, 'heading')}`.trimEnd()
  if (block.type === 'codeBlock') return fenceMarkdown(block)
  if (block.type === 'divider') return '***'
  if (block.type === 'table') return tableMarkdown(block.rows)
  return MEDIA.has(block.type) ? mediaMarkdown(block) : inlineMarkdown(block.content, 'paragraph')
}

const text = (block: Block, name: string): string => String(block.attributes[name] ?? '')
const levelOf = (block: Block): number => Math.min(6, Math.max(1, Math.trunc(Number(block.attributes.level)) || 1))
/** Every line but the first. */
const indent = (markdown: string, by: string): string => markdown.replaceAll(/\n(?=[^\n])/g, `\n${by}`)

const itemMarkdown = (item: Block, number: number): string => {
  const marker = isNumbered(item) ? `${number}. ` : '* '
  const box = item.type === 'checkListItem' ? `[${item.attributes.checked === true ? 'x' : ' '}] ` : ''
  const own = (box + inlineMarkdown(item.content, 'paragraph')).trimEnd()
  const below = flowMarkdown(item.children)
  const gap = own === '' || isTight(flowOf(item.children)[0]) ? '\n' : '\n\n'
  const whole = below === '' ? own : own + gap + below
  return (own === '' ? marker.trimEnd() : marker) + indent(whole, ' '.repeat(marker.length))
}

/** A list can follow its parent's text without an empty line, unless its first item is empty or has another number than 1. */
const isTight = (first: Block | undefined): boolean => {
  if (!first || !isList(first)) return false
  if (isNumbered(first) && numberOf(first, undefined, 0) !== 1) return false
  return first.content.length > 0 || first.type === 'checkListItem'
}

const quoteMarkdown = (quote: Block): string => {
  const parts = [inlineMarkdown(quote.content, 'paragraph'), flowMarkdown(quote.children)].filter((part) => part !== '')
  return parts
    .join('\n\n')
    .split('\n')
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n')
}

const fenceMarkdown = (block: Block): string => {
  const code = plainText(block.content)
  const backticks = backticksAround(code, 3)
  const language = (/^[^\s`]+/.exec(text(block, 'language'))?.[0] ?? 'text').replace(/[\\&]/g, '\\$&')
  return `${backticks}${language === 'text' ? '' : language}\n${code === '' ? '' : `${code}\n`}${backticks}`
}

const mediaMarkdown = (block: Block): string => {
  const [url, name, caption] = [text(block, 'url'), text(block, 'name'), text(block, 'caption')]
  if (url === '') return inlineMarkdown([{ text: [name, caption].filter(Boolean).join(' '), marks: {} }], 'paragraph')
  if (mediaTypeOf(url) !== block.type) return linkMarkdown(name || url, url, caption)
  const link = linkMarkdown(name, url, caption)
  return link.startsWith('[') ? `!${link}` : inlineMarkdown([{ text: name || caption || url, marks: {} }], 'paragraph')
}
