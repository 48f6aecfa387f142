/** The bytes of an entry: what is stored, hashed, signed and sent.
 *
 *  body      = version u8, kind u8, epoch 8, nonce 12, sized(sealed heads), sized(sealed content)
 *  hash      = SHA-256("lanyard-entry-v0", workspace 32, author 32, session 16, seq u64, previous hash 32, body)
 *  signature = Ed25519("lanyard-signature-v0", hash)
 *  Author, session, seq and previous hash are implied by the place in the log, and authenticated as context. */
import { ByteReader, ByteWriter, concat, fromHex, toHex, toUtf8 } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { deviceOf, documentId, sessionOf, type DocumentId, type LogId, type WorkspaceId } from '../base/ids.ts'
import { DEPS_PER_ENTRY_MAX, ENTRY_BYTES_MAX, PART_BYTES_MAX, PARTS_MAX } from '../base/limits.ts'
import { NONCE_BYTES, seal, sha256, TAG_BYTES, unseal } from '../identity/crypto.ts'
import { EPOCH_ID_BYTES, NO_EPOCH, type EpochId, type Keyring } from './keyring.ts'
import type { EntryKind, Part } from './log.types.ts'

export const ENVELOPE_VERSION = 0
const KINDS: readonly EntryKind[] = ['start', 'control', 'data']
const HASH_PREFIX = toUtf8('lanyard-entry-v0')
const SIGNATURE_PREFIX = toUtf8('lanyard-signature-v0')
export const HASH_BYTES = 32
/** Bytes of a hash that are enough to recognise a head. */
export const SHORT_HASH_BYTES = 8

/** Where an entry stands: everything that its bytes don't say themselves. */
export interface Place {
  readonly workspace: WorkspaceId
  readonly log: LogId
  readonly seq: number
  readonly previous: Uint8Array
  /** `placePrefix` of the log, by who makes many places in it. */
  readonly prefix?: Uint8Array
}

/** One head that the author had seen. */
export interface Dependency {
  readonly log: LogId
  /** How many entries of it had been seen. */
  readonly height: number
  readonly shortHash: Uint8Array
}

export interface Content {
  readonly kind: EntryKind
  readonly document: DocumentId | undefined
  readonly schema: number
  readonly timeMs: number
  readonly screen: number
  readonly part: Part
  readonly payload: Uint8Array
}

export interface Header {
  readonly bytes: Uint8Array
  readonly kind: EntryKind
  readonly epoch: EpochId
  readonly nonce: Uint8Array
  readonly sealedHeads: Uint8Array
  readonly sealedContent: Uint8Array
}

/** What is the same for every entry of one log. */
export const placePrefix = (workspace: WorkspaceId, log: LogId): Uint8Array =>
  concat([HASH_PREFIX, fromHex(workspace), fromHex(deviceOf(log)), fromHex(sessionOf(log))])

/** The place, then what stands there: as one piece, for a million of them are hashed and opened. */
const placed = (place: Place, content: Uint8Array): Uint8Array => {
  const prefix = place.prefix ?? placePrefix(place.workspace, place.log)
  const bytes = new Uint8Array(prefix.length + 8 + HASH_BYTES + content.length)
  bytes.set(prefix)
  const view = new DataView(bytes.buffer)
  view.setUint32(prefix.length, Math.floor(place.seq / 2 ** 32))
  view.setUint32(prefix.length + 4, place.seq % 2 ** 32)
  bytes.set(place.previous, prefix.length + 8)
  bytes.set(content, prefix.length + 8 + HASH_BYTES)
  return bytes
}

export const entryHashBytes = (place: Place, body: Uint8Array): Uint8Array => sha256(placed(place, body))

export const signedBytes = (hash: Uint8Array): Uint8Array => concat([SIGNATURE_PREFIX, hash])

/** The plaintext of `sealedHeads`. */
export const encodeHeads = (heads: readonly Dependency[]): Uint8Array => {
  const writer = new ByteWriter().varint(heads.length)
  for (const head of heads) {
    writer.raw(fromHex(deviceOf(head.log))).raw(fromHex(sessionOf(head.log))).varint(head.height).raw(head.shortHash)
  }
  return writer.finish()
}

export const readLogId = (reader: ByteReader): LogId => `${toHex(reader.raw(32))}.${toHex(reader.raw(16))}` as LogId

/** @throws BASE_BYTES_MALFORMED */
export const decodeHeads = (bytes: Uint8Array): readonly Dependency[] => {
  const reader = new ByteReader(bytes)
  const count = reader.varint(DEPS_PER_ENTRY_MAX)
  const heads: Dependency[] = []
  for (let index = 0; index < count; index++) {
    heads.push({ log: readLogId(reader), height: reader.varint(), shortHash: reader.raw(SHORT_HASH_BYTES) })
  }
  reader.end()
  return heads
}

