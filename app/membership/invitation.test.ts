import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeCbor, encodeCbor, fromBase64url, toBase64url, toHex } from '../base/codec.ts'
import { address, deviceId, inviteId, workspaceId } from '../base/ids.ts'
import { ADDRESSES_PER_PEER_MAX } from '../base/limits.ts'
import { decodeLink, encodeLink, inviteKey, rendezvousKey, type Invitation } from './invitation.ts'

const invitation: Invitation = {
  workspace: workspaceId('ab'.repeat(32)), invite: inviteId('1f'.repeat(16)), inviter: deviceId('d1'.repeat(32)), expiresMs: 1_800_000_000_000,
  addresses: [address('/ip4/192.168.1.7/tcp/4001'), address('/ip6/fe80::1%eth0/tcp/1')], secret: new Uint8Array(16).fill(5),
}
const LINK = 'lanyard://join/pmZpbnZpdGVQHx8fHx8fHx8fHx8fHx8fH2dleHBpcmVzGwAAAaMYXFAAZ2ludml0ZXJYINHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHRZ3ZlcnNpb24AaWFkZHJlc3Nlc4J4GS9pcDQvMTkyLjE2OC4xLjcvdGNwLzQwMDF3L2lwNi9mZTgwOjoxJWV0aDAvdGNwLzFpd29ya3NwYWNlWCCrq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urqw#BQUFBQUFBQUFBQUFBQUFBQ'
const [open = '', secret = ''] = LINK.slice('lanyard://join/'.length).split('#')

test('a link is that of version 0, and is read back', () => {
  assert.equal(encodeLink(invitation), LINK)
  assert.deepEqual(decodeLink(LINK), invitation)
  assert.deepEqual(decodeLink(` ${LINK}\n`), invitation)
})

test('the keys that a secret gives are those of version 0', () => {
  const { publicKey } = inviteKey(invitation.workspace, invitation.secret)
  assert.equal(toHex(publicKey), '1c6a0139bad35a382469385ea0638987ef3c5bc1f6b77233a17520bfdac479de')
  assert.equal(toHex(rendezvousKey(publicKey)), '4eaca956efc26599850024da205ee95a10737b7a1d417df8965820fe32b21e99')
})

const refuses = (link: string) => assert.throws(() => decodeLink(link), { name: 'PeerError', code: 'MEMBERSHIP_LINK_MALFORMED' }, link)

test('a link with a part too many or too few, or of another kind, is refused', () => {
  for (const link of [
    '', open, `${open}#${secret}`, `lanyard://john/${open}#${secret}`, `lanyard://join/#${secret}`, `lanyard://join/${open}`, `lanyard://join/${open}#`,
    `${LINK}#`, `${LINK}#more`,
  ]) refuses(link)
})

test('a link whose fields are of the wrong kind, size or version is refused', () => {
  const fields = decodeCbor(fromBase64url(open)) as Record<string, unknown>
  const linkOf = (changed: object, last = secret) => `lanyard://join/${toBase64url(encodeCbor({ ...fields, ...changed }))}#${last}`
  assert.deepEqual(decodeLink(linkOf({})), invitation)
  for (const wrong of [
    { version: 1 }, { workspace: new Uint8Array(31) }, { workspace: null }, { invite: 5 }, { invite: Array.from({ length: 16 }, () => 1) }, { inviter: 'd1' }, { expires: 1.5 }, { expires: 'soon' },
    { addresses: {} }, { addresses: { length: 0 } }, { addresses: ['http://evil'] }, { addresses: null },
    { addresses: new Uint8Array(0) },
  ]) refuses(linkOf(wrong))
  for (const size of [15, 17]) refuses(linkOf({}, toBase64url(new Uint8Array(size))))
})

test('a link holds so many addresses, whoever made it, and so many characters', () => {
  const many = Array.from({ length: ADDRESSES_PER_PEER_MAX + 3 }, (_, at) => address(`/ip4/10.0.0.${at + 1}/tcp/4001`))
  const kept = many.slice(0, ADDRESSES_PER_PEER_MAX)
  assert.equal(encodeLink({ ...invitation, addresses: many }), encodeLink({ ...invitation, addresses: kept }))
  const fields = decodeCbor(fromBase64url(open)) as object
  const linkOf = (changed: object) => `lanyard://join/${toBase64url(encodeCbor({ ...fields, ...changed }))}#${secret}`
  assert.deepEqual(decodeLink(linkOf({ addresses: many })).addresses, kept)
  const padded = (characters: number) => linkOf({ padding: new Uint8Array(characters) })
  const bytes = Array.from({ length: 3000 }, (_, at) => at).findLast((size) => padded(size).length <= 4096)!
  assert.equal(padded(bytes).length, 4096)
  assert.deepEqual(decodeLink(padded(bytes)), invitation)
  refuses(padded(bytes + 1))
})
