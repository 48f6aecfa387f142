import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toUtf8 } from '../base/codec.ts'
import { inviteId } from '../base/ids.ts'
import { INVITE_MS } from '../base/limits.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { copyLog, draft, random } from '../log/log.support.ts'
import { createGenesis, readGenesis } from './genesis.ts'
import { decodeLink, encodeLink, inviteKey } from './invitation.ts'
import { proveJoin } from './join-proof.ts'
import { claimOf, founderKeys, join, openMember, proofOf, workspace, write } from './membership.support.ts'

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
  const admitted = join(link, b, founder)
  assert.equal(admitted.ok, true)
  assert.deepEqual(join(link, c, founder), { ok: false, code: 'MEMBERSHIP_INVITE_USED' })
  const entries = founder.log.entries
  assert.deepEqual(join(link, b, founder), admitted, 'the same keys again: the first answer may have been lost')
  assert.equal(founder.log.entries, entries, 'nothing is written twice')
  assert.equal(founder.membership.members().length, 2)
})

test('an expired invitation is refused by the admitter’s clock', () => {
  const founder = openMember(founderKeys)
  founder.setClock(1_000_000)
  const { link, expiresMs } = founder.membership.invite(founderKeys.device, [])
  assert.equal(expiresMs, 1_000_000 + INVITE_MS)
  founder.setClock(expiresMs + 1)
  assert.deepEqual(join(link, createDeviceKeys(random), founder), { ok: false, code: 'MEMBERSHIP_INVITE_EXPIRED' })
  founder.setClock(expiresMs)
  assert.equal(join(link, createDeviceKeys(random), founder).ok, true, 'the last moment counts')
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

test('a member can not be admitted once more by another invitation, and an invitation of somebody who is no member is unknown', () => {
  const founder = openMember(founderKeys)
  const [b, stranger] = [openMember(), openMember()]
  assert.equal(join(founder.membership.invite(founderKeys.device, []).link, b.keys, founder).ok, true)
  assert.deepEqual(join(founder.membership.invite(founderKeys.device, []).link, b.keys, founder), { ok: false, code: 'MEMBERSHIP_INVITE_USED' })
  const { link } = stranger.membership.invite(stranger.keys.device, [])
  copyLog(stranger.log, founder.log)
  assert.deepEqual(join(link, createDeviceKeys(random), founder), { ok: false, code: 'MEMBERSHIP_INVITE_UNKNOWN' })
  assert.equal(founder.membership.invites().length, 2, 'what a stranger wrote is not listed')
})

test('every invitation of a member is listed with its entry and its author, the expired and used ones too', () => {
  const founder = openMember(founderKeys)
  const first = founder.membership.invite(founderKeys.device, [])
  join(first.link, createDeviceKeys(random), founder)
  const second = founder.membership.invite(founderKeys.device, [])
  founder.setClock(second.expiresMs + 1)
  const listed = founder.membership.invites()
  const author = founderKeys.device
  const made = [first, second].map(({ link, entry, expiresMs }) => ({ invite: decodeLink(link).invite, ref: entry, author, expiresMs }))
  assert.deepEqual(listed.map(({ invite, ref, author, expiresMs }) => ({ invite, ref, author, expiresMs })), made)
  const { kind, schema, screen, part } = founder.log.read(second.entry)
  assert.deepEqual({ kind, schema, screen, part }, { kind: 'control', schema: 0, screen: 0, part: { index: 0, count: 1 } })
})

test('an invitation is what its first entry says: a second one of the same name changes nothing', () => {
  const founder = openMember(founderKeys)
  const { link, expiresMs } = founder.membership.invite(founderKeys.device, [])
  const { invite } = decodeLink(link)
  const thief = random.bytes(16)
  write(founder, { kind: 'invite', invite, key: inviteKey(workspace, thief).publicKey, expiresMs: expiresMs + INVITE_MS })
  const joiner = createDeviceKeys(random)
  const claim = claimOf(link, joiner, founder)
  assert.deepEqual(founder.membership.admit(claim, proveJoin(claim, inviteKey(workspace, thief), joiner.signing)), { ok: false, code: 'MEMBERSHIP_PROOF_INVALID' })
  assert.equal(founder.membership.admit(claim, proofOf(link, joiner, claim)).ok, true)
  assert.equal(founder.membership.invites()[0]!.expiresMs, expiresMs)
})

test('the founder is a member before any entry is here, and nobody else is', () => {
  const newcomer = openMember()
  assert.deepEqual(newcomer.devices(), [founderKeys.device])
  assert.equal(newcomer.membership.isMember(founderKeys.device), true)
  assert.equal(newcomer.membership.isMember(newcomer.keys.device), false)
})

test('a device has a made-up name until it says its own, and the newest by its clock counts, whatever arrives last', () => {
  const founder = openMember(founderKeys)
  const { device } = founderKeys
  assert.equal(founder.membership.nameOf(device), `Machine ${device.slice(0, 6)}`)
  assert.equal(founder.membership.isNamed(device), false)
  const names = [] as string[]
  const cancel = founder.membership.onChange(() => names.push(founder.membership.nameOf(device)))
  founder.membership.rename('Desk')
  assert.equal(founder.membership.isNamed(device), true)
  cancel()
  founder.membership.rename('Window')
  assert.deepEqual([names, founder.membership.nameOf(device)], [['Desk'], 'Window'])
})

/** Two sessions of one device wrote these; each receiver hears of them in its own order. */
const namesByArrival = (first: [number, string], second: [number, string]) => {
  const keys = createDeviceKeys(random)
  const sessions = [first, second].map(([ms, name]) => {
    const session = openMember(keys)
    const nowMs = Date.now
    // The log stamps entries by the system's clock.
    Date.now = () => ms
    try {
      session.membership.rename(name)
    } finally {
      Date.now = nowMs
    }
    return session
  })
  return [sessions, [...sessions].reverse()].map((order) => {
    const receiver = openMember()
    for (const { log } of order) copyLog(log, receiver.log)
    return receiver.membership.nameOf(keys.device)
  })
}

test('two names of one device end in the same on every peer: the later one, also past a power of ten, and one of the two when both are as late', () => {
  assert.deepEqual(namesByArrival([2000, 'old'], [3000, 'new']), ['new', 'new'])
  assert.deepEqual(namesByArrival([9_999_999_999, 'old'], [10_000_000_000, 'new']), ['new', 'new'])
  const [one, other] = namesByArrival([5000, 'a'], [5000, 'b'])
  assert.equal(one, other)
})

test('a control entry that can’t be read changes nothing and holds up nothing behind it', () => {
  const founder = openMember(founderKeys)
  founder.log.append([{ ...draft(''), payload: toUtf8('no cbor') }])
  founder.membership.rename('Still here')
  assert.equal(founder.membership.nameOf(founderKeys.device), 'Still here')
})

test('only control entries that say something are looked at', () => {
  const founder = openMember(founderKeys)
  let changes = 0
  founder.membership.onChange(() => { changes += 1 })
  const profile = founder.membership.rename('Desk')
  assert.equal(changes, 1, 'the start of the log, which says nothing, is no change')
  const { payload } = founder.log.read(profile)
  founder.log.append([{ ...draft(''), kind: 'data', document: '0'.repeat(32) as never, payload }])
  assert.equal(changes, 1, 'a note is no control entry, whatever its bytes')
  founder.log.append([{ ...draft(''), payload: new Uint8Array(0) }])
  assert.equal(changes, 1, 'an entry that only names heads says nothing')
})
