/** The one file through which markdown-it enters: CommonMark, tables, strikethrough, task lists, bare addresses.
 *  @see docs/decisions/0014-markdown.md */
import MarkdownIt from 'markdown-it'
import type { Token } from 'markdown-it'
import { NOTE_DEPTH_MAX } from '../base/limits.ts'
import { isSafeLink } from './markdown-links.ts'

export type { Token }

const LEVELS_PER_LIST_ITEM = 2
const LEVEL_MAX = LEVELS_PER_LIST_ITEM * NOTE_DEPTH_MAX
const TASK = /^\[([ xX])\](?:[ \t]+|$)/
const LINE_BREAK = /<br[ \t]*\/?>/iy

const parser = new MarkdownIt({ html: false, linkify: true })

// The library's own limit drops what is nested deeper. Ours, below, is reached first and keeps it as text.
parser.set({ maxNesting: 2 * LEVEL_MAX })
const paragraph = parser.block.ruler.getRules('').at(-1)!
parser.block.ruler.before('blockquote', 'deep', (state, start, end, silent) => {
  return !silent && state.level >= LEVEL_MAX && paragraph(state, start, end, false)
})

// Addresses stay as written, character by character, and unsafe ones stay text.
parser.normalizeLink = (address) => address
parser.normalizeLinkText = (address) => address
parser.validateLink = isSafeLink
// Only whole addresses become links by themselves: `README.md` is no host in Moldova.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })
parser.linkify.add('ftp:', null).add('//', null)

/** `<br>` is how a line breaks in a table cell. All other HTML is text. */
parser.inline.ruler.before('autolink', 'br', (state, silent) => {
  LINE_BREAK.lastIndex = state.pos
  const found = LINE_BREAK.exec(state.src)
  if (!found) return false
  if (!silent) state.push('hardbreak', 'br', 0)
  state.pos += found[0].length
  return true
})

/** `[ ]` at the start of a list item; told apart from an escaped `\[ ]` before escapes are resolved. */
parser.core.ruler.before('inline', 'tasks', ({ tokens }) => {
  for (const [index, token] of tokens.entries()) {
    const [item, inline] = [token, tokens[index + 2]]
    if (item.type !== 'list_item_open' || tokens[index + 1]?.type !== 'paragraph_open' || inline?.type !== 'inline') continue
    const found = TASK.exec(inline.content)
    if (!found) continue
    item.meta = { checked: found[1] !== ' ' }
    inline.content = inline.content.slice(found[0].length)
  }
})

/** Flat tokens, in order, as markdown-it describes them. Linear in the text's length, up to the nesting limit as a factor. */
export const parseMarkdown = (markdown: string): Token[] => parser.parse(markdown, {})

/** An attribute as text, or undefined. */
export const attributeOf = (token: Token, name: string): string | undefined => token.attrGet(name)?.toString()

/** The language of a fenced code block: its first word. */
export const languageOf = (token: Token): string => parser.utils.unescapeAll(token.info).trim().split(/\s+/)[0] || 'text'

/** True when `<text>` is a link to itself. */
export const isAutolink = (text: string): boolean => /^[a-z][a-z0-9+.-]{1,31}:[^<>\u0000-\u0020]*$/i.test(text)

/** True when a text, alone between spaces, is read as a link to itself. */
export const isBareLink = (text: string): boolean => {
  const found = /^https?:\/\//i.test(text) ? parser.linkify.match(text) : null
  return found?.length === 1 && found[0]!.index === 0 && found[0]!.lastIndex === text.length && !/[*_~`\\<>[\]&|]|#$/.test(text)
}
