/** What two machines say to each other before one is let in: canonical CBOR maps, one a frame. Strangers send them: bounded and strict. */
import { decodeCbor, encodeCbor } from '../base/codec.ts'
import { codeOf, errorCode, PeerError, type ErrorCode } from '../base/errors.ts'
import { LINK_CHARACTERS_MAX, NAME_CHARACTERS_MAX, NEARBY_MESSAGE_BYTES_MAX, NEARBY_MINUTES_MAX, NEARBY_OPENINGS_MAX } from '../base/limits.ts'
import { ok, refused, type Result } from '../base/result.ts'

export const NONCE_BYTES = 32

/** A workspace that is open to people nearby, as strangers see it. */
export interface OpeningNote {
  /** Made for this opening alone: 32 hex digits. */
  readonly opening: string
  readonly workspace: string
  readonly machine: string
  readonly remainingMs: number
}

export type NearbyMessage =
  | { readonly kind: 'look' }
  | { readonly kind: 'openings'; readonly openings: readonly OpeningNote[] }
  | { readonly kind: 'ask'; readonly opening: string; readonly machine: string; readonly commitment: Uint8Array }
  | { readonly kind: 'nonce'; readonly nonce: Uint8Array }
  | { readonly kind: 'reveal'; readonly nonce: Uint8Array }
  /** A person has not answered yet. */
  | { readonly kind: 'waiting'; readonly remainingMs: number }
  | { readonly kind: 'invitation'; readonly link: string }
  | { readonly kind: 'refused'; readonly code: ErrorCode }

type Fields = Readonly<Record<string, unknown>>

/** Control characters, and those that turn the direction of what follows: a name shall not draw over another. */
const UNSHOWABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/
const malformed = () => new PeerError('SYNC_MESSAGE_MALFORMED')

const nameIn = (value: unknown): string => {
  if (typeof value === 'string' && value.trim() !== '' && [...value].length <= NAME_CHARACTERS_MAX && !UNSHOWABLE.test(value)) return value
  throw malformed()
}
const openingIn = (value: unknown): string => {
  if (typeof value === 'string' && /^[0-9a-f]{32}$/.test(value)) return value
  throw malformed()
}
const bytesIn = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array && value.length === NONCE_BYTES) return value.slice()
  throw malformed()
}
const remainingIn = (value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= NEARBY_MINUTES_MAX * 60_000) return value
  throw malformed()
}
const linkIn = (value: unknown): string => {
  if (typeof value === 'string' && value.length <= LINK_CHARACTERS_MAX) return value
  throw malformed()
}
const noteIn = (value: unknown): OpeningNote => {
  const { opening, workspace, machine, remainingMs } = (value ?? {}) as Fields
  return { opening: openingIn(opening), workspace: nameIn(workspace), machine: nameIn(machine), remainingMs: remainingIn(remainingMs) }
}
const notesIn = (value: unknown): readonly OpeningNote[] => {
  if (Array.isArray(value) && value.length <= NEARBY_OPENINGS_MAX) return value.map(noteIn)
  throw malformed()
}

const readers: { readonly [Kind in NearbyMessage['kind']]: (fields: Fields) => Extract<NearbyMessage, { kind: Kind }> } = {
  look: () => ({ kind: 'look' }),
  openings: ({ openings }) => ({ kind: 'openings', openings: notesIn(openings) }),
  ask: ({ opening, machine, commitment }) =>
    ({ kind: 'ask', opening: openingIn(opening), machine: nameIn(machine), commitment: bytesIn(commitment) }),
  nonce: ({ nonce }) => ({ kind: 'nonce', nonce: bytesIn(nonce) }),
  reveal: ({ nonce }) => ({ kind: 'reveal', nonce: bytesIn(nonce) }),
  waiting: ({ remainingMs }) => ({ kind: 'waiting', remainingMs: remainingIn(remainingMs) }),
  invitation: ({ link }) => ({ kind: 'invitation', link: linkIn(link) }),
  refused: ({ code }) => ({ kind: 'refused', code: errorCode(code) }),
}

export const encodeNearby = (message: NearbyMessage): Uint8Array => encodeCbor(message)

/** Refusals: SYNC_MESSAGE_MALFORMED, SYNC_LIMIT_EXCEEDED, BASE_BYTES_MALFORMED */
export const decodeNearby = (frame: Uint8Array): Result<NearbyMessage> => {
  if (frame.length > NEARBY_MESSAGE_BYTES_MAX) return refused('SYNC_LIMIT_EXCEEDED')
  try {
    const fields = decodeCbor(frame)
    if (typeof fields !== 'object' || fields === null) return refused('SYNC_MESSAGE_MALFORMED')
    const kind = (fields as Fields)['kind']
    if (typeof kind !== 'string' || !Object.hasOwn(readers, kind)) return refused('SYNC_MESSAGE_MALFORMED')
    return ok(readers[kind as NearbyMessage['kind']](fields as Fields))
  } catch (error) {
    return refused(codeOf(error))
  }
}

/** A name fit to be told to strangers; what can't be shown is left out. */
export const tellable = (name: string): string => {
  const shown = [...name.replaceAll(new RegExp(UNSHOWABLE, 'g'), '').trim()].slice(0, NAME_CHARACTERS_MAX).join('')
  return shown === '' ? '?' : shown
}
