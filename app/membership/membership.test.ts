import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { inviteId } from '../base/ids.ts'
import { INVITE_MS } from '../base/limits.ts'
import { silentLogger } from '../base/logger.ts'
import { createDeviceKeys, type DeviceKeys } from '../identity/device-keys.ts'
import { createMemoryStore } from '../store/memory.ts'
import { copyLog, openLog, random } from '../log/log.support.ts'
import { createGenesis, genesisId, readGenesis } from './genesis.ts'
import { decodeLink, encodeLink, inviteKey } from './invitation.ts'
import { proveJoin, type JoinClaim } from './join-proof.ts'
import { createMembership } from './membership.ts'

const founderKeys = createDeviceKeys(random)
const genesis = createGenesis('Studio', founderKeys, random)
const workspace = genesisId(genesis)

const openMember = (keys: DeviceKeys = createDeviceKeys(random)) => {
  let offsetMs = 0
  const clock = { ...systemClock(), nowMs: () => Date.now() + offsetMs }
  const log = openLog(keys, createMemoryStore())
  const membership = createMembership({ workspace, genesis: readGenesis(genesis, workspace), log, clock, random, logger: silentLogger })
  log.start()
  return { keys, log, membership, later: (byMs: number) => (offsetMs += byMs) }
}
type Peer = ReturnType<typeof openMember>

const transcript = random.bytes(32)
const claimOf = (link: string, joiner: DeviceKeys, admitter: Peer): JoinClaim => ({
  workspace, invite: decodeLink(link).invite, device: joiner.device, sealKey: joiner.opening.publicKey, transcript,
  admitter: admitter.keys.device,
})
const join = (link: string, joiner: DeviceKeys, admitter: Peer, claim = claimOf(link, joiner, admitter)) =>
  admitter.membership.admit(claim, proveJoin(claim, inviteKey(workspace, decodeLink(link).secret), joiner.signing))

test('any member that has the invite entry can admit, and everybody sees the new member', () => {
  const founder = openMember(founderKeys)
  const [b, c] = [openMember(), openMember()]
  assert.equal(join(founder.membership.invite(founderKeys.device, []).link, b.keys, founder).ok, true)
  const { link } = founder.membership.invite(founderKeys.device, [])
  copyLog(founder.log, b.log)
  assert.equal(join(link, c.keys, b).ok, true, 'admitted by b, invited by the founder')
  copyLog(b.log, founder.log)
  for (const peer of [founder, b]) {
    const devices = [founderKeys, b.keys, c.keys].map((keys) => keys.device)
    assert.deepEqual(peer.membership.members().map((member) => member.device).sort(), devices.sort())
  }
})

test('an invitation works once, also when its entry and the second use meet on another peer', () => {
  const founder = openMember(founderKeys)
  const [b, c] = [createDeviceKeys(random), createDeviceKeys(random)]
  const { link } = founder.membership.invite(founderKeys.device, [])
  assert.equal(join(link, b, founder).ok, true)
  assert.deepEqual(join(link, c, founder), { ok: false, code: 'MEMBERSHIP_INVITE_USED' })
  assert.equal(join(link, b, founder).ok, true, 'the same keys again: the first answer may have been lost')
  assert.equal(founder.membership.members().length, 2)
})

test('an expired invitation is refused by the admitter’s clock', () => {
  const founder = openMember(founderKeys)
  const { link } = founder.membership.invite(founderKeys.device, [])
  founder.later(INVITE_MS + 1)
  assert.deepEqual(join(link, createDeviceKeys(random), founder), { ok: false, code: 'MEMBERSHIP_INVITE_EXPIRED' })
})

test('a join proof is worth nothing for other keys, another admitter or another connection', () => {
  const founder = openMember(founderKeys)
  const [joiner, thief] = [createDeviceKeys(random), createDeviceKeys(random)]
  const { link } = founder.membership.invite(founderKeys.device, [])
  const claim = claimOf(link, joiner, founder)
  const proof = proveJoin(claim, inviteKey(workspace, decodeLink(link).secret), joiner.signing)
  const { device } = thief
  for (const stolen of [{ device }, { sealKey: thief.opening.publicKey }, { admitter: device }, { transcript: random.bytes(32) }]) {
    assert.deepEqual(founder.membership.admit({ ...claim, ...stolen }, proof), { ok: false, code: 'MEMBERSHIP_PROOF_INVALID' })
  }
  assert.deepEqual(founder.membership.admit({ ...claim, invite: inviteId('0'.repeat(32)) }, proof), { ok: false, code: 'MEMBERSHIP_INVITE_UNKNOWN' })
})

test('an admission without a proof, or by a stranger, makes nobody a member anywhere', () => {
  const founder = openMember(founderKeys)
  const b = openMember()
  const stranger = openMember()
  const { link } = founder.membership.invite(founderKeys.device, [])
  assert.equal(join(link, b.keys, founder).ok, true)
  copyLog(founder.log, stranger.log)
  // The stranger's own reducer is fooled by nothing either: its log is simply not a member's.
  const puppet = createDeviceKeys(random)
  const claim = claimOf(founder.membership.invite(founderKeys.device, []).link, puppet, stranger)
  assert.equal(stranger.membership.admit(claim, proveJoin(claim, puppet.signing, puppet.signing)).ok, false)
  copyLog(stranger.log, founder.log)
  assert.equal(founder.membership.members().length, 2)
  assert.equal(founder.membership.admits(stranger.keys.device), false)
})

test('who left is no member to talk to, but what it wrote still counts', () => {
  const founder = openMember(founderKeys)
  const b = openMember()
  join(founder.membership.invite(founderKeys.device, []).link, b.keys, founder)
  copyLog(founder.log, b.log)
  b.membership.rename('Kitchen laptop')
  b.membership.leave()
  copyLog(b.log, founder.log)
  assert.equal(founder.membership.isMember(b.keys.device), false)
  assert.equal(founder.membership.admits(b.keys.device), true)
  assert.equal(founder.membership.nameOf(b.keys.device), 'Kitchen laptop')
})

test('a link comes back as it was made, and damaged ones are refused', () => {
  const founder = openMember(founderKeys)
  const { link } = founder.membership.invite(founderKeys.device, ['/ip4/192.168.1.7/tcp/4001' as never])
  assert.equal(encodeLink(decodeLink(link)), link)
  assert.equal(decodeLink(`  ${link}\n`).workspace, workspace)
  for (const bad of ['', 'lanyard://join/', link.slice(0, -3), link.replace('#', ''), link + '#x', 'https' + link, link.slice(0, 30) + link.slice(31)]) {
    assert.throws(() => decodeLink(bad), { code: 'MEMBERSHIP_LINK_MALFORMED' }, bad)
  }
})

test('a genesis that is not the workspace’s own is refused', () => {
  assert.throws(() => readGenesis(createGenesis('Other', founderKeys, random), workspace), { code: 'MEMBERSHIP_GENESIS_MISMATCH' })
})
