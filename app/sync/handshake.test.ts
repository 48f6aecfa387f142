import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '../base/codec.ts'
import { inviteId, peerId, sessionId, type DeviceId, type InviteId, type PeerId } from '../base/ids.ts'
import { HANDSHAKE_TOKENS_MAX } from '../base/limits.ts'
import { createDeviceKeys, type DeviceKeys } from '../identity/device-keys.ts'
import { random, WORKSPACE } from '../log/log.support.ts'
import { inviteKey, rendezvousKey } from '../membership/invitation.ts'
import { isJoinProven, proveJoin } from '../membership/join-proof.ts'
import { channelOf, transcriptOf } from '../membership/recognition.ts'
import { createHandshake, PROTOCOL_VERSION, type Effect, type Gate, type Knock } from './handshake.ts'
import { decodeMessage, encodeMessage, type Message } from './messages.ts'

const LOW = peerId('peerAAAA')
const HIGH = peerId('peerBBBB')
const discoveryKey = random.bytes(32)
const session = sessionId('5e'.repeat(16))

interface Invited {
  readonly invite: InviteId
  readonly rendezvousKey: Uint8Array
}
type MutableGate = Gate & { readonly members: Set<DeviceId>; readonly invitations: Invited[] }

const gateOf = (keys: DeviceKeys, members: Iterable<DeviceId> = [], key = discoveryKey): MutableGate => {
  const known = new Set([keys.device, ...members])
  const invitations: MutableGate['invitations'] = []
  return {
    workspace: WORKSPACE, discoveryKey: key, device: keys.device, session, members: known, invitations,
    sign: keys.signing.sign, isMember: (device) => known.has(device), invites: () => invitations,
  }
}

const createSide = (self: PeerId, peer: PeerId, gates: Gate[] = [], knocks: Knock[] = []) => {
  const seen: Effect[] = []
  const shake = createHandshake({ self, peer, app: 'test', random, gates: () => gates, knocks: () => knocks })
  const outbox: Message[] = []
  const note = (effects: readonly Effect[]) => {
    for (const effect of effects) {
      seen.push(effect)
      if (effect.kind === 'send') outbox.push(effect.message)
    }
  }
  return {
    gates, knocks, seen, outbox,
    start: () => note(shake.start()),
    receive: (message: Message) => note(shake.receive(message)),
    refresh: () => note(shake.refresh()),
    declined: shake.declined,
    of: <Kind extends Effect['kind']>(kind: Kind) => seen.filter((effect): effect is Extract<Effect, { kind: Kind }> => effect.kind === kind),
    sent: <Kind extends Message['kind']>(kind: Kind) =>
      seen.flatMap((effect) => (effect.kind === 'send' && effect.message.kind === kind ? [effect.message as Extract<Message, { kind: Kind }>] : [])),
  }
}
type Side = ReturnType<typeof createSide>

/** Delivers until nobody has anything left to say. */
const talk = (a: Side, b: Side) => {
  while (a.outbox.length > 0 || b.outbox.length > 0) {
    for (const message of a.outbox.splice(0)) b.receive(message)
    for (const message of b.outbox.splice(0)) a.receive(message)
  }
}
const meet = (a: Side, b: Side) => {
  a.start()
  b.start()
  talk(a, b)
}

const members = () => {
  const [keysA, keysB] = [createDeviceKeys(random), createDeviceKeys(random)]
  return { keysA, keysB, gateA: gateOf(keysA, [keysB.device]), gateB: gateOf(keysB, [keysA.device]) }
}

test('two members recognise each other and prove their devices', () => {
  const { keysA, keysB, gateA, gateB } = members()
  const [a, b] = [createSide(LOW, HIGH, [gateA]), createSide(HIGH, LOW, [gateB])]
  meet(a, b)
  assert.deepEqual(a.of('proven').map((effect) => effect.device), [keysB.device])
  assert.deepEqual(b.of('proven').map((effect) => effect.device), [keysA.device])
  assert.equal(a.of('proven')[0]!.channel, b.of('proven')[0]!.channel)
  assert.deepEqual([...a.of('refuse'), ...b.of('refuse')], [])
})

test('peers without a workspace in common learn only that they have none, in as many bytes as any others', () => {
  const counts = [0, 1, 5, 16].map((workspaces) => {
    const gates = Array.from({ length: workspaces }, () => gateOf(createDeviceKeys(random), [], random.bytes(32)))
    const [a, stranger] = [createSide(LOW, HIGH, gates), createSide(HIGH, LOW, [gateOf(createDeviceKeys(random), [], random.bytes(32))])]
    meet(a, stranger)
    assert.deepEqual(a.seen.map((effect) => (effect.kind === 'send' ? effect.message.kind : effect.kind)), ['hello', 'tokens'])
    return a.sent('tokens')[0]!.tokens.length
  })
  assert.deepEqual(counts, [16, 16, 16, 16])
  const many = Array.from({ length: 17 }, () => gateOf(createDeviceKeys(random), [], random.bytes(32)))
  const a = createSide(LOW, HIGH, many)
  meet(a, createSide(HIGH, LOW))
  assert.equal(a.sent('tokens')[0]!.tokens.length, 32)
})

