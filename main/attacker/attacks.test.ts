/** Real hosts on loopback, attacked one way after the other. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { StatusView, WorkspaceView } from '../../app/api/views.ts'
import { createMachine, done, eventually, joined, shows, type Machine } from '../cli/machine.fixture.ts'

const ATTACKER = path.join(import.meta.dirname, 'attacker.ts')

interface Outcome {
  readonly ended: boolean
  readonly code: string | null
  readonly heard: readonly string[]
}

const attack = (name: string, address: string, dataDir: string): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    execFile(process.execPath, [ATTACKER, '--address', address, '--data-dir', dataDir, '--attack', name], { timeout: 60_000 }, (error, out, err) => {
      if (error) reject(new Error(err))
      else resolve(JSON.parse(out) as Outcome)
    })
  })

const ends: (() => Promise<void>)[] = []
const [ada, bob, mal, lee] = ['Ada', 'Bob', 'Mal', 'Lee'].map((name) => createMachine(name, { after: (end) => void ends.push(end) })) as
  [Machine, Machine, Machine, Machine]
/** Of Lee, who then left. */
const copy = mkdtempSync(path.join(tmpdir(), 'lanyard-copy-'))
let address = ''
let document = ''

const viewOf = async (machine: Machine): Promise<WorkspaceView> => (await done(machine.run('status'))).workspaces![0]!
const noticesOf = async (machine: Machine) => ((await done(machine.run('status'))) as unknown as StatusView).notices

const admit = async (machine: Machine) => {
  await machine.start()
  const { link = '' } = await done(ada.run('invite'))
  await done(machine.run('join', link, '--timeout', '40'))
  const { headsHash } = await viewOf(ada)
  await eventually(() => viewOf(machine), (view) => view.headsHash === headsHash || view.members.length >= 3)
}

before(async () => {
  address = (await ada.start()).addresses[0]!
  await bob.start()
  document = (await joined(ada, bob)).document
  await admit(mal)
  await eventually(() => viewOf(ada), (view) => view.members.some((member) => member.name === 'Mal'))
  await mal.end('SIGTERM')
  await admit(lee)
  await eventually(() => viewOf(ada), (view) => view.members.some((member) => member.name === 'Lee'))
  await lee.end('SIGTERM')
  cpSync(lee.dataDir, copy, { recursive: true })
  await lee.start()
  await done(lee.run('leave', '--yes'))
  await eventually(() => viewOf(ada), (view) => view.members.some((member) => member.name === 'Lee' && member.hasLeft))
})

after(async () => {
  for (const end of ends) await end()
  rmSync(copy, { recursive: true, force: true })
})

/** name, code under which it is refused, whether the line is cut for it, and with whose directory */
const expected = [
  ['a stranger sends a run on a channel that it guessed', 'stranger-run', 'SYNC_HANDSHAKE_FAILED'],
  ['a stranger sends a receipt on a channel that it guessed', 'stranger-receipt', 'SYNC_HANDSHAKE_FAILED'],
  ['one that has the workspace’s secrets, but was never admitted, proves its device', 'not-admitted', 'MEMBERSHIP_NOT_A_MEMBER'],
  ['a member forwards a run of a stranger', 'strangers-run-forwarded', 'MEMBERSHIP_NOT_A_MEMBER'],
  ['a member forwards a receipt of a stranger', 'strangers-receipt-forwarded', 'MEMBERSHIP_NOT_A_MEMBER'],
  ['a member begins a log in another’s name', 'run-in-anothers-name', 'LOG_SIGNATURE_INVALID'],
  ['a member appends to another’s log', 'run-appended-to-anothers-log', 'LOG_SIGNATURE_INVALID'],
  ['a member signs a receipt in another’s name', 'receipt-in-anothers-name', 'LOG_SIGNATURE_INVALID'],
  ['a byte is flipped in a member’s own run', 'flipped-byte', 'LOG_SIGNATURE_INVALID'],
  ['a frame is no message', 'malformed', 'SYNC_MESSAGE_MALFORMED'],
  ['a frame is of an unknown type', 'unknown-type', 'SYNC_MESSAGE_MALFORMED'],
  ['a frame promises a gigabyte', 'promise-of-a-gigabyte', 'SYNC_MESSAGE_MALFORMED'],
  ['a frame is longer than any may be', 'oversize', 'NETWORK_FRAME_TOO_LARGE'],
] as const

for (const [what, name, code] of expected) {
  test(`${what}: refused as ${code}, counted, and nothing changes`, async () => {
    const was = await viewOf(ada)
    const outcome = await attack(name, address, mal.dataDir)
    const is = await eventually(() => viewOf(ada), (view) => (view.refusals[code] ?? 0) > (was.refusals[code] ?? 0))
    assert.deepEqual([is.entries, is.headsHash, is.pending], [was.entries, was.headsHash, was.pending])
    assert.deepEqual(is.members.map((member) => member.name), was.members.map((member) => member.name))
    if (code === 'SYNC_MESSAGE_MALFORMED') assert.equal(outcome.code, code, 'and the line is cut')
    if (name.startsWith('stranger-')) assert.deepEqual([...new Set(outcome.heard)], ['hello', 'tokens'])
    // It may introduce itself, and hears no more than that it may.
    if (name === 'not-admitted') assert.deepEqual([...new Set(outcome.heard)].sort(), ['heights', 'hello', 'proof', 'tokens'])
  })
}

test('one that left and kept its keys proves its device: refused, and it is told nothing', async () => {
  const was = await viewOf(ada)
  const { heard } = await attack('proof', address, copy)
  const is = await eventually(() => viewOf(ada), (view) => (view.refusals['MEMBERSHIP_NOT_A_MEMBER'] ?? 0) > (was.refusals['MEMBERSHIP_NOT_A_MEMBER'] ?? 0))
  assert.equal(is.headsHash, was.headsHash)
  assert.deepEqual(heard.filter((kind) => !['hello', 'tokens', 'proof'].includes(kind)), [])
})

test('an incompatible version is refused with its code, counted, and said to the person', async () => {
  const { heard } = await attack('version', address, mal.dataDir)
  assert.ok(heard.includes('refused'))
  assert.ok(((await viewOf(ada)).refusals['SYNC_VERSION_UNSUPPORTED'] ?? 0) > 0)
  await eventually(() => noticesOf(ada), (notices) => !notices.some((notice) => notice.code === 'SYNC_VERSION_UNSUPPORTED'))
})

test('after all of that the members go on syncing, and the attacked one is as it was', async () => {
  await done(bob.run('doc', 'append', document, 'still here'))
  await shows(ada, document, 'still here')
  await done(ada.run('doc', 'append', document, 'so am I'))
  await shows(bob, document, 'so am I')
  assert.equal((await viewOf(ada)).headsHash, (await viewOf(bob)).headsHash)
  await mal.start()
  await shows(mal, document, 'so am I')
})
