import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeviceKeys, type DeviceKeys } from '../identity/device-keys.ts'
import { copyLog, random } from '../log/log.support.ts'
import { decodeLink } from './invitation.ts'
import { claimOf, founderKeys, join, openMember, proofOf, transcript, write, writeAdmission, type Peer } from './membership.support.ts'

const keysOf = (...all: readonly DeviceKeys[]) => all.map((keys) => keys.device).sort()
const inviteBy = (peer: Peer) => peer.membership.invite(peer.keys.device, []).link

/** The founder, and two members that it admitted; all know of each other. */
const three = () => {
  const [founder, b, c] = [openMember(founderKeys), openMember(), openMember()]
  for (const peer of [b, c]) join(inviteBy(founder), peer.keys, founder)
  for (const peer of [b, c]) copyLog(founder.log, peer.log)
  return [founder, b, c] as const
}
/** What a newcomer makes of these logs, in this order and in the opposite one. */
const membersIn = (logs: readonly Peer[]) => {
  const answers = [logs, [...logs].reverse()].map((order) => {
    const reader = openMember()
    for (const { log } of order) copyLog(log, reader.log)
    return reader.devices()
  })
  assert.deepEqual(answers[0], answers[1], 'whatever the order')
  return answers[0]
}

test('an invitation used at two members that did not know of each other’s use admits both', () => {
  const [founder, b, c] = three()
  const link = inviteBy(founder)
  for (const peer of [b, c]) copyLog(founder.log, peer.log)
  const [one, two] = [createDeviceKeys(random), createDeviceKeys(random)]
  assert.equal(join(link, one, b).ok, true)
  assert.equal(join(link, two, c).ok, true)
  assert.deepEqual(membersIn([founder, b, c]), keysOf(founder.keys, b.keys, c.keys, one, two))
})

test('a second use by a member that had seen the first is void everywhere', () => {
  const [founder, b, c] = three()
  const link = inviteBy(founder)
  for (const peer of [b, c]) copyLog(founder.log, peer.log)
  const [one, two] = [createDeviceKeys(random), createDeviceKeys(random)]
  assert.equal(join(link, one, b).ok, true)
  copyLog(b.log, c.log)
  writeAdmission(link, two, c)
  assert.deepEqual(membersIn([founder, b, c]), keysOf(founder.keys, b.keys, c.keys, one))
})

test('a member that had seen everything but the first use did not know of it', () => {
  const [founder, b, c] = three()
  const link = inviteBy(founder)
  for (const peer of [b, c]) copyLog(founder.log, peer.log)
  b.membership.rename('Kitchen')
  copyLog(b.log, c.log)
  const [one, two] = [createDeviceKeys(random), createDeviceKeys(random)]
  assert.equal(join(link, one, b).ok, true)
  assert.equal(join(link, two, c).ok, true)
  assert.deepEqual(membersIn([founder, b, c]), keysOf(founder.keys, b.keys, c.keys, one, two))
})

test('what a stranger writes uses up no invitation, neither of others nor of the device that it names', () => {
  const [founder] = three()
  const stranger = openMember()
  const [mine, others] = [inviteBy(founder), inviteBy(founder)]
  const joiner = createDeviceKeys(random)
  copyLog(founder.log, stranger.log)
  writeAdmission(mine, joiner, stranger)
  writeAdmission(others, createDeviceKeys(random), stranger)
  copyLog(stranger.log, founder.log)
  assert.equal(join(mine, joiner, founder).ok, true)
  assert.equal(founder.devices().includes(joiner.device), true)
  assert.equal(membersIn([founder, stranger])!.includes(joiner.device), true)
  const second = createDeviceKeys(random)
  assert.equal(join(others, second, founder).ok, founder.devices().includes(second.device), 'the answer is what everybody makes of it')
})

