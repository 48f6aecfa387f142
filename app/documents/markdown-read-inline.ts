import { allowedMarks, createBlock, joinRuns } from './blocks-schema.ts'
import type { Block, Marks, NewId, Run } from './blocks.types.ts'
import { mediaTypeOf } from './markdown-links.ts'
import { attributeOf } from './markdown-parser.ts'
import type { Token } from './markdown-parser.ts'

/** A line of a note holds text only; media stand between lines. */
export type Segment = { readonly kind: 'text'; readonly runs: readonly Run[] } | { readonly kind: 'media'; readonly block: Block }

const SWITCHES: Readonly<Record<string, readonly [keyof Marks, boolean]>> = {
  strong_open: ['bold', true],
  strong_close: ['bold', false],
  em_open: ['italic', true],
  em_close: ['italic', false],
  s_open: ['strike', true],
  s_close: ['strike', false],
}

/** The text of an inline token, cut where media stand. White space around a cut goes. */
export const readSegments = (inline: Token, newId: NewId): Segment[] => {
  const segments: Segment[] = []
  let tokens: Token[] = []
  let depth = 0
  const cut = () => {
    const runs = readRuns(tokens)
    if (runs.length > 0) segments.push({ kind: 'text', runs })
    // What was switched on stays on behind the cut.
    tokens = openAt(tokens)
  }
  for (const token of inline.children ?? []) {
    if (token.type === 'link_open' || token.type === 'link_close') depth += token.nesting
    if (token.type !== 'image' || depth > 0) tokens.push(token)
    else {
      cut()
      segments.push({ kind: 'media', block: mediaBlock(token, newId) })
    }
  }
  cut()
  return segments.length > 1 ? segments.flatMap(trimmed) : segments
}

/** All text of an inline token; media become links to themselves. */
export const readText = (inline: Token): readonly Run[] => readRuns(inline.children ?? [])

const openAt = (tokens: readonly Token[]): Token[] => {
  const open: Token[] = []
  for (const token of tokens) {
    if (token.type in SWITCHES && token.nesting > 0) open.push(token)
    else if (token.type in SWITCHES) open.pop()
  }
  return open
}

const readRuns = (tokens: readonly Token[]): readonly Run[] => {
  const runs: Run[] = []
  let marks: Marks = {}
  const add = (text: string, extra: Marks = {}) => {
    if (text !== '') runs.push({ text, marks: allowedMarks({ ...marks, ...extra }) })
  }
  for (const token of tokens) {
    const change = SWITCHES[token.type]
    if (change) marks = change[1] ? { ...marks, [change[0]]: true } : without(marks, change[0])
    else if (token.type === 'link_open') marks = { ...marks, link: attributeOf(token, 'href') ?? '' }
    else if (token.type === 'link_close') marks = without(marks, 'link')
    else if (token.type === 'code_inline') add(token.content, { code: true })
    else if (token.type === 'softbreak') add(' ')
    // The editor counts a break to the text before it.
    else if (token.type === 'hardbreak') runs.push({ text: '\n', marks: runs.at(-1)?.marks ?? {} })
    else if (token.type === 'image') add(altOf(token) || addressOf(token), marks.link === undefined ? { link: addressOf(token) } : {})
    else add(token.content)
  }
  return joinRuns(runs)
}

const without = (marks: Marks, name: keyof Marks): Marks => Object.fromEntries(Object.entries(marks).filter(([key]) => key !== name))

const addressOf = (image: Token): string => attributeOf(image, 'src') ?? ''
const altOf = (image: Token): string =>
  readRuns(image.children ?? [])
    .map((run) => run.text)
    .join('')

const mediaBlock = (image: Token, newId: NewId): Block => {
  const [url, name, caption] = [addressOf(image), altOf(image), attributeOf(image, 'title') ?? '']
  return createBlock(newId(), mediaTypeOf(url), { attributes: { url, name, caption } })
}

const trimmed = (segment: Segment): Segment[] => {
  if (segment.kind === 'media') return [segment]
  const runs = [...segment.runs]
  for (let first = runs[0]; first; first = runs[0]) {
    runs[0] = { ...first, text: first.text.trimStart() }
    if (runs[0].text !== '') break
    runs.shift()
  }
  for (let last = runs.at(-1); last; last = runs.at(-1)) {
    runs[runs.length - 1] = { ...last, text: last.text.trimEnd() }
    if (runs.at(-1)!.text !== '') break
    runs.pop()
  }
  return runs.length > 0 ? [{ kind: 'text', runs }] : []
}
