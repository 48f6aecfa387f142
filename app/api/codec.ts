/** Messages between a screen and the peer: canonical CBOR maps, one a Channel message. */
import { decodeCbor, encodeCbor } from '../base/codec.ts'
import { codeOf, errorCode, PeerError, type ErrorCode } from '../base/errors.ts'
import { checkTakes, isCommandKind } from './command-checks.ts'
import type { CommandKind, ScreenEvent, Takes } from './commands.ts'
import { isPlainObject, text, whole } from './validate.ts'

/** Raised with every change that an older screen would misread. */
export const CHANNEL_PROTOCOL = 0

/** The first message on every Channel, from the peer. */
export interface Welcome {
  readonly protocol: number
  readonly version: string
}

export type Request = {
  readonly [Kind in CommandKind]: { readonly id: number; readonly kind: Kind; readonly takes: Takes<Kind> }
}[CommandKind]

/** `id` names the request that could not be taken; 0 when not even that could be read. */
export type RequestRead =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly id: number; readonly code: ErrorCode; readonly details: Readonly<Record<string, unknown>> }

export type PeerMessage =
  | { readonly kind: 'welcome'; readonly welcome: Welcome }
  | { readonly kind: 'answer'; readonly id: number; readonly gives: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly code: ErrorCode; readonly details: Readonly<Record<string, unknown>> }
  | { readonly kind: 'event'; readonly event: ScreenEvent }

const requestId = whole(1, Number.MAX_SAFE_INTEGER)
const malformed = (what: string) => new PeerError('API_MESSAGE_MALFORMED', { what })

export const encodeRequest = (request: Request): Uint8Array => encodeCbor(encodable(request))

/** Never throws: what can't be taken is an answer too. */
export const decodeRequest = (message: Uint8Array): RequestRead => {
  let id = 0
  try {
    const { id: given, kind, takes, ...rest } = decodeMap(message)
    id = requestId(given, 'id')
    if (typeof kind !== 'string' || Object.keys(rest).length > 0) throw malformed('request')
    if (!isCommandKind(kind)) throw new PeerError('API_COMMAND_UNKNOWN', { kind: kind.slice(0, 40) })
    return { ok: true, request: { id, kind, takes: checkTakes(kind, takes) } as Request }
  } catch (error) {
    if (!(error instanceof PeerError)) throw error
    return { ok: false, id, code: id === 0 ? 'API_MESSAGE_MALFORMED' : codeOf(error), details: error.details }
  }
}

export const encodePeerMessage = ({ kind: _, ...message }: PeerMessage): Uint8Array => encodeCbor(encodable(message))

/** @throws API_MESSAGE_MALFORMED, API_PARAMETER_INVALID */
export const decodePeerMessage = (message: Uint8Array): PeerMessage => {
  const { id, gives, code, details, event, welcome } = decodeMap(message)
  if (isPlainObject(welcome)) return { kind: 'welcome', welcome: checkWelcome(welcome) }
  if (isPlainObject(event)) return { kind: 'event', event: event as unknown as ScreenEvent }
  const answered = whole(0, Number.MAX_SAFE_INTEGER)(id, 'id')
  if (code !== undefined) return { kind: 'failure', id: answered, code: errorCode(code), details: isPlainObject(details) ? details : {} }
  return { kind: 'answer', id: answered, gives }
}

/** Of a newer peer it may say more than this. */
const checkWelcome = (welcome: Record<string, unknown>): Welcome => ({
  protocol: whole(0, 1e6)(welcome['protocol'], 'protocol'),
  version: text(64)(welcome['version'], 'version'),
})

const decodeMap = (message: Uint8Array): Record<string, unknown> => {
  let value: unknown
  try {
    value = decodeCbor(message)
  } catch (cause) {
    throw new PeerError('API_MESSAGE_MALFORMED', { what: 'cbor' }, { cause })
  }
  if (!isPlainObject(value)) throw malformed('map')
  return value
}

/** A copy that CBOR can hold: undefined keys left out, numbers without a spelling as null, anything else strange as text. */
const encodable = (value: unknown): unknown => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint' || value instanceof Uint8Array) return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value === undefined) return null
  if (Array.isArray(value)) return value.map(encodable)
  if (!isPlainObject(value)) return String(value)
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(entries.map(([key, field]) => [key, encodable(field)]))
}