test('a use that proves nothing, and one of another invitation, take nothing away from a second use', () => {
  const [founder, b] = three()
  const link = inviteBy(founder)
  const { invite } = decodeLink(link)
  const [puppet, joiner] = [createDeviceKeys(random), createDeviceKeys(random)]
  const forged = proofOf(inviteBy(founder), puppet, claimOf(link, puppet, founder))
  write(founder, { kind: 'admit', invite, device: puppet.device, sealKey: puppet.opening.publicKey, transcript, proof: forged })
  writeAdmission(inviteBy(founder), createDeviceKeys(random), founder)
  copyLog(founder.log, b.log)
  const before = b.devices()
  assert.equal(join(link, joiner, b).ok, true)
  assert.deepEqual(b.devices(), [...before, joiner.device].sort())
  assert.equal(before.includes(puppet.device), false, 'a forged admission makes nobody a member')
})

test('the same device admitted twice with one invitation is one member, and what it admits counts', () => {
  const [founder, b] = three()
  const link = inviteBy(founder)
  copyLog(founder.log, b.log)
  const joiner = openMember()
  writeAdmission(link, joiner.keys, founder)
  copyLog(founder.log, b.log)
  writeAdmission(link, joiner.keys, b)
  copyLog(b.log, founder.log)
  assert.deepEqual(founder.devices().filter((device) => device === joiner.keys.device).length, 1)
  const [member] = founder.membership.members().filter(({ device }) => device === joiner.keys.device)
  assert.equal(member!.admittedBy, founder.keys.device, 'the first admission is the one that is told')
  assert.deepEqual(member!.sealKey, joiner.keys.opening.publicKey)
})

test('neither an invitation nor an admission of somebody who is no member makes a member', () => {
  const founder = openMember(founderKeys)
  const [stranger, joiner] = [openMember(), createDeviceKeys(random)]
  writeAdmission(inviteBy(stranger), createDeviceKeys(random), stranger)
  const link = inviteBy(founder)
  copyLog(founder.log, stranger.log)
  writeAdmission(link, joiner, stranger)
  copyLog(stranger.log, founder.log)
  writeAdmission(inviteBy(stranger), createDeviceKeys(random), founder)
  copyLog(stranger.log, founder.log)
  assert.deepEqual(founder.devices(), [founder.keys.device])
  assert.deepEqual(membersIn([founder, stranger]), [founder.keys.device])
})

test('an admission whose invitation is not known counts for nothing', () => {
  const [founder, b] = three()
  const unheard = openMember(founderKeys)
  writeAdmission(inviteBy(unheard), createDeviceKeys(random), b)
  assert.equal(b.devices().length, 3)
  copyLog(b.log, founder.log)
  assert.equal(founder.devices().length, 3)
  assert.equal(join(inviteBy(founder), createDeviceKeys(random), founder).ok, true)
  assert.equal(founder.devices().length, 4, 'and holds up no other')
})

test('an admission counts as soon as its author does, however long the chain and in whatever order it arrives', () => {
  const founder = openMember(founderKeys)
  const chain = [founder, openMember(), openMember(), openMember()]
  const links = chain.map(inviteBy)
  // Each admits the next before it has heard that it is a member itself.
  for (let at = chain.length - 2; at >= 0; at--) writeAdmission(links[at]!, chain[at + 1]!.keys, chain[at]!)
  assert.deepEqual(membersIn(chain), keysOf(...chain.map((peer) => peer.keys)))
})

test('who has left is still a member whose entries count, the founder too', () => {
  const [founder, b] = three()
  b.membership.leave()
  founder.membership.leave()
  copyLog(b.log, founder.log)
  const left = founder.membership.members().filter(({ hasLeft }) => hasLeft).map(({ device }) => device)
  assert.deepEqual(left.sort(), keysOf(founder.keys, b.keys))
  assert.equal(founder.membership.members().length, 3)
  const [first] = founder.membership.members()
  assert.deepEqual([first!.device, first!.admittedBy], [founder.keys.device, undefined])
})
