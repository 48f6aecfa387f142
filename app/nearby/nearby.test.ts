import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codeOf } from '../base/errors.ts'
import { peerId, workspaceId, type WorkspaceId } from '../base/ids.ts'
import {
  NAME_CHARACTERS_MAX, NEARBY_ASKERS_MAX, NEARBY_ASKERS_PER_HOST_MAX, NEARBY_ASKS_PER_HOST_MAX, NEARBY_FOUND_MAX,
  NEARBY_MESSAGE_BYTES_MAX, NEARBY_OPENINGS_MAX,
} from '../base/limits.ts'
import { decodeNearby, encodeNearby, tellable } from './messages.ts'
import { createNearbyWorld, LINK } from './nearby.support.ts'
import { commitmentTo, wordsFor } from './transcript.ts'
import { wordList } from './words.ts'

const MINUTES = 60_000
const nonce = (byte: number) => new Uint8Array(32).fill(byte)
const workspaceOf = (number: number) => workspaceId(number.toString(16).padStart(64, '0')) as WorkspaceId

const createPair = async () => {
  const world = createNearbyWorld()
  const [member, newcomer] = [await world.boot('Kitchen laptop'), await world.boot('Studio desk')]
  await world.connect(newcomer, member)
  const find = async () => {
    await world.during(newcomer.seeker.look(60_000))
    return newcomer.seeker.found()[0]!
  }
  const askers = () => member.host.openings()[0]?.askers ?? []
  return { ...world, member, newcomer, find, askers }
}

test('a newcomer finds what is open, both see the same words, and a yes brings a link', async () => {
  const { member, newcomer, find, askers, clock, during, workspace } = await createPair()
  member.host.open(workspace, 'Studio', 10 * MINUTES)
  const { opening, ...found } = await find()
  assert.deepEqual([found.workspace, found.machine], ['Studio', 'Kitchen laptop'])
  const asking = newcomer.seeker.ask(opening)
  await clock.pass(100)
  const [asker] = askers()
  assert.equal(asker!.machine, 'Studio desk')
  assert.match(asker!.words, /^[a-z]+ [a-z]+ [a-z]+$/)
  assert.equal(newcomer.seeker.asking()!.words, asker!.words)
  await during(member.host.answer(workspace, asker!.asker, true))
  assert.equal(await during(asking), LINK)
  assert.deepEqual([member.invited, askers(), newcomer.seeker.asking()], [[workspace], [], undefined])
  assert.equal(await during(member.host.answer(workspace, asker!.asker, true).then(() => 'yes', codeOf)), 'NEARBY_ASKER_UNKNOWN')
})

test('while nothing is open a stranger gets a code and no name, whatever it says', async () => {
  const { member, newcomer, speak, clock, find, workspace } = await createPair()
  const says = [{ kind: 'look' as const }, { kind: 'ask' as const, opening: 'ab'.repeat(16), machine: 'Mallory', commitment: nonce(1) }]
  for (const message of says) {
    const stranger = await speak(newcomer, member)
    stranger.say(message)
    await clock.pass(100)
    assert.deepEqual(stranger.heard, [{ kind: 'refused', code: 'NEARBY_NOT_OPEN' }])
    assert.ok(!/Kitchen|Studio/.test(Buffer.concat(stranger.frames).toString('latin1')))
  }
  assert.equal(await find(), undefined)
  // Nor after it was open, nor of a workspace that is not open beside one that is.
  member.host.open(workspace, 'Studio', MINUTES)
  member.host.close(workspace)
  const late = await speak(newcomer, member)
  late.say({ kind: 'look' })
  await clock.pass(100)
  assert.deepEqual(late.heard, [{ kind: 'refused', code: 'NEARBY_NOT_OPEN' }])
})

