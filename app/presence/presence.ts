/** Who is in which document now, and where their cursor is. Never stored, never logged; gone when it isn't repeated. */
import { every, type Cancel, type Clock } from '../base/clock.ts'
import { decodeCbor, encodeCbor, toUtf8 } from '../base/codec.ts'
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

const isShort = (state: string) => state.length <= PRESENCE_BYTES_MAX && toUtf8(state).length <= PRESENCE_BYTES_MAX

const encode = ({ document, clientId, state }: Presence): Uint8Array => encodeCbor({ document, client: clientId, state })

const decode = (device: DeviceId, payload: Uint8Array): Presence => {
  const value = decodeCbor(payload) as Record<string, unknown>
  const { client, state } = value ?? {}
  const isState = state === null || (typeof state === 'string' && isShort(state))
  if (!Number.isSafeInteger(client) || (client as number) < 0 || !isState) throw new PeerError('BASE_BYTES_MALFORMED')
  return { document: documentId(value['document']), device, clientId: client as number, state: state as string | null }
}

export const createPresence = (parts: PresenceParts): PresenceRoom => {
  const { device: self, clock } = parts
  /** Of whom `isOwn` says which are screens of this run: a clone of this machine has the same device. */
  const shown = new Map<string, { readonly presence: Presence; readonly isOwn: boolean; readonly atMs: number }>()
  const changed = createEmitter<Presence>()
  const nameOf = (presence: Presence) => `${presence.device}.${presence.document}.${presence.clientId}`
  const own = () => [...shown.values()].filter(({ isOwn }) => isOwn)

  const show = (presence: Presence, isOwn: boolean) => {
    const name = nameOf(presence)
    const before = shown.get(name)
    if (before && before.isOwn !== isOwn) return
    if (presence.state === null) shown.delete(name)
    else shown.set(name, { presence, isOwn, atMs: clock.monotonicMs() })
    if (before?.presence.state !== presence.state && (before || presence.state !== null)) changed.emit(presence)
  }

  const hideOthers = (isOver: (device: DeviceId, atMs: number) => boolean) => {
    for (const { presence, isOwn, atMs } of [...shown.values()]) {
      if (!isOwn && isOver(presence.device, atMs)) show({ ...presence, state: null }, false)
    }
  }

  const cancel = every(clock, REPEAT_MS, () => {
    for (const { presence } of own()) parts.broadcast(encode(presence))
    const nowMs = clock.monotonicMs()
    hideOthers((_, atMs) => nowMs - atMs > EXPIRE_MS)
  })

  return {
    set: (document, clientId, state) => {
      if (state !== null && !isShort(state)) throw new PeerError('API_PARAMETER_INVALID', { parameter: 'state' })
      const presence = { document, device: self, clientId, state }
      show(presence, true)
      parts.broadcast(encode(presence))
    },
    receive: (device, payload) => {
      try {
        const presence = decode(device, payload)
        const count = [...shown.values()].filter((entry) => !entry.isOwn && entry.presence.device === device).length
        if (count < SCREENS_PER_DEVICE_MAX || shown.has(nameOf(presence))) show(presence, false)
      } catch (error) {
        parts.refuse(codeOf(error))
      }
    },
    greet: (reply) => {
      for (const { presence } of own()) reply(encode(presence))
    },
    gone: (device) => hideOthers((of) => of === device),
    list: (document) => [...shown.values()].map((entry) => entry.presence).filter((presence) => presence.document === document),
    onChange: changed.on,
    stop: cancel,
  }
}
