/** BlockNote 0.55's default schema, as far as its Yjs tree shows it. The browser contract test holds this file to the real editor. */
import type { Attributes, Block, Marks, NewId, Run, TableCell, TableRow } from './blocks.types.ts'

const colours = { backgroundColor: 'default', textColor: 'default' }
const text = { ...colours, textAlignment: 'left' }
const file = { backgroundColor: 'default', name: '', url: '', caption: '' }
const media = { textAlignment: 'left', ...file, showPreview: true, previewWidth: undefined }

/** Attributes with their defaults, in the order in which the editor writes them.
 *  y-prosemirror stores every one that is not null, `undefined` too. */
const ATTRIBUTES: ReadonlyMap<string, Attributes> = new Map<string, Attributes>([
  ['paragraph', text],
  ['heading', { ...text, level: 1, isToggleable: false }],
  ['bulletListItem', text],
  ['numberedListItem', { ...text, start: undefined }],
  ['checkListItem', { ...text, checked: false }],
  ['toggleListItem', text],
  ['quote', colours],
  ['codeBlock', { language: 'text' }],
  ['table', { textColor: 'default' }],
  ['image', media],
  ['video', media],
  ['audio', { ...file, showPreview: true }],
  ['file', file],
  ['divider', {}],
])
const CELL_ATTRIBUTES: Attributes = { textColor: 'default', backgroundColor: 'default', textAlignment: 'left', colspan: 1, rowspan: 1 }
const WITHOUT_TEXT = new Set(['table', 'image', 'video', 'audio', 'file', 'divider'])

export const blockTypes: readonly string[] = [...ATTRIBUTES.keys()]
export const isKnownType = (type: string): boolean => ATTRIBUTES.has(type)
export const hasText = (type: string): boolean => !WITHOUT_TEXT.has(type)

/** Every attribute that the editor would store, `undefined` ones included. */
export const storedAttributes = (type: string, given: Attributes): Attributes => {
  const stored: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(ATTRIBUTES.get(type) ?? {})) stored[name] = given[name] ?? value
  return stored
}

export const storedCellAttributes = (given: Attributes): Attributes => {
  const stored: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(CELL_ATTRIBUTES)) stored[name] = given[name] ?? value
  if (given.colwidth) stored.colwidth = given.colwidth
  return stored
}

const withoutUndefined = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null))

/** What the editor would show: known types get their defaults and lose what the editor does not know. */
export const completeAttributes = (type: string, given: Attributes): Attributes =>
  withoutUndefined(isKnownType(type) ? storedAttributes(type, given) : given)

export const createCell = (isHeader: boolean, content: readonly Run[], given: Attributes = {}): TableCell => ({
  isHeader,
  attributes: storedCellAttributes(given),
  content,
})

interface BlockParts {
  readonly attributes?: Attributes
  readonly content?: readonly Run[]
  readonly rows?: readonly TableRow[]
  readonly children?: readonly Block[]
}

export const createBlock = (id: string, type: string, parts: BlockParts = {}): Block => ({
  id,
  type,
  attributes: completeAttributes(type, parts.attributes ?? {}),
  content: parts.content ?? [],
  rows: parts.rows ?? [],
  children: parts.children ?? [],
})

/** What a new, empty note holds: one empty paragraph. */
export const emptyNote = (newId: NewId): readonly Block[] => [createBlock(newId(), 'paragraph')]

/** In the order of ProseMirror's ranks. */
const MARKS = ['bold', 'italic', 'underline', 'strike', 'code', 'textColor', 'backgroundColor', 'link'] as const
export const markNames: readonly string[] = MARKS

/** Marks that the editor's schema allows together: code stands alone, except that a link is never dropped for the look of code. */
export const allowedMarks = (marks: Marks): Marks => {
  if (marks.code && marks.link === undefined) return { code: true }
  const allowed = Object.fromEntries(MARKS.filter((name) => name !== 'code' && marks[name] !== undefined).map((name) => [name, marks[name]]))
  return allowed as Marks
}

export const equalMarks = (a: Marks, b: Marks): boolean => MARKS.every((name) => a[name] === b[name])

/** Joins neighbours with equal marks and drops empty runs. */
export const joinRuns = (runs: readonly Run[]): readonly Run[] => {
  const joined: Run[] = []
  for (const run of runs) {
    const last = joined.at(-1)
    if (run.text === '') continue
    if (last && equalMarks(last.marks, run.marks)) joined[joined.length - 1] = { text: last.text + run.text, marks: last.marks }
    else joined.push(run)
  }
  return joined
}

/** All text of a block's own content, cells included. */
export const plainText = (runs: readonly Run[]): string => runs.map((run) => run.text).join('')
