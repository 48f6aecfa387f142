/** The bodies of control entries. */
import { decodeCbor, encodeCbor, fromHex, toHex } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { deviceId, inviteId, type DeviceId, type InviteId } from '../base/ids.ts'
import type { JoinProof } from './join-proof.ts'

export type Control =
  | { readonly kind: 'invite'; readonly invite: InviteId; readonly key: Uint8Array; readonly expiresMs: number }
  | {
      readonly kind: 'admit'
      readonly invite: InviteId
      readonly device: DeviceId
      readonly sealKey: Uint8Array
      readonly transcript: Uint8Array
      readonly proof: JoinProof
    }
  | { readonly kind: 'profile'; readonly name: string }
  | { readonly kind: 'leave' }

export const encodeControl = (control: Control): Uint8Array => {
  switch (control.kind) {
    case 'invite':
      return encodeCbor({ kind: 'invite', invite: fromHex(control.invite), key: control.key, expires: control.expiresMs })
    case 'admit':
      return encodeCbor({
        kind: 'admit', invite: fromHex(control.invite), device: fromHex(control.device), sealKey: control.sealKey,
        transcript: control.transcript, byInvite: control.proof.byInvite, byDevice: control.proof.byDevice,
      })
    case 'profile':
      return encodeCbor({ kind: 'profile', name: control.name })
    case 'leave':
      return encodeCbor({ kind: 'leave' })
  }
}

const bytesOf = (value: unknown, length: number): Uint8Array => {
  if (value instanceof Uint8Array && value.length === length) return value
  throw new PeerError('LOG_ENTRY_MALFORMED')
}

/** Undefined for a kind that a newer version wrote.
 *  @throws LOG_ENTRY_MALFORMED, BASE_BYTES_MALFORMED, BASE_ID_MALFORMED */
export const decodeControl = (payload: Uint8Array): Control | undefined => {
  const value = decodeCbor(payload) as Record<string, unknown>
  switch (value?.['kind']) {
    case 'invite': {
      const expiresMs = value['expires']
      if (typeof expiresMs !== 'number') throw new PeerError('LOG_ENTRY_MALFORMED')
      return { kind: 'invite', invite: inviteId(toHex(bytesOf(value['invite'], 16))), key: bytesOf(value['key'], 32), expiresMs }
    }
    case 'admit':
      return {
        kind: 'admit',
        invite: inviteId(toHex(bytesOf(value['invite'], 16))),
        device: deviceId(toHex(bytesOf(value['device'], 32))),
        sealKey: bytesOf(value['sealKey'], 32),
        transcript: bytesOf(value['transcript'], 32),
        proof: { byInvite: bytesOf(value['byInvite'], 64), byDevice: bytesOf(value['byDevice'], 64) },
      }
    case 'profile': {
      const name = value['name']
      if (typeof name !== 'string') throw new PeerError('LOG_ENTRY_MALFORMED')
      return { kind: 'profile', name: name.slice(0, 240) }
    }
    case 'leave':
      return { kind: 'leave' }
    default:
      return undefined
  }
}