test('nothing that is said on one connection is said on another, and tokens come sorted', () => {
  const { gateA, gateB } = members()
  const said = (name: string) => {
    const [a, b] = [createSide(LOW, HIGH, [gateA]), createSide(HIGH, LOW, [gateB])]
    meet(a, b)
    const { tokens } = a.sent('tokens')[0]!
    assert.deepEqual(tokens, [...tokens].sort(), name)
    return [...tokens, a.sent('proof')[0]!.channel, toHex(a.sent('proof')[0]!.signature)]
  }
  const first = new Set(said('first'))
  assert.ok(said('second').every((each) => !first.has(each)))
})

test('tokens played back on another connection, or to their own sender, match nothing', () => {
  const { gateA, gateB } = members()
  const [a, b] = [createSide(LOW, HIGH, [gateA]), createSide(HIGH, LOW, [gateB])]
  meet(a, b)
  const thief = createSide(HIGH, LOW)
  const victim = createSide(LOW, HIGH, [gateA])
  victim.start()
  thief.start()
  victim.receive(thief.outbox[0]!)
  victim.receive(b.sent('tokens')[0]!)
  victim.receive(victim.sent('tokens')[0]!)
  assert.deepEqual(victim.sent('proof'), [])
})

test('a proof played back on another connection, from the other side, or for another device is worth nothing', () => {
  const { gateA, gateB, keysA } = members()
  const [a, b] = [createSide(LOW, HIGH, [gateA]), createSide(HIGH, LOW, [gateB])]
  meet(a, b)
  const proof = b.sent('proof')[0]!
  const fresh = () => {
    const [victim, other] = [createSide(LOW, HIGH, [gateA]), createSide(HIGH, LOW, [gateB])]
    victim.start()
    other.start()
    victim.receive(other.outbox[0]!)
    const hello = { low: victim.sent('hello')[0]!.nonce, high: other.sent('hello')[0]!.nonce }
    const channel = channelOf(discoveryKey, transcriptOf({ peer: LOW, nonce: hello.low }, { peer: HIGH, nonce: hello.high }))
    return { victim, other, channel }
  }
  const replay = fresh()
  replay.victim.receive({ ...proof, channel: replay.channel })
  assert.deepEqual(replay.victim.of('refuse').map((effect) => [effect.code, effect.isFatal]), [['SYNC_HANDSHAKE_FAILED', true]])

  const reflected = fresh()
  talk(reflected.victim, reflected.other)
  const own = reflected.victim.sent('proof')[0]!
  const again = fresh()
  again.victim.receive({ ...own, channel: again.channel })
  assert.deepEqual(again.victim.of('proven'), [])

  const stolen = fresh()
  stolen.victim.receive({ ...proof, channel: stolen.channel, device: keysA.device })
  assert.deepEqual(stolen.victim.of('proven'), [])
})

test('who has the discovery key but is no member is refused, and judged again when its admission arrives', () => {
  const { gateA, gateB, keysB } = members()
  gateA.members.delete(keysB.device)
  const [a, b] = [createSide(LOW, HIGH, [gateA]), createSide(HIGH, LOW, [gateB])]
  meet(a, b)
  assert.deepEqual(a.of('proven'), [])
  assert.deepEqual(a.of('refuse').map((effect) => [effect.code, effect.isFatal, effect.workspace]), [['MEMBERSHIP_NOT_A_MEMBER', false, WORKSPACE]])
  assert.deepEqual(a.of('unknown').map((effect) => effect.device), [keysB.device], 'it may introduce itself')
  a.refresh()
  assert.deepEqual(a.of('proven'), [])
  gateA.members.add(keysB.device)
  a.refresh()
  a.refresh()
  assert.deepEqual(a.of('proven').map((effect) => effect.device), [keysB.device], 'once')
})

test('a workspace made later is recognised on the connection that stands', () => {
  const { gateA, gateB } = members()
  const [a, b] = [createSide(LOW, HIGH), createSide(HIGH, LOW)]
  meet(a, b)
  a.gates.push(gateA)
  a.refresh()
  talk(a, b)
  assert.deepEqual(b.of('proven'), [])
  b.gates.push(gateB)
  b.refresh()
  talk(a, b)
  assert.equal(a.of('proven').length + b.of('proven').length, 2)
})

