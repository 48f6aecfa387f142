import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '../base/codec.ts'
import { deviceId, peerId, sessionId, workspaceId } from '../base/ids.ts'
import { signingKey } from '../identity/crypto.ts'
import {
  CHANNEL_BYTES, channelOf, deviceClaimBytes, discoveryKey, isDeviceProven, isOfferProven, offerBytes, TOKEN_BYTES, tokenOf, transcriptOf,
  type DeviceClaim,
} from './recognition.ts'

const filled = (value: number) => new Uint8Array(32).fill(value)
const workspace = workspaceId('ab'.repeat(32))
const signing = signingKey(filled(2))
const device = deviceId(toHex(signing.publicKey))
const lower = { peer: peerId('12D3KooWaaaa'), nonce: filled(6) }
const higher = { peer: peerId('12D3KooWbbbb'), nonce: filled(7) }
const transcript = transcriptOf(lower, higher)
const key = discoveryKey(workspace, filled(1))
const claim: DeviceClaim = { workspace, transcript, role: 'lower', device, session: sessionId('5e'.repeat(16)) }

const GOLDEN = {
  key: 'b52ed6800bc19f50d830f32ed911b90f92af46e6092d2eca9983d01158594856',
  transcript: 'a5fdbc058fb662474c26287aa4dae3262209805322733e6b495f8a14a9250e62',
  channel: '889dd1ef7980bd36',
  tokens: [
    '377981e965c498738109529a1abb5e9f',
    'c10bef76dcaee419756265306d8123bd',
    '8a8cdf231ba4452cda04cc9a8567c823',
    '81cfe5c66ab95bfe3ea53acecf6ded7c',
  ],
  claim: '6c616e796172642d70726f6f662d76302d6c6f776572ababababababababababababababababababababababababababababababababa5fdbc058fb662474c26287aa4dae3262209805322733e6b495f8a14a9250e628139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b3945e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e',
  offer: '6c616e796172642d6f666665722d7630ababababababababababababababababababababababababababababababababa5fdbc058fb662474c26287aa4dae3262209805322733e6b495f8a14a9250e628139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394',
}

test('what two peers recognise each other by is that of version 0', () => {
  assert.deepEqual({
    key: toHex(key), transcript: toHex(transcript), channel: channelOf(key, transcript),
    tokens: (['member', 'joiner'] as const).flatMap((kind) => (['lower', 'higher'] as const).map((role) => tokenOf(key, kind, { role, transcript }))),
    claim: toHex(deviceClaimBytes(claim)), offer: toHex(offerBytes({ workspace, transcript, device })),
  }, GOLDEN)
  assert.deepEqual([channelOf(key, transcript).length, tokenOf(key, 'member', { role: 'lower', transcript }).length], [2 * CHANNEL_BYTES, 2 * TOKEN_BYTES])
})

test('who is who on a connection is part of what it is', () => {
  assert.notDeepEqual(transcriptOf(higher, lower), transcript)
  assert.notDeepEqual(transcriptOf({ ...lower, nonce: filled(8) }, higher), transcript)
  assert.notDeepEqual(transcriptOf(lower, { ...higher, nonce: filled(8) }), transcript)
})

test('a device is proven by its own signature, for its own claim', () => {
  const signature = signing.sign(deviceClaimBytes(claim))
  assert.equal(isDeviceProven(claim, signature), true)
  const others: Partial<DeviceClaim>[] = [{ role: 'higher' }, { transcript: filled(1) }, { session: sessionId('00'.repeat(16)) }, { workspace: workspaceId('cd'.repeat(32)) }]
  for (const other of others) assert.equal(isDeviceProven({ ...claim, ...other }, signature), false, Object.keys(other).join())
  assert.equal(isDeviceProven(claim, signingKey(filled(3)).sign(deviceClaimBytes(claim))), false)
})

test('an offer is proven by the device that makes it, on its own connection', () => {
  const offer = { workspace, transcript, device }
  const signature = signing.sign(offerBytes(offer))
  assert.equal(isOfferProven(offer, signature), true)
  assert.equal(isOfferProven({ ...offer, transcript: filled(1) }, signature), false)
  assert.equal(isOfferProven(offer, signing.sign(deviceClaimBytes(claim))), false, 'a proof of the device is no offer')
})
