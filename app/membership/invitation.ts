/** The link that a person hands over: where to knock, and a secret that never crosses the wire. */
import { decodeCbor, encodeCbor, fromBase64url, fromHex, toBase64url, toHex, toUtf8 } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { address, deviceId, inviteId, workspaceId, type Address, type DeviceId, type InviteId, type WorkspaceId } from '../base/ids.ts'
import { ADDRESSES_PER_PEER_MAX } from '../base/limits.ts'
import { hkdf, signingKey, type SigningKey } from '../identity/crypto.ts'

export const INVITE_SECRET_BYTES = 16
const PREFIX = 'lanyard://join/'
const LINK_CHARACTERS_MAX = 4096

export interface Invitation {
  readonly workspace: WorkspaceId
  readonly invite: InviteId
  readonly inviter: DeviceId
  readonly expiresMs: number
  /** Where the inviter listened when it made the link: hints. */
  readonly addresses: readonly Address[]
  readonly secret: Uint8Array
}

/** Whoever holds the secret can sign with this; its public half is in the invite entry. */
export const inviteKey = (workspace: WorkspaceId, secret: Uint8Array): SigningKey =>
  signingKey(hkdf(secret, fromHex(workspace), toUtf8('lanyard-invite-v0')))

/** Known to all members and to whoever holds the link, and to nobody else: how the two recognise each other. */
export const rendezvousKey = (invitePublicKey: Uint8Array): Uint8Array =>
  hkdf(invitePublicKey, new Uint8Array(0), toUtf8('lanyard-rendezvous-v0'))

export const encodeLink = (invitation: Invitation): string => {
  const open = encodeCbor({
    version: 0,
    workspace: fromHex(invitation.workspace),
    invite: fromHex(invitation.invite),
    inviter: fromHex(invitation.inviter),
    expires: invitation.expiresMs,
    addresses: invitation.addresses.slice(0, ADDRESSES_PER_PEER_MAX),
  })
  return `${PREFIX}${toBase64url(open)}#${toBase64url(invitation.secret)}`
}

const hexOf = (value: unknown): unknown => (value instanceof Uint8Array ? toHex(value) : value)

/** @throws MEMBERSHIP_LINK_MALFORMED */
export const decodeLink = (link: string): Invitation => {
  const trimmed = link.trim()
  const [open, secret, ...more] = trimmed.slice(PREFIX.length).split('#')
  try {
    if (!trimmed.startsWith(PREFIX) || !open || !secret || more.length > 0 || trimmed.length > LINK_CHARACTERS_MAX) throw new PeerError('MEMBERSHIP_LINK_MALFORMED')
    const value = decodeCbor(fromBase64url(open)) as Record<string, unknown>
    const secretBytes = fromBase64url(secret)
    const { addresses, expires } = value
    if (value['version'] !== 0 || secretBytes.length !== INVITE_SECRET_BYTES || !Array.isArray(addresses) || !Number.isSafeInteger(expires)) {
      throw new PeerError('MEMBERSHIP_LINK_MALFORMED')
    }
    return {
      workspace: workspaceId(hexOf(value['workspace'])),
      invite: inviteId(hexOf(value['invite'])),
      inviter: deviceId(hexOf(value['inviter'])),
      expiresMs: expires as number,
      addresses: addresses.slice(0, ADDRESSES_PER_PEER_MAX).map(address),
      secret: secretBytes,
    }
  } catch (cause) {
    throw new PeerError('MEMBERSHIP_LINK_MALFORMED', {}, { cause })
  }
}
