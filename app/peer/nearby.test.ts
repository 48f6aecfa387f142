import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf } from '../base/errors.ts'
import { createPeerWorld } from './peer.support.ts'

test('a newcomer nearby is let in by its words, and joins in the ordinary way', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.create(a)
  assert.deepEqual((await b.run('nearby.look', { durationMs: 60_000 })).found, [])
  await a.run('nearby.open', { workspace, minutes: 10 })
  await world.until(async () => (await b.run('status', {})).nearby.found.length === 1, 'that Bob finds it')
  const [found] = (await b.run('status', {})).nearby.found
  assert.deepEqual([found!.workspace, found!.machine], ['Studio', 'Ada'])
  const joining = b.screen.run('nearby.ask', { opening: found!.opening, timeoutMs: 60_000 })
  await world.until(async () => (await a.run('status', {})).nearby.openings[0]!.askers.length === 1, 'that Bob asks')
  const [asker] = (await a.run('status', {})).nearby.openings[0]!.askers
  assert.equal((await b.run('status', {})).nearby.asking!.words, asker!.words)
  assert.ok(a.events.some((event) => event.kind === 'status' && event.status.nearby.openings[0]?.askers.length === 1), 'screens are told')
  await a.run('nearby.answer', { workspace, asker: asker!.asker, welcome: true })
  assert.equal((await world.during(joining)).workspace, workspace)
  await world.level(workspace, [a, b])
  assert.deepEqual((await a.workspace(workspace)).members.map(({ name }) => name).sort(), ['Ada', 'Bob'])
})

test('a question that nobody answers ends with its time, and leaving a workspace closes it', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.create(a)
  await a.run('nearby.open', { workspace, minutes: 10 })
  const [found] = (await b.run('nearby.look', { durationMs: 60_000 })).found
  assert.equal(await b.fails('nearby.ask', { opening: found!.opening, timeoutMs: 3000 }), 'NEARBY_GONE')
  const code = b.screen.run('nearby.ask', { opening: found!.opening, timeoutMs: 30_000 }).then(() => 'in', codeOf)
  await world.pass(500)
  await a.run('workspace.leave', { workspace })
  assert.equal(await world.during(code), 'NEARBY_CLOSED')
  assert.equal(await a.fails('nearby.open', { workspace, minutes: 10 }), 'MEMBERSHIP_WORKSPACE_UNKNOWN')
  assert.deepEqual((await a.run('status', {})).nearby.openings, [])
})
