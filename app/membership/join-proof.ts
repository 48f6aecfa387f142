/** What a joiner signs, with the invitation's key and with its own: bound to the one connection and the one admitter it was made for. */
import { ByteWriter, fromHex, toUtf8 } from '../base/codec.ts'
import type { DeviceId, InviteId, WorkspaceId } from '../base/ids.ts'
import { verifyDevice, verifySignature, type SigningKey } from '../identity/crypto.ts'

export interface JoinClaim {
  readonly workspace: WorkspaceId
  readonly invite: InviteId
  readonly device: DeviceId
  /** X25519, 32 bytes. */
  readonly sealKey: Uint8Array
  /** The member that admits. */
  readonly admitter: DeviceId
  /** Of the connection: both PeerIds and both nonces; 32 bytes. */
  readonly transcript: Uint8Array
}

export interface JoinProof {
  readonly byInvite: Uint8Array
  readonly byDevice: Uint8Array
}

const claimBytes = (claim: JoinClaim): Uint8Array =>
  new ByteWriter()
    .raw(toUtf8('lanyard-join-v0')).raw(fromHex(claim.workspace)).raw(fromHex(claim.invite)).raw(fromHex(claim.device))
    .raw(claim.sealKey).raw(fromHex(claim.admitter)).raw(claim.transcript).finish()

export const proveJoin = (claim: JoinClaim, invite: SigningKey, device: SigningKey): JoinProof => ({
  byInvite: invite.sign(claimBytes(claim)),
  byDevice: device.sign(claimBytes(claim)),
})

export const isJoinProven = (claim: JoinClaim, proof: JoinProof, invitePublicKey: Uint8Array): boolean =>
  claim.sealKey.length === 32 && claim.transcript.length === 32 &&
  verifySignature(invitePublicKey, claimBytes(claim), proof.byInvite) && verifyDevice(claim.device, claimBytes(claim), proof.byDevice)