test('a refresh without news says nothing', () => {
  const { gateA, gateB } = members()
  const [a, b] = [createSide(LOW, HIGH, [gateA]), createSide(HIGH, LOW, [gateB])]
  meet(a, b)
  const before = a.seen.length
  for (let round = 0; round < 5; round++) a.refresh()
  assert.equal(a.seen.length, before)
})

test('an incompatible version is told to the other side, and final', () => {
  const a = createSide(LOW, HIGH, [gateOf(createDeviceKeys(random))])
  a.start()
  a.receive({ kind: 'hello', versions: [PROTOCOL_VERSION + 1], nonce: random.bytes(32), app: 'later', addresses: [] })
  assert.deepEqual(a.sent('refused'), [{ kind: 'refused', code: 'SYNC_VERSION_UNSUPPORTED' }])
  assert.deepEqual(a.of('refuse').map((effect) => [effect.code, effect.isFatal]), [['SYNC_VERSION_UNSUPPORTED', true]])
  assert.deepEqual(a.sent('tokens'), [])
  const b = createSide(HIGH, LOW)
  b.receive({ kind: 'refused', code: 'SYNC_VERSION_UNSUPPORTED' })
  assert.deepEqual(b.of('refuse').map((effect) => [effect.code, effect.isFatal]), [['SYNC_VERSION_UNSUPPORTED', true]])
  const both = createSide(LOW, HIGH)
  both.receive({ kind: 'hello', versions: [PROTOCOL_VERSION + 1, PROTOCOL_VERSION], nonce: random.bytes(32), app: 'both', addresses: [] })
  assert.deepEqual(both.of('refuse'), [])
})

test('a second hello, and anything before the first, ends the handshake', () => {
  const fatal = (side: Side) => side.of('refuse').map((effect) => [effect.code, effect.isFatal])
  const hello: Message = { kind: 'hello', versions: [PROTOCOL_VERSION], nonce: random.bytes(32), app: 'x', addresses: [] }
  const twice = createSide(LOW, HIGH)
  twice.receive(hello)
  twice.receive(hello)
  assert.deepEqual(fatal(twice), [['SYNC_HANDSHAKE_FAILED', true]])
  const channel = '00'.repeat(8)
  const early: Message[] = [
    { kind: 'tokens', tokens: [] }, { kind: 'accept', channel, box: new Uint8Array(1) }, { kind: 'digest', channel, headsHash: '00'.repeat(32) },
  ]
  for (const message of early) {
    const side = createSide(LOW, HIGH)
    side.receive(message)
    assert.deepEqual(fatal(side), [['SYNC_HANDSHAKE_FAILED', true]], message.kind)
  }
})

test('tokens may be repeated, but not without end', () => {
  const a = createSide(LOW, HIGH, [gateOf(createDeviceKeys(random))])
  a.receive({ kind: 'hello', versions: [PROTOCOL_VERSION], nonce: random.bytes(32), app: 'x', addresses: [] })
  for (let round = 0; round < 1000; round++) a.receive({ kind: 'tokens', tokens: [] })
  assert.deepEqual(a.of('refuse'), [])
  a.receive({ kind: 'tokens', tokens: [] })
  assert.deepEqual(a.of('refuse').map((effect) => [effect.code, effect.isFatal]), [['SYNC_LIMIT_EXCEEDED', true]])
})

test('more workspaces than tokens fit are still a bounded message', () => {
  const gates = Array.from({ length: HANDSHAKE_TOKENS_MAX + 10 }, () => gateOf(createDeviceKeys(random), [], random.bytes(32)))
  const a = createSide(LOW, HIGH, gates)
  meet(a, createSide(HIGH, LOW))
  assert.equal(a.sent('tokens')[0]!.tokens.length, HANDSHAKE_TOKENS_MAX)
})

const invitation = () => {
  const key = inviteKey(WORKSPACE, random.bytes(16))
  const invite = inviteId(toHex(random.bytes(16)))
  return { key, invite, rendezvousKey: rendezvousKey(key.publicKey) }
}
const knockOf = (keys: DeviceKeys, made: ReturnType<typeof invitation>): Knock => ({
  workspace: WORKSPACE, invite: made.invite, rendezvousKey: made.rendezvousKey, device: keys.device, sealKey: keys.opening.publicKey,
  prove: (claim) => proveJoin(claim, made.key, keys.signing),
})
const joining = () => {
  const made = invitation()
  const [member, joiner] = [createDeviceKeys(random), createDeviceKeys(random)]
  const gate = gateOf(member)
  gate.invitations.push(made)
  const knock = knockOf(joiner, made)
  return { made, member, joiner, gate, knock, a: createSide(LOW, HIGH, [gate]), j: createSide(HIGH, LOW, [], [knock]) }
}

