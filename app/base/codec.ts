/** Bytes in and out: a strict reader and writer for fixed layouts, canonical CBOR for the rest. */
import * as cbor from '@ipld/dag-cbor'
import { PeerError } from './errors.ts'
import { CBOR_DEPTH_MAX } from './limits.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })
const malformed = (what: string) => new PeerError('BASE_BYTES_MALFORMED', { what })

export const toUtf8 = (text: string): Uint8Array => encoder.encode(text)
/** @throws BASE_BYTES_MALFORMED when `bytes` are not UTF-8 */
export const fromUtf8 = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new PeerError('BASE_BYTES_MALFORMED', { what: 'utf-8' }, { cause })
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
export const toHex = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}
/** @throws BASE_BYTES_MALFORMED */
export const fromHex = (text: string): Uint8Array => {
  if (text.length % 2 !== 0) throw malformed('hex')
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = 16 * nibble(text.charCodeAt(2 * at)) + nibble(text.charCodeAt(2 * at + 1))
  return bytes
}
/** Ids are turned into bytes for every entry that is read: twenty times as fast as parsing slices of the text. */
const nibble = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 102) return code - 87
  throw malformed('hex')
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Without padding. */
export const toBase64url = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const triple = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const characters = Math.min(3, bytes.length - at) + 1
    for (let index = 0; index < characters; index++) text += BASE64URL[(triple >> (18 - 6 * index)) & 63]
  }
  return text
}
/** @throws BASE_BYTES_MALFORMED, also for a text that is not the one spelling of its bytes */
export const fromBase64url = (text: string): Uint8Array => {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let held = 0
  let length = 0
  for (const character of text) {
    const value = BASE64URL.indexOf(character)
    if (value < 0) throw malformed('base64url')
    bits = ((bits << 6) | value) & 0xffffff
    held += 6
    if (held >= 8) bytes[length++] = (bits >> (held -= 8)) & 255
  }
  if (toBase64url(bytes.subarray(0, length)) !== text) throw malformed('base64url')
  return bytes.subarray(0, length)
}

export const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

/** Canonical CBOR: map keys sorted, shortest lengths. `undefined` is not encodable. */
export const encodeCbor = (value: unknown): Uint8Array => cbor.encode(value)

const HAS_ITEMS: Readonly<Record<number, number>> = { 4: 1, 5: 2 }
const CBOR_TAG = 6

/** Whether values lie inside one another deeper than CBOR_DEPTH_MAX. Counted, not tried: a stack overflows at another depth on every
 *  machine, and what one takes another would refuse. Bytes that are no CBOR are left to the decoder. */
const isDeepCbor = (bytes: Uint8Array): boolean => {
  /** Of each value that is open: how many are still to come in it. */
  const open: number[] = []
  for (let at = 0; at < bytes.length;) {
    const [major, minor] = [bytes[at]! >> 5, bytes[at]! & 31]
    const lengthBytes = minor < 24 ? 0 : 2 ** (minor - 24)
    if (lengthBytes > 8) return false
    let count = minor < 24 ? minor : 0
    for (let index = 1; index <= lengthBytes; index++) count = count * 256 + (bytes[at + index] ?? 0)
    at += 1 + lengthBytes + (major === 2 || major === 3 ? count : 0)
    const inside = major === CBOR_TAG ? 1 : count * (HAS_ITEMS[major] ?? 0)
    if (inside > 0) {
      if (open.push(inside) > CBOR_DEPTH_MAX) return true
      continue
    }
    while (open.length > 0 && --open[open.length - 1]! === 0) open.pop()
  }
  return false
}

/** @throws BASE_BYTES_MALFORMED unless `bytes` are exactly the canonical encoding of what they say, at most CBOR_DEPTH_MAX deep */
export const decodeCbor = (bytes: Uint8Array): unknown => {
  if (isDeepCbor(bytes)) throw malformed('cbor is too deep')
  let value: unknown
  let again: Uint8Array
  try {
    value = cbor.decode(bytes)
    again = cbor.encode(value)
  } catch (cause) {
    throw new PeerError('BASE_BYTES_MALFORMED', { what: 'cbor' }, { cause })
  }
  if (!equalBytes(bytes, again)) throw malformed('cbor is not canonical')
  return value
}

/** Appends fixed layouts to a growing buffer. Integers are big endian; a varint holds up to 2^53 - 1. */
export class ByteWriter {
  #bytes = new Uint8Array(256)
  #length = 0

  get length() {
    return this.#length
  }

  #grow(by: number): number {
    const at = this.#length
    this.#length += by
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    return at
  }

  u8(value: number): this {
    const at = this.#grow(1)
    this.#bytes[at] = value
    return this
  }

  u64(value: number): this {
    const at = this.#grow(8)
    new DataView(this.#bytes.buffer).setBigUint64(at, BigInt(value))
    return this
  }

  varint(value: number): this {
    let rest = value
    while (rest > 127) {
      this.u8((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    return this.u8(rest)
  }

  raw(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  /** A varint length, then the bytes. */
  sized(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes)
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}

/** Reads what ByteWriter wrote. Every length is checked against what is there before anything is allocated.
 *  @throws BASE_BYTES_MALFORMED from every method */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get remaining() {
    return this.#bytes.length - this.#at
  }

  get position() {
    return this.#at
  }

  u8(): number {
    if (this.remaining < 1) throw malformed('end')
    return this.#bytes[this.#at++]!
  }

  u64(): number {
    const bytes = this.raw(8)
    const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed('u64 too large')
    return Number(value)
  }

  varint(max = Number.MAX_SAFE_INTEGER): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8()
      value += (byte & 127) * scale
      if (byte < 128) {
        if (byte === 0 && scale > 1) throw malformed('varint has another spelling')
        break
      }
      if (scale > 2 ** 45) throw malformed('varint too long')
    }
    if (value > max) throw malformed('varint too large')
    return value
  }

  /** A view of the next `length` bytes, not a copy. */
  raw(length: number): Uint8Array {
    if (length < 0 || length > this.remaining) throw malformed('length')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  sized(lengthMax: number): Uint8Array {
    return this.raw(this.varint(lengthMax))
  }

  rest(): Uint8Array {
    return this.raw(this.remaining)
  }

  /** Nothing may follow. */
  end(): void {
    if (this.remaining > 0) throw malformed('trailing bytes')
  }
}
