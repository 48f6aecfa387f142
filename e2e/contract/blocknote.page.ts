/** Runs in a browser, with the real editor: what it makes of a note's bytes, and what bytes it makes of blocks. */
import { BlockNoteEditor } from '@blocknote/core'
import { withCollaboration } from '@blocknote/core/yjs'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'

/** What the editor shows and exports of a note. */
export interface Shown {
  readonly blocks: unknown
  readonly markdown: string
}
export interface Opened extends Shown {
  /** Nothing was written while it opened: same bytes, no update, no error. */
  readonly isUntouched: boolean
  readonly problems: readonly string[]
}
export interface Made extends Shown {
  readonly update: string
}

const toBytes = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
const toBase64 = (bytes: Uint8Array) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
const settled = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20)))

const problems: string[] = []
const keep = (...words: unknown[]) => problems.push(words.map(String).join(' '))
console.error = keep
console.warn = keep
addEventListener('error', (event) => keep(event.message))

const openEditor = (doc: Y.Doc) => {
  const provider = { awareness: new Awareness(doc) }
  const collaboration = { fragment: doc.getXmlFragment('content'), user: { name: 'Ana', color: '#123456' }, provider }
  // The types of BlockNote don't hold under exactOptionalPropertyTypes.
  const options: unknown = withCollaboration({ collaboration } as never)
  const editor = BlockNoteEditor.create(options as Record<never, never>)
  const place = document.body.appendChild(document.createElement('div'))
  editor.mount(place)
  const close = () => {
    editor.unmount()
    place.remove()
    provider.awareness.destroy()
  }
  return { editor, close }
}

/** As JSON leaves it: what is undefined is not there. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const show = (editor: BlockNoteEditor): Shown => ({ blocks: asJson(editor.document), markdown: editor.blocksToMarkdownLossy() })

const open = async (update: string): Promise<Opened> => {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, toBytes(update))
  const before = toBase64(Y.encodeStateAsUpdate(doc))
  let updates = 0
  doc.on('update', () => updates++)
  problems.length = 0
  const { editor, close } = openEditor(doc)
  await settled()
  const shown = show(editor as never)
  close()
  return { ...shown, isUntouched: updates === 0 && toBase64(Y.encodeStateAsUpdate(doc)) === before, problems: [...problems] }
}

const make = async (blocks: never[]): Promise<Made> => {
  const doc = new Y.Doc()
  const { editor, close } = openEditor(doc)
  await settled()
  editor.replaceBlocks(editor.document, blocks)
  await settled()
  const shown = show(editor as never)
  close()
  return { ...shown, update: toBase64(Y.encodeStateAsUpdate(doc)) }
}

const parse = (markdown: string): unknown => asJson(BlockNoteEditor.create().tryParseMarkdownToBlocks(markdown))

const each = async <In, Out>(list: readonly In[], work: (one: In) => Out | Promise<Out>): Promise<Out[]> => {
  const done: Out[] = []
  for (const one of list) done.push(await work(one))
  return done
}

/** The editor's answers, in the order of the questions. */
const contract = {
  open: (updates: readonly string[]) => each(updates, open),
  make: (notes: readonly never[][]) => each(notes, make),
  parse: (texts: readonly string[]) => each(texts, parse),
}
export type Contract = typeof contract
declare global {
  interface Window {
    contract: Contract
  }
}
window.contract = contract
