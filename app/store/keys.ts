/** Keys as bytes: segments in UTF-8, joined with NUL. Since no segment holds a NUL, byte order is order segment by segment. */
import { concat, fromUtf8, toUtf8 } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import type { Key } from './store.ts'

/** All keys `key` with `from <= key < below`. */
export interface KeyRange {
  readonly from: Uint8Array
  readonly below: Uint8Array
}

// NUL follows a whole segment, and 1 is the byte after it: nothing else lies between a prefix and its end.
const AFTER_SEPARATOR = Uint8Array.of(1)
// UTF-8 never holds this byte.
const AFTER_ALL = Uint8Array.of(255)

/** @throws STORE_KEY_MALFORMED */
const encodeSegments = (segments: Key): Uint8Array => {
  // A lone surrogate would become U+FFFD, and two keys one.
  const wrong = segments.findIndex((segment) => segment.includes('\0') || !segment.isWellFormed())
  if (wrong >= 0) throw new PeerError('STORE_KEY_MALFORMED', { segment: wrong })
  return toUtf8(segments.join('\0'))
}

/** @throws STORE_KEY_MALFORMED for a NUL or a lone surrogate, and for no segments at all, which would read like one empty segment */
export const encodeKey = (key: Key): Uint8Array => {
  if (key.length === 0) throw new PeerError('STORE_KEY_MALFORMED', { segments: 0 })
  return encodeSegments(key)
}

export const decodeKey = (bytes: Uint8Array): Key => fromUtf8(bytes).split('\0')

/** The keys that start with `prefix`, and `prefix` itself; all keys for no segments.
 *  @throws STORE_KEY_MALFORMED */
export const rangeOf = (prefix: Key): KeyRange => {
  const from = encodeSegments(prefix)
  return { from, below: prefix.length === 0 ? AFTER_ALL : concat([from, AFTER_SEPARATOR]) }
}

/** The smallest key above `key`. */
export const successor = (key: Uint8Array): Uint8Array => concat([key, Uint8Array.of(0)])

/** The keys of `rangeOf` behind `after`.
 *  @throws STORE_KEY_MALFORMED */
export const rangeFrom = (prefix: Key, after: Key | undefined): KeyRange => {
  const range = rangeOf(prefix)
  if (!after) return range
  const behind = successor(encodeKey(after))
  return { ...range, from: isBelow(range.from, behind) ? behind : range.from }
}

const isBelow = (a: Uint8Array, b: Uint8Array): boolean => {
  for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at] !== b[at]) return a[at]! < b[at]!
  return a.length < b.length
}
