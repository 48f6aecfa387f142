import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '../base/codec.ts'
import { deviceId, inviteId, workspaceId } from '../base/ids.ts'
import { sha256, signingKey } from '../identity/crypto.ts'
import { isJoinProven, proveJoin, type JoinClaim } from './join-proof.ts'

const keyOf = (seed: number) => signingKey(new Uint8Array(32).fill(seed))
const [invite, device, other] = [keyOf(1), keyOf(2), keyOf(3)]
const claim: JoinClaim = {
  workspace: workspaceId('ab'.repeat(32)), invite: inviteId('1f'.repeat(16)), device: deviceId(toHex(device.publicKey)),
  sealKey: new Uint8Array(32).fill(4), admitter: deviceId('ad'.repeat(32)), transcript: new Uint8Array(32).fill(5),
}

test('the signatures of a join are those of version 0', () => {
  const { byInvite, byDevice } = proveJoin(claim, invite, device)
  assert.equal(toHex(sha256(byInvite, byDevice)), '7583791cbd2edb018948afce30159e168ebee64b4a116f9b7055941bf81eba95')
  assert.equal(isJoinProven(claim, { byInvite, byDevice }, invite.publicKey), true)
})

test('a join needs both signatures, each by its own key', () => {
  const proof = proveJoin(claim, invite, device)
  const byOther = proveJoin(claim, other, other)
  assert.equal(isJoinProven(claim, { ...proof, byInvite: byOther.byInvite }, invite.publicKey), false, 'without the secret')
  assert.equal(isJoinProven(claim, { ...proof, byDevice: byOther.byDevice }, invite.publicKey), false, 'without the device')
  assert.equal(isJoinProven(claim, { byInvite: proof.byDevice, byDevice: proof.byInvite }, invite.publicKey), false)
})

test('bytes can’t move from one field of a claim to the next under one signature', () => {
  for (const wrong of [31, 33].flatMap((length) => [{ sealKey: new Uint8Array(length) }, { transcript: new Uint8Array(length) }])) {
    const odd = { ...claim, ...wrong }
    assert.equal(isJoinProven(odd, proveJoin(odd, invite, device), invite.publicKey), false)
  }
})
