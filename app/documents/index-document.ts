/** The index: a document that names all others. What it says was written by any member, so nothing of it is believed unchecked. */
import * as Y from 'yjs'
import { concat, fromHex, toHex, toUtf8 } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { deviceId, documentId, type DeviceId, type DocumentId, type WorkspaceId } from '../base/ids.ts'
import { DOCUMENTS_MAX, TITLE_CHARACTERS_MAX } from '../base/limits.ts'
import type { Sha256 } from './client-id.ts'
import { SCHEMA, type DocumentKind } from './documents.types.ts'

export interface IndexItem {
  readonly document: DocumentId
  readonly kind: DocumentKind
  readonly title: string
  readonly createdMs: number
  readonly createdBy: DeviceId
  readonly schema: number
  readonly trashedMs: number | undefined
}

export const indexDocumentId = (sha256: Sha256, workspace: WorkspaceId): DocumentId =>
  documentId(toHex(sha256(concat([toUtf8('lanyard-index-v0'), fromHex(workspace)])).subarray(0, 16)))

/** @throws DOCUMENTS_TITLE_INVALID */
export const checkTitle = (text: string): string => {
  // Half a surrogate pair would come back from the disk as something else.
  const title = text.toWellFormed().trim()
  if (!isTitleLength(title.length)) throw new PeerError('DOCUMENTS_TITLE_INVALID', { characters: title.length })
  return title
}

const isTitleLength = (characters: number): boolean => characters >= 1 && characters <= TITLE_CHARACTERS_MAX
const isTitle = (value: unknown): value is string => typeof value === 'string' && isTitleLength(value.length)

const itemsOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('documents')

/** Within a transaction. The document's id is random and so is the key: nobody else ever writes it. */
export const addItem = (doc: Y.Doc, item: Pick<IndexItem, 'document' | 'title' | 'createdMs' | 'createdBy'>): void => {
  const { document, ...rest } = item
  itemsOf(doc).set(document, new Y.Map<unknown>(Object.entries({ kind: 'note', ...rest, schema: SCHEMA, trashedMs: null })))
}

export const changeItem = (doc: Y.Doc, document: DocumentId, change: { title: string } | { trashedMs: number | null }): void => {
  const fields = itemsOf(doc).get(document)
  if (fields instanceof Y.Map) for (const [key, value] of Object.entries(change)) fields.set(key, value)
}

export interface IndexView {
  readonly items: ReadonlyMap<DocumentId, IndexItem>
  /** Reads another Y.Doc from now on. */
  bind(doc: Y.Doc): void
  /** Documents whose line changed since this was last asked. */
  takeTouched(): ReadonlySet<DocumentId>
}

/** Keeps the lines of the index as plain, checked values. */
export const createIndexView = (itemsMax = DOCUMENTS_MAX): IndexView => {
  const items = new Map<DocumentId, IndexItem>()
  let touched = new Set<DocumentId>()

  const refresh = (map: Y.Map<unknown>, key: string) => {
    const item = readItem(key, map.get(key))
    if (item && (items.has(item.document) || items.size < itemsMax)) items.set(item.document, item)
    else items.delete(key as DocumentId)
  }

  const bind = (doc: Y.Doc) => {
    const map = itemsOf(doc)
    map.observeDeep((events) => {
      for (const key of touchedKeys(map, events)) {
        refresh(map, key)
        if (isDocumentId(key)) touched.add(key)
      }
    })
    items.clear()
    for (const key of map.keys()) refresh(map, key)
  }

  const takeTouched = () => {
    const taken = touched
    touched = new Set()
    return taken
  }

  return { items, bind, takeTouched }
}

const touchedKeys = (map: Y.Map<unknown>, events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): string[] =>
  events.flatMap((event) => {
    if (event.path.length > 0) return [String(event.path[0])]
    return event.target === map && event instanceof Y.YMapEvent ? [...event.keysChanged].map(String) : []
  })

const readItem = (key: string, value: unknown): IndexItem | undefined => {
  if (!isDocumentId(key) || !(value instanceof Y.Map)) return undefined
  const fields: Y.Map<unknown> = value
  const [kind, title, createdMs, createdBy] = ['kind', 'title', 'createdMs', 'createdBy'].map((name) => fields.get(name))
  const [schema, trashedMs] = [fields.get('schema'), fields.get('trashedMs') ?? undefined]
  if (kind !== 'note' || !isTitle(title) || !isTime(createdMs) || !isDeviceId(createdBy)) return undefined
  if (!Number.isSafeInteger(schema) || (schema as number) < 1 || !(trashedMs === undefined || isTime(trashedMs))) return undefined
  return { document: key, kind, title, createdMs, createdBy, schema: schema as number, trashedMs }
}

const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const isMade = <Id>(make: (text: unknown) => Id, value: unknown): value is Id => {
  try {
    make(value)
    return true
  } catch {
    // Not an id: the answer is no.
    return false
  }
}
const isDocumentId = (value: unknown): value is DocumentId => isMade(documentId, value)
const isDeviceId = (value: unknown): value is DeviceId => isMade(deviceId, value)
