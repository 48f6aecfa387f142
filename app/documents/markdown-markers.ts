/** `**`, `*`, `_` and `~~` count as marks only beside the right characters (CommonMark, "left-flanking"). Where the text has
 *  the wrong ones, they are written as `&#x...;`, which counts as punctuation. */
import type { Atom, MarkerAtom } from './markdown-atoms.ts'
import { LINE_END } from './markdown-atoms.ts'
import { isPunctuation, isSpace, isTrimmable } from './markdown-escape.ts'

/** `*` beside another marker would melt into it: italics take `_` there. */
export const chooseMarkers = (atoms: readonly Atom[]): void => {
  for (const [index, atom] of atoms.entries()) {
    const isBeside = [atoms[index - 1], atoms[index + 1]].some((other) => other !== undefined && isMarker(other))
    if (isMarker(atom) && atom.pair.marker === '*' && isBeside) atom.pair.marker = '_'
  }
}

/** White space at the ends of a line would go. */
export const encodeLineEdges = (atoms: readonly Atom[]): void => {
  for (const [index, atom] of atoms.entries()) {
    if (atom.kind !== 'text') continue
    if (isLineStart(atoms, index) && isTrimmable(firstOf(atom.text))) atom.encodesFirst = true
    if (index === atoms.length - 1 && isTrimmable(lastOf(atom.text))) atom.encodesLast = true
  }
}

export const isLineStart = (atoms: readonly Atom[], index: number): boolean => {
  const before = atoms[index - 1]
  return before === undefined || (before.kind === 'raw' && before.markdown === LINE_END)
}

/** Encoding one character can make another one wrong, on either side: go to and fro until nothing changes. */
export const encodeBesideMarkers = (atoms: readonly Atom[]): void => {
  const forth = atoms.flatMap((atom, index) => (isMarker(atom) ? [index] : []))
  const back = forth.toReversed()
  while (encodeAll(atoms, forth) || encodeAll(atoms, back)) continue
}

const encodeAll = (atoms: readonly Atom[], order: readonly number[]): boolean => {
  let hasChanged = false
  for (const index of order) hasChanged = encodeBeside(atoms, index) || hasChanged
  return hasChanged
}

/** What must hold on the inner side of a marker: no space; on the outer side: space or punctuation, if the inner one is
 *  punctuation or the marker is `_`. */
const encodeBeside = (atoms: readonly Atom[], index: number): boolean => {
  const marker = atoms[index] as MarkerAtom
  const [inner, outer] = marker.kind === 'open' ? [index + 1, index - 1] : [index - 1, index + 1]
  const innerCharacter = characterAt(atoms, inner, inner < index)
  const outerCharacter = characterAt(atoms, outer, outer < index)
  if (isSpace(innerCharacter)) return encode(atoms, inner, inner < index)
  const needsBorder = marker.pair.marker === '_' || isPunctuation(innerCharacter)
  return needsBorder && !isSpace(outerCharacter) && !isPunctuation(outerCharacter) && encode(atoms, outer, outer < index)
}

const encode = (atoms: readonly Atom[], index: number, isLast: boolean): boolean => {
  const atom = atoms[index]
  if (atom?.kind !== 'text' || (isLast ? atom.encodesLast : atom.encodesFirst)) return false
  if (isLast) atom.encodesLast = true
  else atom.encodesFirst = true
  return true
}

/** The character of an atom that stands beside a marker; beyond the ends there is space. */
const characterAt = (atoms: readonly Atom[], index: number, isLast: boolean): string => {
  const atom = atoms[index]
  if (!atom) return ' '
  if (atom.kind === 'raw') return isLast ? lastOf(atom.markdown) : firstOf(atom.markdown)
  if (atom.kind !== 'text') return atom.pair.marker[0]!
  const isOne = firstOf(atom.text) === atom.text
  if (isLast) return atom.encodesLast || (isOne && atom.encodesFirst) ? ';' : lastOf(atom.text)
  return atom.encodesFirst || (isOne && atom.encodesLast) ? '&' : firstOf(atom.text)
}

const isMarker = (atom: Atom): atom is MarkerAtom => atom.kind === 'open' || atom.kind === 'close'

export const firstOf = (text: string): string => String.fromCodePoint(text.codePointAt(0)!)
export const lastOf = (text: string): string => {
  const pair = text.length > 1 ? text.codePointAt(text.length - 2)! : 0
  return pair > 0xffff ? String.fromCodePoint(pair) : text.slice(-1)
}