test('it closes by itself, or at once: who asks is told, and nobody finds it any more', async () => {
  for (const how of ['by itself', 'at once']) {
    const { member, newcomer, find, clock, askers, workspace } = await createPair()
    member.host.open(workspace, 'Studio', 10 * MINUTES)
    const code = newcomer.seeker.ask((await find()).opening).then(() => 'in', codeOf)
    await clock.pass(9 * MINUTES)
    assert.equal(askers().length, 1, 'it waits all the time')
    if (how === 'at once') member.host.close(workspace)
    else await clock.pass(MINUTES)
    await clock.pass(100)
    assert.equal(await code, 'NEARBY_CLOSED')
    assert.deepEqual(member.host.openings(), [])
    assert.equal(await find(), undefined)
  }
})

test('a no is told, one who asks no more is gone from the list, and a lost connection ends the question', async () => {
  const { member, newcomer, find, clock, askers, workspace } = await createPair()
  member.host.open(workspace, 'Studio', 10 * MINUTES)
  const { opening } = await find()
  const ask = async () => {
    const code = newcomer.seeker.ask(opening).then(() => 'in', codeOf)
    await clock.pass(100)
    return { code }
  }
  const first = await ask()
  assert.equal(await newcomer.seeker.ask(opening).then(() => 'in', codeOf), 'NEARBY_ASKING_ALREADY')
  await member.host.answer(workspace, askers()[0]!.asker, false)
  await clock.pass(100)
  assert.equal(await first.code, 'NEARBY_DECLINED')
  const second = await ask()
  newcomer.seeker.withdraw()
  await clock.pass(100)
  assert.deepEqual([await second.code, askers()], ['NEARBY_GONE', []])
  const third = await ask()
  newcomer.network.hangUp(member.network.self)
  await clock.pass(100)
  assert.deepEqual([await third.code, askers(), member.invited], ['NEARBY_GONE', [], []])
  assert.equal(await newcomer.seeker.ask('cd'.repeat(16)).then(() => 'in', codeOf), 'NEARBY_NOT_OPEN')
})

test('a nonce that was not committed to is refused, before any person sees its words', async () => {
  const { member, newcomer, find, speak, clock, askers, workspace } = await createPair()
  member.host.open(workspace, 'Studio', 10 * MINUTES)
  const { opening } = await find()
  const grinder = await speak(newcomer, member)
  grinder.say({ kind: 'ask', opening, machine: 'Mallory', commitment: commitmentTo(nonce(1)) })
  await clock.pass(50)
  grinder.say({ kind: 'reveal', nonce: nonce(2) })
  await clock.pass(50)
  assert.deepEqual([grinder.heard.map(({ kind }) => kind), askers()], [['nonce', 'refused'], []])
  const mute = await speak(newcomer, member)
  mute.say({ kind: 'ask', opening, machine: 'Mallory', commitment: commitmentTo(nonce(1)) })
  await clock.pass(11_000)
  assert.deepEqual([mute.heard.at(-1), askers()], [{ kind: 'refused', code: 'NEARBY_PROOF_INVALID' }, []])
})

test('the words depend on both ids, both nonces, the opening and every name', () => {
  const base = {
    asker: peerId('askerAAAA'), opener: peerId('openerAAA'), opening: 'ab'.repeat(16), workspace: 'Studio', openerMachine: 'Kitchen', askerMachine: 'Desk',
    askerNonce: nonce(1), openerNonce: nonce(2),
  }
  const others = [
    { asker: peerId('askerBBBB') }, { opener: peerId('openerBBB') }, { opening: 'cd'.repeat(16) }, { workspace: 'studio' }, { openerMachine: 'Kitchem' },
    { askerMachine: 'Dest' }, { askerNonce: nonce(3) }, { openerNonce: nonce(3) }, { workspace: 'StudioKitchen', openerMachine: '' },
  ]
  const words = [base, ...others.map((other) => ({ ...base, ...other }))].map(wordsFor)
  assert.equal(new Set(words).size, words.length)
  assert.deepEqual([wordList.length, new Set(wordList).size, wordList.every((word) => /^[a-z]{3,8}$/.test(word))], [256, 256, true])
})

