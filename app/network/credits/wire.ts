/** Flow messages as bytes: a kind, then a length or a number as a varint, then what has that length. */
import { ByteReader, ByteWriter, concat, fromUtf8, toUtf8 } from '../../base/codec.ts'
import { PeerError, errorCode } from '../../base/errors.ts'
import { FRAME_BYTES_MAX, STREAM_CREDIT_BYTES } from '../../base/limits.ts'
import type { FlowMessage } from '../credits.ts'

const KINDS = ['frame', 'credit', 'close', 'closed', 'abort'] as const
const CODE_BYTES_MAX = 64
/** A kind, and a varint of a number up to STREAM_CREDIT_BYTES. */
const HEADER_BYTES_MAX = 4

export const encodeFlowMessage = (message: FlowMessage): Uint8Array => {
  const writer = new ByteWriter().u8(KINDS.indexOf(message.kind))
  if (message.kind === 'frame') return concat([writer.varint(message.bytes.length).finish(), message.bytes])
  if (message.kind === 'credit') writer.varint(message.bytes)
  if (message.kind === 'abort') writer.sized(toUtf8(message.code))
  return writer.finish()
}

export interface FlowDecoder {
  /** The messages that `chunk` completes. @throws NETWORK_FRAME_TOO_LARGE, BASE_BYTES_MALFORMED */
  push(chunk: Uint8Array): FlowMessage[]
  /** Bytes of a message that is not complete; never much above FRAME_BYTES_MAX. */
  readonly partialBytes: number
}

/** Cuts what arrives into messages. Frames are copies: one that is kept does not keep the chunk it came in. */
export const createFlowDecoder = (): FlowDecoder => {
  let chunks: Uint8Array[] = []
  let partialBytes = 0
  let neededBytes = 0
  return {
    get partialBytes() {
      return partialBytes
    },
    push: (chunk) => {
      chunks.push(chunk)
      partialBytes += chunk.length
      // Not joined at every piece of a large frame: that would copy it over and over.
      if (partialBytes < neededBytes) return []
      const bytes = chunks.length === 1 ? chunk : concat(chunks)
      const messages: FlowMessage[] = []
      let at = 0
      for (let next = decodeOne(bytes, at); ; next = decodeOne(bytes, at)) {
        neededBytes = next.neededBytes
        if (!next.message) break
        messages.push(next.message)
        at += next.neededBytes
      }
      const rest = bytes.subarray(at)
      chunks = rest.length > 0 ? [rest.slice()] : []
      partialBytes = rest.length
      return messages
    },
  }
}

/** The message at `at` and its length, or how many bytes it takes to know more. */
const decodeOne = (bytes: Uint8Array, at: number): { readonly message?: FlowMessage; readonly neededBytes: number } => {
  const available = bytes.length - at
  if (available === 0) return { neededBytes: 1 }
  const kind = KINDS[bytes[at]!]
  if (!kind) throw new PeerError('BASE_BYTES_MALFORMED', { what: 'flow message' })
  if (kind === 'close' || kind === 'closed') return { message: { kind }, neededBytes: 1 }
  if (!hasVarint(bytes, at + 1)) {
    if (available >= HEADER_BYTES_MAX) throw new PeerError('NETWORK_FRAME_TOO_LARGE')
    return { neededBytes: available + 1 }
  }
  const reader = new ByteReader(bytes.subarray(at + 1, at + HEADER_BYTES_MAX))
  const number = reader.varint()
  const headerBytes = 1 + reader.position
  if (kind === 'credit') {
    if (number > STREAM_CREDIT_BYTES) throw new PeerError('NETWORK_CREDIT_EXCEEDED')
    return { message: { kind, bytes: number }, neededBytes: headerBytes }
  }
  if (number > (kind === 'frame' ? FRAME_BYTES_MAX : CODE_BYTES_MAX)) throw new PeerError('NETWORK_FRAME_TOO_LARGE', { bytes: number })
  const neededBytes = headerBytes + number
  if (available < neededBytes) return { neededBytes }
  const body = bytes.subarray(at + headerBytes, at + neededBytes)
  return { message: kind === 'frame' ? { kind, bytes: body.slice() } : { kind, code: errorCode(fromUtf8(body)) }, neededBytes }
}

const hasVarint = (bytes: Uint8Array, at: number): boolean => {
  for (let index = at; index < Math.min(bytes.length, at + HEADER_BYTES_MAX - 1); index++) if (bytes[index]! < 128) return true
  return false
}