test('a joiner is offered, proves its invitation and its device to that one member, and is told the answer', () => {
  const { made, member, joiner, a, j } = joining()
  meet(a, j)
  const [asked] = a.of('admit')
  assert.ok(asked)
  assert.deepEqual([asked.claim.device, asked.claim.admitter, asked.claim.invite], [joiner.device, member.device, made.invite])
  assert.ok(isJoinProven(asked.claim, asked.proof, made.key.publicKey))
  assert.equal(a.of('proven').length, 0)
  j.receive({ kind: 'accept', channel: asked.channel, box: Uint8Array.of(1) })
  assert.deepEqual(j.of('accepted').map((effect) => [effect.knock.invite, effect.admitter, effect.box]), [[made.invite, member.device, Uint8Array.of(1)]])
})

test('a joiner that is declined hears why', () => {
  const { a, j } = joining()
  meet(a, j)
  const { channel } = a.of('admit')[0]!
  j.receive({ kind: 'decline', channel, code: 'MEMBERSHIP_INVITE_USED' })
  assert.deepEqual(j.of('declined').map((effect) => effect.code), ['MEMBERSHIP_INVITE_USED'])
  j.receive({ kind: 'accept', channel, box: Uint8Array.of(1) })
  assert.deepEqual(j.of('accepted'), [], 'a decline is not followed by a yes')
})

test('an answer that nobody asked for is ignored', () => {
  const { knock, j, a } = joining()
  a.gates.length = 0
  meet(a, j)
  const low = { peer: LOW, nonce: a.sent('hello')[0]!.nonce }
  const channel = channelOf(knock.rendezvousKey, transcriptOf(low, { peer: HIGH, nonce: j.sent('hello')[0]!.nonce }))
  j.receive({ kind: 'accept', channel, box: Uint8Array.of(1) })
  j.receive({ kind: 'decline', channel, code: 'MEMBERSHIP_INVITE_USED' })
  assert.deepEqual([...j.of('accepted'), ...j.of('declined')], [])
})

test('an offer that its device did not sign ends the handshake before anything is proven', () => {
  const { gate, a, j } = joining()
  a.gates[0] = { ...gate, device: createDeviceKeys(random).device }
  meet(a, j)
  assert.deepEqual(j.sent('join'), [])
  assert.deepEqual(j.of('refuse').map((effect) => [effect.code, effect.isFatal]), [['SYNC_HANDSHAKE_FAILED', true]])
})

test('a join without an offer is refused, also under the right invitation', () => {
  const { made, joiner, gate, a, j } = joining()
  gate.invitations.length = 0
  meet(a, j)
  gate.invitations.push(made)
  const low = { peer: LOW, nonce: a.sent('hello')[0]!.nonce }
  const transcript = transcriptOf(low, { peer: HIGH, nonce: j.sent('hello')[0]!.nonce })
  const asked = { invite: made.invite, device: joiner.device, sealKey: joiner.opening.publicKey }
  const claim = { ...asked, workspace: WORKSPACE, admitter: gate.device, transcript }
  a.receive({ kind: 'join', channel: channelOf(made.rendezvousKey, transcript), ...asked, ...proveJoin(claim, made.key, joiner.signing) })
  assert.deepEqual(a.of('admit'), [])
  assert.deepEqual(a.of('refuse').map((effect) => effect.code), ['MEMBERSHIP_INVITE_UNKNOWN'])
})

test('an invitation that arrives here after the joiner knocked is offered on the connection that stands', () => {
  const { made, gate, a, j } = joining()
  gate.invitations.length = 0
  meet(a, j)
  assert.deepEqual(a.of('admit'), [])
  gate.invitations.push(made)
  a.refresh()
  talk(a, j)
  assert.equal(a.of('admit').length, 1)
})

test('a joiner that was declined for now is offered again at the next refresh, and never while it waits for its answer', () => {
  const { a, j } = joining()
  meet(a, j)
  const { channel } = a.of('admit')[0]!
  a.refresh()
  talk(a, j)
  assert.equal(a.of('admit').length, 1)
  a.declined(channel)
  j.receive({ kind: 'decline', channel, code: 'STORE_FULL' })
  a.refresh()
  talk(a, j)
  assert.equal(a.of('admit').length, 2)
  j.receive({ kind: 'accept', channel, box: Uint8Array.of(1) })
  assert.equal(j.of('accepted').length, 1)
})

test('a hello tells a stranger no address', () => {
  const shake = createHandshake({ self: LOW, peer: HIGH, app: 'test', random, gates: () => [], knocks: () => [] })
  const [effect] = shake.start()
  assert.ok(effect?.kind === 'send' && effect.message.kind === 'hello')
  assert.deepEqual(decodeMessage(encodeMessage(effect.message)), effect.message)
  assert.deepEqual(effect.message.addresses, [])
})
