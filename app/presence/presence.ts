/** Who is in which document now, and where their cursor is. Never stored, never logged; gone when it isn't repeated. */
import { every, type Cancel, type Clock } from '../base/clock.ts'
import { decodeCbor, encodeCbor } from '../base/codec.ts'
import { createEmitter } from '../base/emitter.ts'
import { codeOf, PeerError, type ErrorCode } from '../base/errors.ts'
import { documentId, type DeviceId, type DocumentId } from '../base/ids.ts'
import { PRESENCE_BYTES_MAX } from '../base/limits.ts'

const REPEAT_MS = 15_000
const EXPIRE_MS = 40_000
/** Screens of one device that are shown. */
const SCREENS_PER_DEVICE_MAX = 64

export interface Presence {
  readonly document: DocumentId
  readonly device: DeviceId
  readonly clientId: number
  /** The editor's awareness state as JSON text; null: gone. */
  readonly state: string | null
}

export interface PresenceRoom {
  /** One of our own screens. @throws API_PARAMETER_INVALID above PRESENCE_BYTES_MAX */
  set(document: DocumentId, clientId: number, state: string | null): void
  receive(device: DeviceId, payload: Uint8Array): void
  /** A neighbour proved itself: tell it who is here. */
  greet(reply: (payload: Uint8Array) => void): void
  /** No link to that device is left. */
  gone(device: DeviceId): void
  /** Everybody in `document`, other screens of this machine included. */
  list(document: DocumentId): readonly Presence[]
  onChange(listener: (presence: Presence) => void): Cancel
  stop(): void
}

export interface PresenceParts {
  readonly device: DeviceId
  readonly clock: Clock
  broadcast(payload: Uint8Array): void
  refuse(code: ErrorCode): void
}

const encode = ({ document, clientId, state }: Presence): Uint8Array => encodeCbor({ document, client: clientId, state })

const decode = (device: DeviceId, payload: Uint8Array): Presence => {
  const value = decodeCbor(payload) as Record<string, unknown>
  const { client, state } = value ?? {}
  const isState = state === null || (typeof state === 'string' && state.length <= PRESENCE_BYTES_MAX)
  if (!Number.isSafeInteger(client) || !isState) throw new PeerError('BASE_BYTES_MALFORMED')
  return { document: documentId(value['document']), device, clientId: client as number, state: state as string | null }
}

export const createPresence = (parts: PresenceParts): PresenceRoom => {
  const { device: self, clock } = parts
  const shown = new Map<string, { readonly presence: Presence; readonly atMs: number }>()
  const changed = createEmitter<Presence>()
  const nameOf = (presence: Presence) => `${presence.device}.${presence.document}.${presence.clientId}`
  const own = () => [...shown.values()].filter(({ presence }) => presence.device === self)

  const show = (presence: Presence) => {
    const name = nameOf(presence)
    const before = shown.get(name)
    if (presence.state === null) shown.delete(name)
    else shown.set(name, { presence, atMs: clock.monotonicMs() })
    if (before?.presence.state !== presence.state && (before || presence.state !== null)) changed.emit(presence)
  }

  const hide = (presence: Presence) => show({ ...presence, state: null })

  const cancel = every(clock, REPEAT_MS, () => {
    for (const { presence } of own()) parts.broadcast(encode(presence))
    const nowMs = clock.monotonicMs()
    for (const { presence, atMs } of [...shown.values()]) if (presence.device !== self && nowMs - atMs > EXPIRE_MS) hide(presence)
  })

  return {
    set: (document, clientId, state) => {
      if (state !== null && state.length > PRESENCE_BYTES_MAX) throw new PeerError('API_PARAMETER_INVALID', { parameter: 'state' })
      const presence = { document, device: self, clientId, state }
      show(presence)
      parts.broadcast(encode(presence))
    },
    receive: (device, payload) => {
      try {
        const presence = decode(device, payload)
        const count = [...shown.values()].filter((entry) => entry.presence.device === device).length
        if (count < SCREENS_PER_DEVICE_MAX || shown.has(nameOf(presence))) show(presence)
      } catch (error) {
        parts.refuse(codeOf(error))
      }
    },
    greet: (reply) => {
      for (const { presence } of own()) reply(encode(presence))
    },
    gone: (device) => {
      for (const { presence } of [...shown.values()]) if (presence.device === device) hide(presence)
    },
    list: (document) => [...shown.values()].map((entry) => entry.presence).filter((presence) => presence.document === document),
    onChange: changed.on,
    stop: cancel,
  }
}
