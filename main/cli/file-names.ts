/** Names for exported notes that every file system takes, the same for equal workspaces. */
import type { DocumentView } from '../../app/api/views.ts'

const NAME_BYTES_MAX = 120
const ID_DIGITS = 8
/** Names that Windows keeps for devices. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i

const cut = (text: string): string => {
  let kept = ''
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > NAME_BYTES_MAX) break
    kept += character
  }
  return kept
}

/** A title as the stem of a file name. */
export const stemOf = (title: string): string => {
  const plain = title.normalize('NFC').replace(/[\u0000-\u001f\u007f-\u009f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
  const stem = cut(plain.replace(/\s+/g, ' ').replace(/^[\s.-]+/, '')).replace(/[\s.]+$/, '')
  if (stem === '') return 'Untitled'
  return RESERVED.test(stem) ? `${stem}_` : stem
}

/** File name by document. Titles that some file system could take for the same get the beginning of their id, all of them,
 *  so that a name depends on the set of notes and not on their order. */
export const fileNames = (documents: readonly DocumentView[]): ReadonlyMap<string, string> => {
  const fold = (title: string) => stemOf(title).normalize('NFKC').toLowerCase()
  const counts = new Map<string, number>()
  for (const { title } of documents) counts.set(fold(title), (counts.get(fold(title)) ?? 0) + 1)
  const isAlone = (title: string) => counts.get(fold(title)) === 1 && !/\([0-9a-f]{8}\)$/.test(stemOf(title))
  return new Map(documents.map(({ document, title }) => [document, `${stemOf(title)}${isAlone(title) ? '' : ` (${document.slice(0, ID_DIGITS)})`}.md`]))
}
