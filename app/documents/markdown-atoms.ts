import type { Marks } from './blocks.types.ts'
import { backticksAround, escapeAddress } from './markdown-escape.ts'
import { isAutolink, isBareLink } from './markdown-parser.ts'
import { longestMark } from './markdown-pieces.ts'
import type { Mark, Piece } from './markdown-pieces.ts'

export interface TextAtom {
  readonly kind: 'text'
  readonly text: string
  readonly inLabel: boolean
  /** Write the first, or the last, character as `&#x...;`. */
  encodesFirst: boolean
  encodesLast: boolean
}
/** `**`, `~~`, `*` or `_`: both ends of a pair share one. */
export interface MarkerAtom {
  readonly kind: 'open' | 'close'
  readonly pair: { marker: string }
}
/** Markdown as it is. `bare` may stand in its place between white space. */
export interface RawAtom {
  readonly kind: 'raw'
  readonly markdown: string
  readonly bare?: string | undefined
}
export type Atom = TextAtom | MarkerAtom | RawAtom

export const LINE_END = '\\\n'
const MARKERS: Readonly<Record<Exclude<Mark, 'link'>, string>> = { bold: '**', strike: '~~', italic: '*' }

/** Marks nested by extent: the one that goes on longest is the outermost.
 *  @param outside the marks around all pieces */
export const atomsOf = (pieces: readonly Piece[], outside: readonly Mark[], isOneLine: boolean): Atom[] => {
  const atoms: Atom[] = []
  for (let at = 0; at < pieces.length; ) {
    const { mark, extent } = longestMark(pieces, at, outside)
    const marked = pieces.slice(at, at + extent)
    if (!mark) atoms.push(leaf(pieces[at]!, outside.includes('link'), isOneLine))
    // A loop, not a spread: a line may have more atoms than a call has room for arguments.
    else for (const atom of markedAtoms(mark, marked, outside, isOneLine)) atoms.push(atom)
    at += Math.max(1, extent)
  }
  return atoms
}

const leaf = (piece: Piece, inLabel: boolean, isOneLine: boolean): Atom => {
  if (piece.kind !== 'text') return { kind: 'raw', markdown: isOneLine || piece.kind === 'edgeBreak' ? '<br>' : LINE_END }
  if (piece.marks.code) return { kind: 'raw', markdown: codeMarkdown(piece.text) }
  return { kind: 'text', text: piece.text, inLabel, encodesFirst: false, encodesLast: false }
}

const markedAtoms = (mark: Mark, pieces: readonly Piece[], outside: readonly Mark[], isOneLine: boolean): Atom[] => {
  const address = pieces[0]!.marks.link
  if (mark === 'link' && isItsOwnText(pieces, outside)) return [{ kind: 'raw', markdown: `<${address}>`, bare: isBareLink(address!) ? address : undefined }]
  const inner = atomsOf(pieces, [...outside, mark], isOneLine)
  if (mark === 'link') return [{ kind: 'raw', markdown: '[' }, ...inner, { kind: 'raw', markdown: `](${escapeAddress(address!)})` }]
  const pair = { marker: MARKERS[mark] }
  return [{ kind: 'open', pair }, ...inner, { kind: 'close', pair }]
}

const isItsOwnText = (pieces: readonly Piece[], outside: readonly Mark[]): boolean => {
  const { text, marks } = pieces[0]!
  const others = Object.keys(marks as Marks).filter((mark) => mark !== 'link' && !outside.includes(mark as Mark))
  return pieces.length === 1 && others.length === 0 && text === marks.link && isAutolink(text)
}

const codeMarkdown = (code: string): string => {
  const backticks = backticksAround(code, 1)
  // One space at both ends is taken off again, unless there is nothing else.
  const isPadded = /^`|`$/.test(code) || (/^ .* $/s.test(code) && /[^ ]/.test(code))
  return isPadded ? `${backticks} ${code} ${backticks}` : backticks + code + backticks
}
