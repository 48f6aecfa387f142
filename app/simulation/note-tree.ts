/** A note's tree as a window sees it: finding texts, and the edits that people make. */
import * as Y from 'yjs'
import { Doc } from 'yjs'
import type { Chance } from './chance.ts'
import { markerPlaces, markersIn } from './book.ts'

/** The root that the editor is bound to. */
const CONTENT = 'content'

/** Every text, in the order of the document. */
export const textsOf = (doc: Y.Doc): Y.XmlText[] => textsBelow(doc.getXmlFragment(CONTENT))

export const textsBelow = (parent: Y.XmlFragment): Y.XmlText[] => {
  const texts: Y.XmlText[] = []
  for (const child of parent.toArray()) {
    if (child instanceof Y.XmlText) texts.push(child)
    else if (child instanceof Y.XmlElement) texts.push(...textsBelow(child))
  }
  return texts
}

/** Without marks: XmlText's own toString would write them as tags. */
export const plainText = (text: Y.XmlText): string => Y.Text.prototype.toString.call(text)
export const markersOf = (texts: readonly Y.XmlText[]): number[] => texts.flatMap((text) => markersIn(plainText(text)))

/** The same on every replica. */
export const idOf = (text: Y.XmlText): string => `${text._item?.id.client}:${text._item?.id.clock}`

/** Blocks at the top level. */
export const blocksOf = (doc: Y.Doc): Y.XmlElement | undefined =>
  doc.getXmlFragment(CONTENT).toArray().find((child): child is Y.XmlElement => child instanceof Y.XmlElement && child.nodeName === 'blockGroup')

/** As the editor writes one. */
export const newBlock = (id: string, words: string): Y.XmlElement => {
  const [container, paragraph] = [new Y.XmlElement('blockContainer'), new Y.XmlElement('paragraph')]
  container.setAttribute('id', id)
  for (const [name, value] of [['backgroundColor', 'default'], ['textColor', 'default'], ['textAlignment', 'left']] as const) paragraph.setAttribute(name, value)
  if (words) paragraph.insert(0, [new Y.XmlText(words)])
  container.insert(0, [paragraph])
  return container
}

/** The next place from `at` on that is neither inside a marker nor inside a surrogate pair, which no editor cuts. */
const nextPlace = (text: string, at: number): number => {
  const inside = markerPlaces(text).find(([from, to]) => from < at && at < to)
  if (inside) return inside[1]
  return /[\udc00-\udfff]/.test(text[at] ?? '') ? at + 1 : at
}

export const placeIn = (text: string, chance: Chance): number => nextPlace(text, chance.between(0, text.length))

/** Two such places, the first at or before the second, and not far apart. */
export const rangeIn = (text: string, chance: Chance, lengthMax: number): { at: number; length: number } => {
  const at = placeIn(text, chance)
  const end = nextPlace(text, Math.min(text.length, at + chance.between(1, lengthMax)))
  return { at, length: Math.max(0, end - at) }
}

const MARKS: readonly Record<string, unknown>[] = [
  { bold: {} }, { bold: null }, { bold: null }, { italic: {} }, { italic: null }, { textColor: { stringValue: 'red' } }, { textColor: null },
]

/** Sets or removes a mark over a range. */
export const formatSomewhere = (text: Y.XmlText, chance: Chance): void => {
  const { at, length } = rangeIn(plainText(text), chance, 24)
  if (length > 0) text.format(at, length, chance.pick(MARKS))
}

/** Two characters go and two come, the length stays: only where there are no markers. */
export const replaceSomewhere = (text: Y.XmlText, chance: Chance): void => {
  const { at, length } = rangeIn(plainText(text), chance, 2)
  if (length > 0) text.delete(at, length)
  text.insert(at, 'xyz'.slice(0, length))
}

/** Everything that a person would see, marks and attributes included. */
export const shownIn = (doc: Y.Doc): string => doc.getXmlFragment(CONTENT).toString()

const inState = <T>(state: Uint8Array, read: (doc: Y.Doc) => T): T => {
  const doc = new Doc()
  Y.applyUpdate(doc, state)
  const value = read(doc)
  doc.destroy()
  return value
}

/** The same, of a document's state as the peer gives it. */
export const shownInState = (state: Uint8Array): string => inState(state, shownIn)
export const markersOfState = (state: Uint8Array): number[] => inState(state, (doc) => markersOf(textsOf(doc)))
