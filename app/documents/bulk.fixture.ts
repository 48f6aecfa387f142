/** A workspace as years of typing would leave it, written straight into a store: entries sealed, chained and signed like real ones. */
import * as Y from 'yjs'
import { deviceId, documentId, logId, sessionId, type DocumentId, type WorkspaceId } from '../base/ids.ts'
import { toHex } from '../base/codec.ts'
import { entryHash } from '../base/ids.ts'
import { NONCE_BYTES, sha256 } from '../identity/crypto.ts'
import { createDeviceKeys, type DeviceKeys } from '../identity/device-keys.ts'
import type { Random } from '../base/random.ts'
import { createChain, type Chain } from '../log/chain.ts'
import { entryHashBytes, sealEntry, SHORT_HASH_BYTES, signedBytes, type Content, type Dependency } from '../log/envelope.ts'
import type { Keyring } from '../log/keyring.ts'
import type { Store, StoreOperation } from '../store/store.ts'
import { deriveClientId } from './client-id.ts'
import { SCHEMA } from './documents.types.ts'
import { addItem, indexDocumentId } from './index-document.ts'

export interface BulkShape {
  readonly documents: number
  /** Of each document. */
  readonly changes: number
  readonly logs: number
  /** Characters that one change types. */
  readonly characters: number
  /** Changes of one author in one document before somebody else goes on. */
  readonly block: number
  /** Entries under one signature. */
  readonly signedEvery: number
}

export interface BulkParts {
  readonly workspace: WorkspaceId
  readonly keyring: Keyring
  readonly store: Store
  readonly random: Random
}

const SCREEN = 1
const BATCH = 1000
const WORDS = 'the quick brown fox jumps over the lazy dog and runs away from all that barks in the night '

interface Author {
  readonly chain: Chain
  readonly keys: DeviceKeys
  client: number
  sinceSigned: number
}

/** Answers the documents' ids. */
export const writeBulk = (parts: BulkParts, shape: BulkShape): readonly DocumentId[] => {
  const { workspace, keyring, store, random } = parts
  const authors = Array.from({ length: shape.logs }, (): Author => {
    const keys = createDeviceKeys(random)
    const log = logId(keys.device, sessionId(toHex(random.bytes(16))))
    return { chain: createChain(workspace, log, store), keys, client: 0, sinceSigned: 0 }
  })
  let operations: StoreOperation[] = []
  let last: Author | undefined
  let timeMs = 1_767_225_600_000

  const flush = () => {
    store.batch(operations)
    operations = []
  }

  const write = (author: Author, content: Content, isLast: boolean) => {
    const { chain, keys } = author
    const heads: Dependency[] = last && last !== author ? [headOf(last.chain)] : []
    last = author
    const place = chain.place(chain.height)
    const body = sealEntry(keyring, place, { content, heads, nonce: random.bytes(NONCE_BYTES) })
    const hash = entryHashBytes(place, body)
    const isSigned = isLast || ++author.sinceSigned >= shape.signedEvery
    if (isSigned) author.sinceSigned = 0
    operations.push(chain.put(chain.height, { body, signature: isSigned ? keys.signing.sign(signedBytes(hash)) : undefined }))
    chain.extend(hash, isSigned)
    if (operations.length >= BATCH) flush()
  }

  const contentOf = (document: DocumentId, payload: Uint8Array): Content =>
    ({ kind: 'data', document, schema: SCHEMA, timeMs: (timeMs += 150), screen: SCREEN, part: { index: 0, count: 1 }, payload })

  for (const author of authors) {
    write(author, { kind: 'start', document: undefined, schema: 0, timeMs, screen: 0, part: { index: 0, count: 1 }, payload: new Uint8Array(0) }, true)
    author.client = deriveClientId(sha256, entryHash(toHex(author.chain.hashAt(0))), SCREEN)
  }
  const index = createWriter(indexDocumentId(sha256, workspace))
  const ids = Array.from({ length: shape.documents }, () => documentId(toHex(random.bytes(16))))
  ids.forEach((document, number) => {
    const author = authors[0]!
    const item = { document, title: `Note ${number}`, createdMs: timeMs, createdBy: deviceId(author.keys.device) }
    for (const update of index.edit(author.client, (doc) => addItem(doc, item))) write(author, contentOf(index.id, update), true)
    const note = createWriter(document)
    for (let change = 0; change < shape.changes; change++) {
      const writer = authors[(number + Math.floor(change / shape.block)) % authors.length]!
      const text = Array.from({ length: shape.characters }, (_, at) => WORDS[(change * shape.characters + at) % WORDS.length]!).join('')
      for (const update of note.edit(writer.client, (doc) => typeText(doc, text, change)))
        write(writer, contentOf(document, update), change === shape.changes - 1 || (change + 1) % shape.block === 0)
    }
    note.doc.destroy()
  })
  flush()
  return ids
}

const headOf = ({ log, height, hashAt }: Chain): Dependency => ({ log, height, shortHash: hashAt(height - 1).slice(0, SHORT_HASH_BYTES) })

const createWriter = (id: DocumentId) => {
  const doc = new Y.Doc({ guid: id })
  let updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  const edit = (client: number, change: (doc: Y.Doc) => void) => {
    doc.clientID = client
    doc.transact(() => change(doc))
    const made = updates
    updates = []
    return made
  }
  return { id, doc, edit }
}

/** Into paragraphs of some hundred characters, as an editor would. */
const typeText = (doc: Y.Doc, text: string, change: number): void => {
  const content = doc.getXmlFragment('content')
  if (content.length === 0) content.insert(0, [new Y.XmlElement('blockGroup')])
  const group = content.get(0) as Y.XmlElement
  if (change % 200 === 0) {
    const container = new Y.XmlElement('blockContainer')
    container.setAttribute('id', String(change))
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [new Y.XmlText(text)])
    container.insert(0, [paragraph])
    return void group.insert(group.length, [container])
  }
  const paragraph = (group.get(group.length - 1) as Y.XmlElement).get(0) as Y.XmlElement
  const line = paragraph.get(0) as Y.XmlText
  line.insert(line.length, text)
}
