/** What two peers say to each other on their one long-lived stream, and its bytes: a type, then a body; one message a frame. */
import { ByteReader, ByteWriter, decodeCbor, encodeCbor, fromHex, toHex } from '../base/codec.ts'
import { errorCode, PeerError, type ErrorCode } from '../base/errors.ts'
import { address, deviceId, deviceOf, inviteId, sessionId, sessionOf, type Address, type DeviceId, type InviteId, type LogId, type SessionId } from '../base/ids.ts'
import { ADDRESSES_PER_PEER_MAX, ENTRY_BYTES_MAX, FRAME_BYTES_MAX, HANDSHAKE_TOKENS_MAX, HEIGHTS_PER_MESSAGE_MAX } from '../base/limits.ts'
import { readLogId, SHORT_HASH_BYTES } from '../log/envelope.ts'
import { SIGNATURE_BYTES, type Run } from '../log/run.ts'
import { CHANNEL_BYTES, TOKEN_BYTES } from '../membership/recognition.ts'

/** Names a workspace on one link, and means nothing on any other. */
export type Channel = string

export interface HeightRow {
  readonly log: LogId
  readonly height: number
  /** First bytes of the hash at height - 1. */
  readonly shortHash: Uint8Array
}

export type Message =
  | { readonly kind: 'hello'; readonly versions: readonly number[]; readonly nonce: Uint8Array; readonly app: string; readonly addresses: readonly Address[] }
  | { readonly kind: 'refused'; readonly code: ErrorCode }
  | { readonly kind: 'tokens'; readonly tokens: readonly string[] }
  | { readonly kind: 'proof'; readonly channel: Channel; readonly device: DeviceId; readonly session: SessionId; readonly signature: Uint8Array }
  | { readonly kind: 'offer'; readonly channel: Channel; readonly device: DeviceId; readonly signature: Uint8Array }
  | {
      readonly kind: 'join'
      readonly channel: Channel
      readonly invite: InviteId
      readonly device: DeviceId
      readonly sealKey: Uint8Array
      readonly byInvite: Uint8Array
      readonly byDevice: Uint8Array
    }
  | { readonly kind: 'accept'; readonly channel: Channel; readonly box: Uint8Array }
  | { readonly kind: 'decline'; readonly channel: Channel; readonly code: ErrorCode }
  | WorkspaceMessage

/** Spoken only after both sides of the channel are proven members. */
export type WorkspaceMessage =
  | { readonly kind: 'digest'; readonly channel: Channel; readonly headsHash: string }
  | { readonly kind: 'heights'; readonly channel: Channel; readonly rows: readonly HeightRow[]; readonly isWhole: boolean; readonly wantsReply: boolean }
  | { readonly kind: 'request'; readonly channel: Channel; readonly log: LogId; readonly from: number; readonly to: number }
  | { readonly kind: 'run'; readonly channel: Channel; readonly run: Run }
  /** Of another room, which reads its own payload: receipts, presence. */
  | { readonly kind: 'room'; readonly channel: Channel; readonly room: number; readonly payload: Uint8Array }

const TYPES = {
  hello: 1, refused: 2, tokens: 3, proof: 4, offer: 5, join: 6, accept: 7, decline: 8,
  digest: 16, heights: 17, request: 18, run: 19, room: 20,
} as const satisfies Record<Message['kind'], number>

const KINDS = new Map<number | undefined, Message['kind']>(Object.entries(TYPES).map(([kind, type]) => [type, kind as Message['kind']]))

/** What a frame is, by its first byte alone: for counting.
 *  @throws SYNC_MESSAGE_MALFORMED */
export const kindOfFrame = (frame: Uint8Array): Message['kind'] => {
  const kind = KINDS.get(frame[0])
  if (kind) return kind
  throw new PeerError('SYNC_MESSAGE_MALFORMED', { type: frame[0] })
}

const writeLog = (writer: ByteWriter, log: LogId) => writer.raw(fromHex(deviceOf(log))).raw(fromHex(sessionOf(log)))

const plainBody = (message: Exclude<Message, WorkspaceMessage | { kind: 'tokens' }>): unknown => {
  switch (message.kind) {
    case 'hello':
      return { versions: message.versions, nonce: message.nonce, app: message.app, addresses: message.addresses }
    case 'refused':
      return { code: message.code }
    case 'proof':
      return { channel: message.channel, device: message.device, session: message.session, signature: message.signature }
    case 'offer':
      return { channel: message.channel, device: message.device, signature: message.signature }
    case 'join': {
      const { kind: _, ...body } = message
      return body
    }
    case 'accept':
      return { channel: message.channel, box: message.box }
    case 'decline':
      return { channel: message.channel, code: message.code }
  }
}

export const encodeMessage = (message: Message): Uint8Array => {
  const writer = new ByteWriter().u8(TYPES[message.kind])
  switch (message.kind) {
    case 'tokens':
      for (const token of message.tokens) writer.raw(fromHex(token))
      break
    case 'digest':
      writer.raw(fromHex(message.channel)).raw(fromHex(message.headsHash))
      break
    case 'heights':
      writer.raw(fromHex(message.channel)).u8((message.isWhole ? 1 : 0) | (message.wantsReply ? 2 : 0)).varint(message.rows.length)
      for (const row of message.rows) writeLog(writer, row.log).varint(row.height).raw(row.shortHash)
      break
    case 'request':
      writeLog(writer.raw(fromHex(message.channel)), message.log).varint(message.from).varint(message.to)
      break
    case 'run':
      writeLog(writer.raw(fromHex(message.channel)), message.run.log).varint(message.run.from).varint(message.run.bodies.length)
      for (const body of message.run.bodies) writer.sized(body)
      writer.raw(message.run.signature)
      break
    case 'room':
      writer.raw(fromHex(message.channel)).u8(message.room).raw(message.payload)
      break
    default:
      writer.raw(encodeCbor(plainBody(message)))
  }
  return writer.finish()
}

