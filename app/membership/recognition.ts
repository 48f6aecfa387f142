/** How two peers that share a secret recognise each other on one connection, and prove their devices there; nobody else learns anything. */
import { ByteWriter, fromHex, toHex, toUtf8 } from '../base/codec.ts'
import type { DeviceId, PeerId, SessionId, WorkspaceId } from '../base/ids.ts'
import { hkdf, hmacSha256, sha256, verifyDevice } from '../identity/crypto.ts'

export const TOKEN_BYTES = 16
export const CHANNEL_BYTES = 8

/** Which of the two has the lower PeerId. */
export type Role = 'lower' | 'higher'

/** Members of a workspace share it for good; it opens nothing. */
export const discoveryKey = (workspace: WorkspaceId, controlKey: Uint8Array): Uint8Array =>
  hkdf(controlKey, fromHex(workspace), toUtf8('lanyard-discovery-v0'))

/** Of one connection: both PeerIds, which Noise has authenticated, and a fresh nonce of each. */
export const transcriptOf = (lower: { peer: PeerId; nonce: Uint8Array }, higher: { peer: PeerId; nonce: Uint8Array }): Uint8Array =>
  sha256(toUtf8(`lanyard-transcript-v0 ${lower.peer} ${higher.peer} `), lower.nonce, higher.nonce)

const derive = (key: Uint8Array, purpose: string, transcript: Uint8Array) => hmacSha256(key, toUtf8(`lanyard-${purpose}-v0`), transcript)

/** @param key a discovery key for members, a rendezvous key for joiners */
export const tokenOf = (key: Uint8Array, kind: 'member' | 'joiner', side: { role: Role; transcript: Uint8Array }): string =>
  toHex(derive(key, `token-${kind}-${side.role}`, side.transcript).subarray(0, TOKEN_BYTES))

/** A short name for what the key stands for, on this connection only. */
export const channelOf = (key: Uint8Array, transcript: Uint8Array): string => toHex(derive(key, 'channel', transcript).subarray(0, CHANNEL_BYTES))

export interface DeviceClaim {
  readonly workspace: WorkspaceId
  readonly transcript: Uint8Array
  readonly role: Role
  readonly device: DeviceId
  readonly session: SessionId
}

/** What a member signs to prove its device on a connection. */
export const deviceClaimBytes = (claim: DeviceClaim): Uint8Array =>
  new ByteWriter().raw(toUtf8(`lanyard-proof-v0-${claim.role}`)).raw(fromHex(claim.workspace)).raw(claim.transcript)
    .raw(fromHex(claim.device)).raw(fromHex(claim.session)).finish()

export const isDeviceProven = (claim: DeviceClaim, signature: Uint8Array): boolean =>
  verifyDevice(claim.device, deviceClaimBytes(claim), signature)

export interface OfferClaim {
  readonly workspace: WorkspaceId
  readonly transcript: Uint8Array
  readonly device: DeviceId
}

/** What a member signs when it offers a joiner to admit it. */
export const offerBytes = (offer: OfferClaim): Uint8Array =>
  new ByteWriter().raw(toUtf8('lanyard-offer-v0')).raw(fromHex(offer.workspace)).raw(offer.transcript).raw(fromHex(offer.device)).finish()

export const isOfferProven = (offer: OfferClaim, signature: Uint8Array): boolean => verifyDevice(offer.device, offerBytes(offer), signature)
