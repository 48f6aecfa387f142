import type { Marks, Run } from './blocks.types.ts'
import { isSafeLink } from './markdown-links.ts'

/** Marks that Markdown nests. Code is a leaf. */
export type Mark = 'link' | 'bold' | 'strike' | 'italic'
const NESTABLE: readonly Mark[] = ['link', 'bold', 'strike', 'italic']

/** A line break, or text of one line, with only the marks that Markdown has. */
export interface Piece {
  readonly kind: 'text' | 'break' | 'edgeBreak'
  readonly text: string
  readonly marks: Marks
}

/** Underline and colours have no Markdown: their text stays. */
export const piecesOf = (runs: readonly Run[]): readonly Piece[] => {
  const pieces: Piece[] = []
  for (const run of runs)
    for (const [index, text] of run.text.split('\n').entries()) {
      if (index > 0) pieces.push({ kind: 'break', text: '\n', marks: {} })
      if (text === '') continue
      const last = pieces.at(-1)
      const marks = expressible(run.marks)
      if (last?.kind === 'text' && isSame(last.marks, marks)) pieces[pieces.length - 1] = { ...last, text: last.text + text }
      else pieces.push({ kind: 'text', text, marks })
    }
  return withMarkedBreaks(pieces)
}

/** Code stands alone, but a link is worth more than its look. Unsafe links are text. */
const expressible = ({ bold, italic, strike, code, link }: Marks): Marks => {
  const isLink = link !== undefined && isSafeLink(link)
  if (code && !isLink) return { code }
  return { ...(bold && { bold }), ...(italic && { italic }), ...(strike && { strike }), ...(isLink && { link }) }
}

const isSame = (a: Marks, b: Marks): boolean => a.code === b.code && NESTABLE.every((mark) => a[mark] === b[mark])

/** Marks on both sides of a break go on across it; a mark never begins or ends with one. Breaks before or after all text are told apart. */
const withMarkedBreaks = (pieces: readonly Piece[]): readonly Piece[] => {
  const after: (Marks | undefined)[] = []
  let next: Marks | undefined
  for (let index = pieces.length - 1; index >= 0; index--) {
    after[index] = next
    if (pieces[index]!.kind === 'text') next = pieces[index]!.marks
  }
  let before: Marks | undefined
  return pieces.map((piece, index) => {
    const following = after[index]
    if (piece.kind === 'text') before = piece.marks
    if (piece.kind === 'text') return piece
    return before && following ? { ...piece, marks: common(before, following) } : { ...piece, kind: 'edgeBreak' }
  })
}

const common = (a: Marks, b: Marks): Marks =>
  Object.fromEntries(NESTABLE.filter((mark) => a[mark] !== undefined && a[mark] === b[mark]).map((mark) => [mark, a[mark]]))

/** The mark that goes on longest from `at` on, except those `outside`, and how many pieces it spans. */
export const longestMark = (pieces: readonly Piece[], at: number, outside: readonly Mark[]): { mark: Mark | undefined; extent: number } => {
  let [mark, extent]: [Mark | undefined, number] = [undefined, 0]
  for (const candidate of NESTABLE) {
    const length = outside.includes(candidate) ? 0 : extentOf(pieces, at, candidate)
    if (length > extent) [mark, extent] = [candidate, length]
  }
  return { mark, extent }
}

/** How many pieces from `at` on share the value which that one has for `mark`. */
const extentOf = (pieces: readonly Piece[], at: number, mark: Mark): number => {
  const value = pieces[at]!.marks[mark]
  if (value === undefined) return 0
  let end = at
  while (end < pieces.length && pieces[end]!.marks[mark] === value) end++
  return end - at
}