const bytesOf = (value: unknown, length: number): Uint8Array => {
  if (value instanceof Uint8Array && value.length === length) return value
  throw new PeerError('SYNC_MESSAGE_MALFORMED')
}

const channelOf = (value: unknown): Channel => {
  if (typeof value === 'string' && /^[0-9a-f]{16}$/.test(value)) return value
  throw new PeerError('SYNC_MESSAGE_MALFORMED')
}

const decodeHello = (value: Record<string, unknown>): Message => {
  const { versions, app, addresses } = value
  const isWellFormed = Array.isArray(versions) && versions.length <= 16 && versions.every(Number.isSafeInteger)
    && typeof app === 'string' && app.length <= 64 && Array.isArray(addresses) && addresses.length <= ADDRESSES_PER_PEER_MAX
  if (!isWellFormed) throw new PeerError('SYNC_MESSAGE_MALFORMED')
  return { kind: 'hello', versions: versions as number[], nonce: bytesOf(value['nonce'], 32), app, addresses: addresses.map(address) }
}

const decodePlain = (type: number, bytes: Uint8Array): Message => {
  const value = decodeCbor(bytes) as Record<string, unknown>
  if (typeof value !== 'object' || value === null) throw new PeerError('SYNC_MESSAGE_MALFORMED')
  if (type === TYPES.hello) return decodeHello(value)
  if (type === TYPES.refused) return { kind: 'refused', code: errorCode(value['code']) }
  const channel = channelOf(value['channel'])
  switch (type) {
    case TYPES.proof:
      return { kind: 'proof', channel, device: deviceId(value['device']), session: sessionId(value['session']), signature: bytesOf(value['signature'], SIGNATURE_BYTES) }
    case TYPES.offer:
      return { kind: 'offer', channel, device: deviceId(value['device']), signature: bytesOf(value['signature'], SIGNATURE_BYTES) }
    case TYPES.join:
      return {
        kind: 'join', channel, invite: inviteId(value['invite']), device: deviceId(value['device']), sealKey: bytesOf(value['sealKey'], 32),
        byInvite: bytesOf(value['byInvite'], SIGNATURE_BYTES), byDevice: bytesOf(value['byDevice'], SIGNATURE_BYTES),
      }
    case TYPES.accept:
      if (!(value['box'] instanceof Uint8Array)) throw new PeerError('SYNC_MESSAGE_MALFORMED')
      return { kind: 'accept', channel, box: value['box'] }
    case TYPES.decline:
      return { kind: 'decline', channel, code: errorCode(value['code']) }
    default:
      throw new PeerError('SYNC_MESSAGE_MALFORMED', { type })
  }
}

const decodeTokens = (reader: ByteReader): Message => {
  const tokens: string[] = []
  while (reader.remaining > 0) {
    if (tokens.length >= 4 * HANDSHAKE_TOKENS_MAX) throw new PeerError('SYNC_LIMIT_EXCEEDED')
    tokens.push(toHex(reader.raw(TOKEN_BYTES)))
  }
  return { kind: 'tokens', tokens }
}

const decodeHeights = (channel: Channel, reader: ByteReader): Message => {
  const flags = reader.u8()
  const count = reader.varint(HEIGHTS_PER_MESSAGE_MAX)
  const rows: HeightRow[] = []
  for (let index = 0; index < count; index++) {
    rows.push({ log: readLogId(reader), height: reader.varint(), shortHash: reader.raw(SHORT_HASH_BYTES) })
  }
  return { kind: 'heights', channel, rows, isWhole: (flags & 1) !== 0, wantsReply: (flags & 2) !== 0 }
}

const decodeRun = (channel: Channel, reader: ByteReader): Message => {
  const log = readLogId(reader)
  const from = reader.varint()
  const count = reader.varint(FRAME_BYTES_MAX)
  const bodies: Uint8Array[] = []
  for (let index = 0; index < count; index++) bodies.push(reader.sized(ENTRY_BYTES_MAX))
  return { kind: 'run', channel, run: { log, from, bodies, signature: reader.raw(SIGNATURE_BYTES) } }
}

const decodeBody = (type: number, reader: ByteReader): Message => {
  if (type === TYPES.tokens) return decodeTokens(reader)
  if (type < TYPES.digest) return decodePlain(type, reader.rest())
  const channel = toHex(reader.raw(CHANNEL_BYTES))
  switch (type) {
    case TYPES.digest:
      return { kind: 'digest', channel, headsHash: toHex(reader.raw(32)) }
    case TYPES.heights:
      return decodeHeights(channel, reader)
    case TYPES.request:
      return { kind: 'request', channel, log: readLogId(reader), from: reader.varint(), to: reader.varint() }
    case TYPES.run:
      return decodeRun(channel, reader)
    case TYPES.room:
      return { kind: 'room', channel, room: reader.u8(), payload: reader.rest() }
    default:
      throw new PeerError('SYNC_MESSAGE_MALFORMED', { type })
  }
}

/** @throws SYNC_MESSAGE_MALFORMED, SYNC_LIMIT_EXCEEDED, BASE_BYTES_MALFORMED, BASE_ID_MALFORMED */
export const decodeMessage = (frame: Uint8Array): Message => {
  const reader = new ByteReader(frame)
  const message = decodeBody(reader.u8(), reader)
  reader.end()
  return message
}
