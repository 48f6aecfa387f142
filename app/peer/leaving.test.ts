import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerError } from '../base/errors.ts'
import { createPeerWorld } from './peer.support.ts'

test('one that leaves tells those it can reach, is shown as left, and keeps nothing', async () => {
  const world = createPeerWorld()
  const [a, b, c] = await world.startAll('Ada', 'Bob', 'Cy')
  const workspace = await world.gather([a, b, c])
  const { document } = await b.run('document.create', { workspace, title: 'Plan', markdown: 'by Bob' })
  await world.level(workspace, [a, b, c])
  const { told } = await b.run('workspace.leave', { workspace })
  assert.equal(told, 2)
  assert.ok(b.events.some((event) => event.kind === 'left' && event.workspace === workspace))
  assert.deepEqual((await b.run('status', {})).workspaces, [])
  assert.equal(await b.fails('document.list', { workspace, trash: false }), 'MEMBERSHIP_WORKSPACE_UNKNOWN')
  assert.deepEqual([...b.disk.store.scan([])].filter(({ key }) => key.some((part) => part.includes(workspace))), [])
  for (const machine of [a, c]) {
    await world.until(async () => (await machine.member(workspace, 'Bob')).hasLeft, 'that Bob is shown as left')
    assert.deepEqual(Object.keys(await machine.where(workspace, document)).sort(), ['Ada', 'Cy'], 'it is no denominator')
    assert.match(await machine.text(workspace, document), /by Bob/, 'what it wrote stays')
  }
  await a.run('document.append', { workspace, document, text: 'after' })
  await world.level(workspace, [a, c])
  await world.until(async () => !(await a.member(workspace, 'Bob')).reachable, 'that it is gone')
  assert.deepEqual(world.warnings.filter((line) => !line.includes('refused')), [])
})

test('nobody is counted as told who could not be reached or does not hold it', async () => {
  const world = createPeerWorld()
  const [a, b, c] = await world.startAll('Ada', 'Bob', 'Cy')
  const workspace = await world.gather([a, b, c])
  world.setCut(b, c, true)
  a.disk.hold()
  await world.pass(5000)
  assert.equal((await b.run('workspace.leave', { workspace })).told, 0)
  a.disk.release()
  await world.until(async () => (await c.member(workspace, 'Bob')).hasLeft, 'that c hears of it through a')
})

test('one that left may come back with a new link, as a new device', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.gather([a, b])
  const before = (await b.workspace(workspace)).device
  await b.run('workspace.leave', { workspace })
  await world.until(async () => (await a.member(workspace, 'Bob')).hasLeft)
  await world.pass(4000)
  await world.join(b, await world.invite(a, workspace))
  await world.level(workspace, [a, b])
  assert.notEqual((await b.workspace(workspace)).device, before)
  const { members } = await a.workspace(workspace)
  assert.deepEqual(members.map((member) => [member.name, member.hasLeft]).sort(), [['Ada', false], ['Bob', false], ['Bob', true]])
})

test('on a full disk leaving fails, and the workspace stays as usable as it was', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.gather([a, b])
  b.disk.fail(new PeerError('STORE_FULL'))
  assert.equal(await b.fails('workspace.leave', { workspace }), 'STORE_FULL')
  b.disk.fail(undefined)
  const { document } = await b.run('document.create', { workspace, title: 'Still here', markdown: '' })
  await world.level(workspace, [a, b])
  assert.equal((await a.member(workspace, 'Bob')).hasLeft, false)
  await a.run('document.append', { workspace, document, text: 'seen by the other' })
  await world.level(workspace, [a, b])
  assert.match(await b.text(workspace, document), /seen by the other/)
  assert.ok((await b.run('workspace.leave', { workspace })).told === 1)
})

test('what a screen writes while its machine leaves is refused or told to the others, and nothing is left on the disk', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.gather([a, b])
  const { document } = await b.run('document.create', { workspace, title: 'Plan', markdown: 'x' })
  await world.level(workspace, [a, b])
  await b.run('document.attach', { workspace, document })
  const leaving = b.screen.run('workspace.leave', { workspace })
  const outcomes: string[] = []
  for (let step = 0; step < 40; step++) {
    b.screen.run('document.append', { workspace, document, text: `line ${step}` }).then(() => outcomes.push('saved'), (error: unknown) => outcomes.push(String(error).slice(0, 60)))
    await world.pass(10)
  }
  await world.during(leaving)
  await world.pass(1000)
  assert.equal(outcomes.length, 40, 'everybody is answered')
  assert.deepEqual([...b.disk.store.scan([])].filter(({ key }) => key.some((part) => part.includes(workspace))), [])
})

test('two who leave at once, and the last one, leave in peace', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.gather([a, b])
  const both = Promise.all([a, b].map((machine) => machine.screen.run('workspace.leave', { workspace })))
  await world.during(both)
  for (const machine of [a, b]) assert.deepEqual((await machine.run('status', {})).workspaces, [])
})

test('leaving one of two workspaces that the same machines share stops nothing in the other', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const [first, second] = [await world.gather([a, b]), await world.gather([a, b])]
  assert.notEqual((await b.workspace(first)).device, (await b.workspace(second)).device, 'a device is of one workspace')
  await b.run('workspace.leave', { workspace: first })
  const { document } = await b.run('document.create', { workspace: second, title: 'Other', markdown: 'goes on' })
  await world.level(second, [a, b])
  assert.match(await a.text(second, document), /goes on/)
  await world.until(async () => (await a.member(second, 'Bob')).reachable)
})
