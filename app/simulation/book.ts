/** What the people of the simulation know, kept apart from the program: every edit has a marker that is looked for afterwards. */

export interface Written {
  readonly marker: number
  /** Whose window. */
  readonly by: string
  /** Of the text it was typed into, if it was typed into one that was there. */
  readonly text: string | undefined
  /** Markers of the same document that its author had seen. */
  readonly seen: ReadonlySet<number>
  isSaved: boolean
}

export interface Book {
  /** Gives the marker of a new edit. */
  write(edit: Pick<Written, 'by' | 'text' | 'seen'>): number
  /** The program said that these are saved. */
  saved(markers: readonly number[]): void
  /** Somebody deleted these where they saw them. */
  erase(markers: readonly number[]): void
  /** Somebody deleted this text, and with it whatever others put into it meanwhile. */
  eraseText(text: string): void
  /** It need not be there any more. */
  isErased(marker: number): boolean
  find(marker: number): Written | undefined
  readonly all: readonly Written[]
  /** What must hold and doesn't, in words. */
  readonly faults: Broken[]
}

/** What must hold; a smaller plan shows the same bug only when the same of these fails. */
export type Property =
  | 'convergence' | 'causal order' | 'saved' | 'trust' | 'windows' | 'disks' | 'history' | 'refusals' | 'starts' | 'buffers' | 'quarantine' | 'run' | 'strays'

export interface Broken {
  readonly property: Property
  readonly words: string
}

const FAULTS_KEPT_MAX = 50

/** In letters and digits only, and with an end: no marker is the beginning of another, and Markdown leaves it alone. */
export const markerText = (marker: number): string => `m${marker}.`
const [ZERO, NINE, DOT] = [48, 57, 46]

interface Mark {
  readonly marker: number
  readonly from: number
  readonly to: number
}

/** The next one at or after `from`. By hand: every replica is looked through after every change, and texts of hundreds of kilobytes hold
 *  one marker each. */
const nextMark = (text: string, from: number): Mark | undefined => {
  for (let start = text.indexOf('m', from); start >= 0; start = text.indexOf('m', start + 1)) {
    let marker = 0
    let at = start + 1
    for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(++at)) marker = 10 * marker + code - ZERO
    if (at > start + 1 && text.charCodeAt(at) === DOT) return { marker, from: start, to: at + 1 }
  }
  return undefined
}

const marksIn = (text: string): Mark[] => {
  const marks: Mark[] = []
  for (let mark = nextMark(text, 0); mark; mark = nextMark(text, mark.to)) marks.push(mark)
  return marks
}

export const markersIn = (text: string): number[] => marksIn(text).map(({ marker }) => marker)
/** From, to: where in `text` its markers stand. */
export const markerPlaces = (text: string): [number, number][] => marksIn(text).map(({ from, to }) => [from, to])

export const createBook = (): Book => {
  const all: Written[] = []
  const erased = new Set<number>()
  const erasedTexts = new Set<string>()
  const faults: Broken[] = []
  const find = (marker: number) => all[marker - 1]
  return {
    write: (edit) => {
      all.push({ ...edit, marker: all.length + 1, isSaved: false })
      return all.length
    },
    saved: (markers) => {
      for (const marker of markers) find(marker)!.isSaved = true
    },
    erase: (markers) => markers.forEach((marker) => erased.add(marker)),
    eraseText: (text) => void erasedTexts.add(text),
    isErased: (marker) => {
      const text = find(marker)?.text
      return erased.has(marker) || (text !== undefined && erasedTexts.has(text))
    },
    find,
    all,
    faults,
  }
}

/** Notes what must hold and doesn't, up to a limit: after the first, the rest is mostly its echo. */
export const blame = (book: Book, property: Property, words: string): void => {
  if (book.faults.length < FAULTS_KEPT_MAX) book.faults.push({ property, words })
}

/** Whoever sees an edit has seen, or lost to a deletion, everything its author had seen: causal order, checked from outside.
 *  @param fresh markers that became visible just now
 *  @param everSeen markers of this document that were ever visible in this replica, the fresh ones included */
export const checkCausalOrder = (book: Book, fresh: readonly number[], everSeen: ReadonlySet<number>, where: string): void => {
  for (const marker of fresh) {
    const written = book.find(marker)
    if (!written) {
      blame(book, 'causal order', `${where}: shows marker ${marker}, which nobody wrote`)
      continue
    }
    for (const earlier of written.seen) {
      if (everSeen.has(earlier) || book.isErased(earlier)) continue
      blame(book, 'causal order', `${where}: shows edit ${marker} of ${written.by} before edit ${earlier}, which its author had seen`)
      return
    }
  }
}