/** The plaintext of `sealedContent`. */
export const encodeContent = (content: Content): Uint8Array =>
  new ByteWriter()
    .varint(content.schema).varint(content.timeMs).varint(content.screen).varint(content.part.index).varint(content.part.count)
    .raw(content.document ? fromHex(content.document) : new Uint8Array(16))
    .raw(content.payload).finish()

/** @throws BASE_BYTES_MALFORMED, LOG_ENTRY_MALFORMED */
export const decodeContent = (kind: EntryKind, bytes: Uint8Array): Content => {
  const reader = new ByteReader(bytes)
  const [schema, timeMs, screen] = [reader.varint(), reader.varint(), reader.varint(0xffff_ffff)]
  const part = { index: reader.varint(PARTS_MAX), count: reader.varint(PARTS_MAX) }
  const document = documentId(toHex(reader.raw(16)))
  const payload = reader.rest().slice()
  if (part.index >= part.count || payload.length > PART_BYTES_MAX) throw new PeerError('LOG_ENTRY_MALFORMED')
  return { kind, document: kind === 'data' ? document : undefined, schema, timeMs, screen, part, payload }
}

/** Version, kind, epoch, nonce. */
const HEADER_BYTES = 2 + EPOCH_ID_BYTES + NONCE_BYTES
const headerBytes = (kind: EntryKind, epoch: EpochId, nonce: Uint8Array): Uint8Array =>
  new ByteWriter().u8(ENVELOPE_VERSION).u8(KINDS.indexOf(kind)).raw(fromHex(epoch)).raw(nonce).finish()

/** The body of an entry. Heads and content share a nonce under different keys.
 *  @throws LOG_ENTRY_TOO_LARGE */
export const sealEntry = (
  keyring: Keyring, place: Place, entry: { content: Content; heads: readonly Dependency[]; nonce: Uint8Array },
): Uint8Array => {
  const { content, nonce } = entry
  const author = deviceOf(place.log)
  const epoch = content.kind === 'data' ? keyring.epoch.id : NO_EPOCH
  const header = headerBytes(content.kind, epoch, nonce)
  const context = placed(place, header)
  const contentKey = content.kind === 'data' ? keyring.contentKey(epoch, author)! : keyring.controlKey(author)
  const body = new ByteWriter()
    .raw(header)
    .sized(seal({ key: keyring.headsKey(author), nonce, context }, encodeHeads(entry.heads)))
    .sized(seal({ key: contentKey, nonce, context }, encodeContent(content)))
    .finish()
  if (body.length > ENTRY_BYTES_MAX) throw new PeerError('LOG_ENTRY_TOO_LARGE', { bytes: body.length })
  return body
}

/** Splits a body without opening it.
 *  @throws LOG_ENTRY_MALFORMED, LOG_VERSION_UNSUPPORTED, BASE_BYTES_MALFORMED */
export const readHeader = (body: Uint8Array): Header => {
  const reader = new ByteReader(body)
  if (reader.u8() !== ENVELOPE_VERSION) throw new PeerError('LOG_VERSION_UNSUPPORTED')
  const kind = KINDS[reader.u8()]
  if (!kind) throw new PeerError('LOG_VERSION_UNSUPPORTED')
  const epoch = toHex(reader.raw(EPOCH_ID_BYTES))
  const nonce = reader.raw(NONCE_BYTES)
  const sealedHeads = reader.sized(ENTRY_BYTES_MAX)
  const sealedContent = reader.sized(ENTRY_BYTES_MAX)
  reader.end()
  return { bytes: body.subarray(0, HEADER_BYTES), kind, epoch, nonce, sealedHeads, sealedContent }
}

const contextOf = (place: Place, header: Header) => placed(place, header.bytes)

/** One byte sealed: a count of heads with no head behind it. Whatever it says, it names none: not worth opening. */
const NO_HEADS_BYTES = 1 + TAG_BYTES

/** The heads its author had seen; undefined when they can't be opened.
 *  @throws as readHeader */
export const openHeads = (keyring: Keyring, place: Place, header: Header): readonly Dependency[] | undefined => {
  if (header.sealedHeads.length === NO_HEADS_BYTES) return []
  const key = keyring.headsKey(deviceOf(place.log))
  const bytes = unseal({ key, nonce: header.nonce, context: contextOf(place, header) }, header.sealedHeads)
  return bytes && decodeHeads(bytes)
}

/** Undefined when its epoch's key is not here or it was not sealed with it.
 *  @throws as readHeader */
export const openContent = (keyring: Keyring, place: Place, header: Header): Content | undefined => {
  const author = deviceOf(place.log)
  const key = header.kind === 'data' ? keyring.contentKey(header.epoch, author) : keyring.controlKey(author)
  const bytes = key && unseal({ key, nonce: header.nonce, context: contextOf(place, header) }, header.sealedContent)
  return bytes && decodeContent(header.kind, bytes)
}
