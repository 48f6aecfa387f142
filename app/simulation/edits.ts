/** What a person does to a note in a window. */
import type * as Y from 'yjs'
import { markerText, markersIn } from './book.ts'
import type { Book } from './book.ts'
import type { Chance } from './chance.ts'
import {
  blocksOf, formatSomewhere, idOf, markersOf, newBlock, placeIn, plainText, rangeIn, replaceSomewhere, textsBelow, textsOf,
} from './note-tree.ts'
import type { EditKind } from './plan.ts'
import type { WindowNote } from './window-note.ts'

/** From two parts of a change to more than one frame of them. */
const PASTE_CHARACTERS_MIN = 70_000
const PASTE_CHARACTERS_MAX = 350_000
const BLOCKS_PASTED = 40
/** Nothing in it begins like a marker. */
const FILLER = 'lore ipsu dolor '
/** Longer texts only lose: edits stay close together, so that they meet. */
const TEXT_CHARACTERS_MAX = 1500

const CORNER_CHARACTERS_MAX = 40
const CORNER_STEPS = 3

interface Editing {
  readonly note: WindowNote
  readonly by: string
  readonly book: Book
  readonly chance: Chance
}

const words = (chance: Chance, count: number): string => Array.from({ length: count }, () => chance.pick(['a ', 'be ', 'sea ', 'deep ', 'é ', '🜁 '])).join('')

const write = ({ note, by, book }: Editing, text?: Y.XmlText): number =>
  book.write({ by, text: text && idOf(text), seen: new Set(note.everSeen) })

/** Texts for words have a marker; one without is the corner where only formatting is played with. Mostly the first: edits that never meet
 *  test nothing. */
const pickText = ({ note, chance }: Editing): Y.XmlText | undefined => {
  const texts = textsOf(note.doc).filter(note.hasMarker)
  return chance.happens(0.6) ? texts[0] : texts[chance.below(texts.length)]
}

const type = (editing: Editing): number[] => {
  const text = pickText(editing)
  if (!text) return block(editing)
  const marker = write(editing, text)
  text.insert(placeIn(plainText(text), editing.chance), markerText(marker) + words(editing.chance, editing.chance.below(4)))
  return [marker]
}

const format = (editing: Editing): number[] => {
  const text = pickText(editing)
  if (text) formatSomewhere(text, editing.chance)
  return []
}

/** Marks set and removed over a text so short that they collide: where Yjs cleans up formatting by itself. */
const rich = ({ note, chance }: Editing): number[] => {
  const isCorner = (text: Y.XmlText) => text.length > 0 && text.length <= CORNER_CHARACTERS_MAX && !note.hasMarker(text)
  const text = textsOf(note.doc).find(isCorner)
  for (let step = 0; text && step < CORNER_STEPS; step++) {
    if (chance.happens(0.7)) formatSomewhere(text, chance)
    else replaceSomewhere(text, chance)
  }
  return []
}

const remove = (editing: Editing): number[] => {
  const text = pickText(editing)
  if (!text) return []
  const before = plainText(text)
  const { at, length } = rangeIn(before, editing.chance, before.length > TEXT_CHARACTERS_MAX ? before.length / 2 : 30)
  editing.book.erase(markersIn(before.slice(at, at + length)))
  if (length > 0) text.delete(at, length)
  return []
}

const block = (editing: Editing): number[] => {
  const blocks = blocksOf(editing.note.doc)
  if (!blocks) return []
  const marker = write(editing)
  blocks.insert(editing.chance.between(0, blocks.length), [newBlock(`b${marker}`, markerText(marker))])
  return [marker]
}

const unblock = ({ note, book, chance }: Editing): number[] => {
  const blocks = blocksOf(note.doc)
  if (!blocks || blocks.length < 3) return []
  const at = chance.between(1, blocks.length - 1)
  const texts = textsBelow(blocks.get(at) as Y.XmlElement)
  // The corner stays.
  if (!texts.every(note.hasMarker)) return []
  book.erase(markersOf(texts))
  for (const text of texts) book.eraseText(idOf(text))
  blocks.delete(at, 1)
  return []
}

const paste = (editing: Editing): number[] => {
  const { note, chance } = editing
  const blocks = blocksOf(note.doc)
  if (!blocks) return []
  const length = chance.between(PASTE_CHARACTERS_MIN, PASTE_CHARACTERS_MAX)
  const count = chance.pick([1, BLOCKS_PASTED])
  const markers = Array.from({ length: count }, () => write(editing))
  const filler = FILLER.repeat(Math.ceil(length / count / FILLER.length))
  blocks.insert(blocks.length, markers.map((marker) => newBlock(`b${marker}`, markerText(marker) + filler)))
  return markers
}

const acts: Record<EditKind, (editing: Editing) => number[]> = { type, format, rich, delete: remove, block, unblock, paste }

/** One edit, as one transaction of the window. Gives the markers that it wrote. */
export const editNote = (kind: EditKind, editing: Editing): readonly number[] => {
  let markers: readonly number[] = []
  editing.note.edit(() => (markers = acts[kind](editing)))
  return markers
}