test('somebody in between can not make both sides see the same words', async () => {
  const { member, newcomer, clock, boot, connect, during, askers, workspace, speak } = await createPair()
  // The one in between opens under the same names, and asks in the newcomer's name.
  const between = await boot('Kitchen laptop')
  await connect(newcomer, between)
  await connect(between, member)
  newcomer.network.hangUp(member.network.self)
  member.host.open(workspace, 'Studio', 10 * MINUTES)
  between.host.open(workspace, 'Studio', 10 * MINUTES)
  await during(newcomer.seeker.look(60_000))
  void newcomer.seeker.ask(newcomer.seeker.found()[0]!.opening).catch(() => {})
  await during(between.seeker.look(60_000))
  const { opening } = between.seeker.found()[0]!
  const relay = await speak(between, member)
  relay.say({ kind: 'ask', opening, machine: 'Studio desk', commitment: commitmentTo(nonce(9)) })
  await clock.pass(50)
  relay.say({ kind: 'reveal', nonce: nonce(9) })
  await clock.pass(50)
  assert.equal(askers()[0]!.machine, 'Studio desk')
  assert.notEqual(askers()[0]!.words, newcomer.seeker.asking()!.words)
})

test('only so many ask at once, from one host, and again', async () => {
  const world = createNearbyWorld()
  const member = await world.boot('Kitchen laptop')
  member.host.open(world.workspace, 'Studio', 10 * MINUTES)
  const codes: string[] = []
  const ask = async () => {
    const machine = await world.boot('Desk')
    await world.connect(machine, member)
    await world.during(machine.seeker.look(60_000))
    machine.seeker.ask(machine.seeker.found()[0]!.opening).catch((error) => codes.push(codeOf(error)))
    await world.clock.pass(100)
    return machine
  }
  for (let count = 0; count < NEARBY_ASKERS_MAX; count++) await ask()
  assert.deepEqual([member.host.openings()[0]!.askers.length, codes], [NEARBY_ASKERS_MAX, []])
  await ask()
  assert.deepEqual([member.host.openings()[0]!.askers.length, codes], [NEARBY_ASKERS_MAX, ['NEARBY_BUSY']])

  const other = await world.boot('Attic')
  other.host.open(world.workspace, 'Attic', 10 * MINUTES)
  const one = await world.boot('Again and again')
  await world.connect(one, other)
  await world.during(one.seeker.look(60_000))
  const outcomes: string[] = []
  for (let count = 0; count <= NEARBY_ASKS_PER_HOST_MAX; count++) {
    one.seeker.ask(one.seeker.found()[0]!.opening).catch((error) => outcomes.push(codeOf(error)))
    await world.clock.pass(100)
    one.seeker.withdraw()
    await world.clock.pass(100)
  }
  assert.deepEqual(outcomes, [...Array(NEARBY_ASKS_PER_HOST_MAX).fill('NEARBY_GONE'), 'NEARBY_BUSY'])
  assert.ok(NEARBY_ASKERS_PER_HOST_MAX < NEARBY_ASKERS_MAX)
})

test('of one IP address only few ask at once', async () => {
  const { member, newcomer, find, speak, clock, askers, boot, connect, workspace } = await createPair()
  // In memory a machine's name is its address: here all have one.
  member.network.addressOf = () => '/ip4/10.0.0.9/tcp/4001' as never
  member.host.open(workspace, 'Studio', 10 * MINUTES)
  const { opening } = await find()
  const machines = [newcomer, await boot('two'), await boot('three')]
  const heard = []
  for (const machine of machines) {
    if (machine !== newcomer) await connect(machine, member)
    const stranger = await speak(machine, member)
    stranger.say({ kind: 'ask', opening, machine: 'Desk', commitment: commitmentTo(nonce(1)) })
    await clock.pass(50)
    stranger.say({ kind: 'reveal', nonce: nonce(1) })
    await clock.pass(50)
    heard.push(stranger.heard.at(-1))
  }
  assert.equal(askers().length, NEARBY_ASKERS_PER_HOST_MAX)
  assert.deepEqual(heard.at(-1), { kind: 'refused', code: 'NEARBY_BUSY' })
})

