import type { Run } from './blocks.types.ts'
import { atomsOf } from './markdown-atoms.ts'
import type { Atom, TextAtom } from './markdown-atoms.ts'
import { encodeCharacter, escapeAddress, escapeText, isSpace, titleMarkdown } from './markdown-escape.ts'
import { isSafeLink } from './markdown-links.ts'
import { chooseMarkers, encodeBesideMarkers, encodeLineEdges, firstOf, isLineStart, lastOf } from './markdown-markers.ts'
import { piecesOf } from './markdown-pieces.ts'

/** A heading and a cell are one line of Markdown: theirs break with `<br>`. */
export type Place = 'paragraph' | 'heading' | 'cell'

/** Runs as Markdown that reads back as the same runs. */
export const inlineMarkdown = (runs: readonly Run[], place: Place): string => {
  const atoms = atomsOf(piecesOf(runs), [], place !== 'paragraph')
  chooseMarkers(atoms)
  encodeLineEdges(atoms)
  encodeBesideMarkers(atoms)
  const markdown = atoms.map((_, index) => render(atoms, index, place)).join('')
  // `# a #` would lose its last character.
  return place === 'heading' ? markdown.replace(/#$/, '\\#') : markdown
}

/** `[text](address "title")`, or only the text when the address is unsafe. */
export const linkMarkdown = (text: string, address: string, title: string): string => {
  if (!isSafeLink(address)) return inlineMarkdown([{ text, marks: {} }], 'paragraph')
  const label = escapeText(text.replace(/\s*\n\s*/g, ' '), { startsLine: false, inLabel: true, inCell: false })
  return `[${label}](${escapeAddress(address)}${titleMarkdown(title)})`
}

const render = (atoms: readonly Atom[], index: number, place: Place): string => {
  const atom = atoms[index]!
  if (atom.kind === 'text') return renderText(atom, atoms, index, place)
  if (atom.kind !== 'raw') return atom.pair.marker
  if (atom.bare !== undefined && isFree(atoms, index)) return atom.bare
  return place === 'cell' ? atom.markdown.replace(/\|/g, '\\|') : atom.markdown
}

/** Between white space, or the ends. */
const isFree = (atoms: readonly Atom[], index: number): boolean => {
  const [before, after] = [atoms[index - 1], atoms[index + 1]]
  const isFreeBefore = before === undefined || (before.kind === 'text' && !before.encodesLast && isSpace(lastOf(before.text)))
  return isFreeBefore && (after === undefined || (after.kind === 'text' && !isEncodedFirst(after) && isSpace(firstOf(after.text))))
}

const isEncodedFirst = (atom: TextAtom): boolean => atom.encodesFirst || (atom.encodesLast && firstOf(atom.text) === atom.text)

const renderText = (atom: TextAtom, atoms: readonly Atom[], index: number, place: Place): string => {
  let [head, body, tail] = ['', atom.text, '']
  if (isEncodedFirst(atom)) {
    head = encodeCharacter(firstOf(body))
    body = body.slice(firstOf(body).length)
  }
  if (atom.encodesLast && body !== '') {
    tail = encodeCharacter(lastOf(body))
    body = body.slice(0, body.length - lastOf(body).length)
  }
  const startsLine = place === 'paragraph' && head === '' && isLineStart(atoms, index)
  const escaped = escapeText(body, { startsLine, inLabel: atom.inLabel, inCell: place === 'cell' })
  const next = atoms[index + 1]
  // `![` would begin an image.
  const isBeforeLink = tail === '' && next?.kind === 'raw' && next.markdown === '['
  return head + (isBeforeLink ? escaped.replace(/!$/, '\\!') : escaped) + tail
}