test('only so many workspaces are open at once, and only so many are shown', async () => {
  const { member, newcomer, during, boot, connect } = await createPair()
  const openMany = (machine: typeof member) => {
    for (let count = 0; count < NEARBY_OPENINGS_MAX; count++) machine.host.open(workspaceOf(count), `Room ${count}`, MINUTES)
  }
  openMany(member)
  assert.throws(() => member.host.open(workspaceOf(99), 'One more', MINUTES), { code: 'NEARBY_BUSY' })
  member.host.open(workspaceOf(1), 'Room 1', 2 * MINUTES)
  for (let count = 0; count < NEARBY_FOUND_MAX / NEARBY_OPENINGS_MAX; count++) {
    const machine = await boot(`Machine ${count}`)
    openMany(machine)
    await connect(newcomer, machine)
  }
  await during(newcomer.seeker.look(60_000))
  assert.equal(newcomer.seeker.found().length, NEARBY_FOUND_MAX)
})

test('looking ends by itself, and what was found is forgotten', async () => {
  const { member, newcomer, find, clock, workspace } = await createPair()
  member.host.open(workspace, 'Studio', 10 * MINUTES)
  await find()
  await clock.pass(59_000)
  assert.deepEqual([newcomer.seeker.isLooking(), newcomer.seeker.found().length], [true, 1])
  await clock.pass(5000)
  assert.deepEqual([newcomer.seeker.isLooking(), newcomer.seeker.found()], [false, []])
})

test('a stranger that says nothing, too much, or nonsense is cut off', async () => {
  const { member, newcomer, speak, clock, find, workspace } = await createPair()
  member.host.open(workspace, 'Studio', 10 * MINUTES)
  const { opening } = await find()
  const endOf = async (act: (stranger: Awaited<ReturnType<typeof speak>>) => void) => {
    const stranger = await speak(newcomer, member)
    act(stranger)
    await clock.pass(6000)
    return stranger.ends
  }
  const ask = { kind: 'ask' as const, opening, machine: 'x', commitment: nonce(1) }
  assert.deepEqual(await endOf(() => {}), ['NETWORK_STREAM_CLOSED'])
  assert.deepEqual(await endOf(({ stream }) => stream.send(new Uint8Array(NEARBY_MESSAGE_BYTES_MAX + 1))), ['SYNC_LIMIT_EXCEEDED'])
  assert.deepEqual(await endOf(({ say }) => say({ kind: 'reveal', nonce: nonce(1) })), ['SYNC_MESSAGE_MALFORMED'])
  assert.deepEqual(await endOf(({ say }) => (say(ask), say(ask))), ['SYNC_MESSAGE_MALFORMED'])
  assert.deepEqual(await endOf(({ say }) => say({ ...ask, machine: 'y\u202etxt' })), ['SYNC_MESSAGE_MALFORMED'])
})

test('no bytes whatever make the decoder throw, and every message comes back as it was', () => {
  const messages = [
    { kind: 'look' as const }, { kind: 'nonce' as const, nonce: nonce(7) }, { kind: 'waiting' as const, remainingMs: 5 }, { kind: 'invitation' as const, link: LINK },
    { kind: 'refused' as const, code: 'NEARBY_BUSY' as const }, { kind: 'openings' as const, openings: [{ opening: 'ab'.repeat(16), workspace: 'W', machine: 'M', remainingMs: 9 }] },
  ]
  for (const message of messages) assert.deepEqual(decodeNearby(encodeNearby(message)), { ok: true, value: message })
  const bytes = messages.map(encodeNearby)
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.tuple(fc.nat(5), fc.nat(400), fc.nat(255)).map(([which, at, to]) => {
    const changed = bytes[which]!.slice()
    changed[at % changed.length] = to
    return changed
  })), (frame) => void decodeNearby(frame)))
  assert.deepEqual(['  \u202eabc\u0000 ', '', 'x'.repeat(99)].map(tellable), ['abc', '?', 'x'.repeat(NAME_CHARACTERS_MAX)])
})
