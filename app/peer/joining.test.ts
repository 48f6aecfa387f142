import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerError } from '../base/errors.ts'
import { INVITE_MS } from '../base/limits.ts'
import { createPeerWorld } from './peer.support.ts'

const namesOf = (members: readonly { readonly name: string }[]) => members.map((member) => member.name).sort()

test('a workspace is made, another machine joins by a link, and both write', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.gather([a, b])
  const { document } = await a.run('document.create', { workspace, title: 'Plan', markdown: 'from Ada' })
  await world.until(async () => (await b.run('document.list', { workspace, trash: false })).documents.some((each) => each.here))
  await b.run('document.append', { workspace, document, text: 'from Bob' })
  await world.level(workspace, [a, b])
  assert.equal(await a.text(workspace, document), await b.text(workspace, document))
  assert.match(await a.text(workspace, document), /from Ada[^]*from Bob/)
  for (const machine of [a, b]) {
    const view = await machine.workspace(workspace)
    assert.deepEqual([namesOf(view.members), view.isFilling, view.documents, view.refusals], [['Ada', 'Bob'], false, 1, {}])
  }
  assert.deepEqual(world.warnings, [])
})

test('any member admits while the inviter is away', async () => {
  const world = createPeerWorld()
  const [a, b, c] = await world.startAll('Ada', 'Bob', 'Cy')
  const workspace = await world.gather([a, b])
  const link = await world.invite(a, workspace)
  await world.level(workspace, [a, b])
  await a.stop()
  await world.join(c, link)
  await world.level(workspace, [b, c])
  assert.deepEqual(namesOf((await c.workspace(workspace)).members), ['Ada', 'Bob', 'Cy'])
  await a.start()
  await world.level(workspace, [a, b, c])
  assert.deepEqual(namesOf((await a.workspace(workspace)).members), ['Ada', 'Bob', 'Cy'])
})

test('with the founder gone for good, members go on, invite, and are joined by more', async () => {
  const world = createPeerWorld()
  const [a, b, c, d] = await world.startAll('Ada', 'Bob', 'Cy', 'Di')
  const workspace = await world.gather([a, b, c])
  const { document } = await a.run('document.create', { workspace, title: 'Will', markdown: 'keep on' })
  await world.level(workspace, [a, b, c])
  a.crash('power')
  await world.join(d, await world.invite(c, workspace))
  await world.level(workspace, [b, c, d])
  assert.match(await d.text(workspace, document), /keep on/)
  assert.equal((await d.workspace(workspace)).isFilling, false)
  await d.run('document.append', { workspace, document, text: 'we do' })
  await world.level(workspace, [b, c, d])
  assert.match(await b.text(workspace, document), /we do/)
})

test('one whose admitter vanished before anybody else heard of the admission is known by what it brings', async () => {
  const world = createPeerWorld()
  const [a, b, c] = await world.startAll('Ada', 'Bob', 'Cy')
  const workspace = await world.gather([a, c])
  world.setCut(a, c, true)
  world.setCut(b, c, true)
  await world.pass(5000)
  await world.join(b, await world.invite(a, workspace))
  await world.level(workspace, [a, b])
  a.crash('power')
  world.setCut(b, c, false)
  await world.level(workspace, [b, c])
  assert.deepEqual(namesOf((await c.workspace(workspace)).members), ['Ada', 'Bob', 'Cy'])
  assert.equal((await c.member(workspace, 'Bob')).reachable, true)
})

test('a joiner that restarts while it waits gets in with the keys it began with', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.create(a)
  const link = await world.invite(a, workspace)
  await a.stop()
  assert.equal(await b.fails('workspace.join', { link, timeoutMs: 1000 }), 'MEMBERSHIP_JOIN_TIMEOUT')
  b.crash('kill')
  await b.start()
  await a.start()
  await world.until(async () => (await b.run('status', {})).workspaces.length === 1, 'that Bob is in')
  await world.level(workspace, [a, b])
  assert.deepEqual(namesOf((await a.workspace(workspace)).members), ['Ada', 'Bob'], 'one device, one name')
})

test('a joiner whose power goes between its admission and its answer is the same member afterwards', async () => {
  for (const momentMs of [4, 8, 12, 16, 20, 24, 28, 34, 40, 60, 100, 250]) {
    const world = createPeerWorld()
    const [a, b] = await world.startAll('Ada', 'Bob')
    const workspace = await world.create(a)
    const link = await world.invite(a, workspace)
    const joining = b.screen.run('workspace.join', { link, timeoutMs: 60_000 }).catch(() => {})
    await world.pass(momentMs)
    b.crash(momentMs % 8 ? 'kill' : 'power')
    void joining
    await b.start()
    // Whoever clicks the link again after a restart means the same.
    const again = await b.fails('workspace.join', { link, timeoutMs: 20_000 })
    assert.ok(['none', 'MEMBERSHIP_ALREADY_MEMBER'].includes(again), `${again} after ${momentMs} ms`)
    await world.level(workspace, [a, b])
    await world.until(async () => namesOf((await a.workspace(workspace)).members).join() === 'Ada,Bob', `that Bob has a name, after ${momentMs} ms`)
  }
})

test('a joiner knocks only when its keys would survive a power cut', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.create(a)
  const link = await world.invite(a, workspace)
  world.setCut(a, b, true)
  await world.pass(5000)
  b.disk.hold()
  const joining = b.screen.run('workspace.join', { link, timeoutMs: 30_000 })
  world.setCut(a, b, false)
  await world.pass(20_000)
  assert.equal((await a.workspace(workspace)).members.length, 1)
  b.disk.release()
  await world.during(joining)
  await world.level(workspace, [a, b])
})

test('a link works once; used, expired, cut short or altered it says so', async () => {
  const world = createPeerWorld()
  const [a, b, c] = await world.startAll('Ada', 'Bob', 'Cy')
  const workspace = await world.create(a)
  const link = await world.invite(a, workspace)
  await world.join(b, link)
  assert.equal(await c.fails('workspace.join', { link, timeoutMs: 20_000 }), 'MEMBERSHIP_INVITE_USED')
  assert.equal(await b.fails('workspace.join', { link, timeoutMs: 1000 }), 'MEMBERSHIP_ALREADY_MEMBER')
  for (const wrong of ['', 'lanyard://join/', link.slice(0, -1), link.slice(0, 40), link.replace('#', ''), `${link}#`, link.replace('lanyard', 'http')]) {
    assert.equal(await c.fails('workspace.join', { link: wrong, timeoutMs: 1000 }), 'MEMBERSHIP_LINK_MALFORMED', wrong)
  }
  const late = await world.invite(a, workspace)
  await a.stop()
  world.setTimeBack(-INVITE_MS - 1000)
  await a.start()
  assert.equal(await c.fails('workspace.join', { link: late, timeoutMs: 20_000 }), 'MEMBERSHIP_INVITE_EXPIRED')
  const [head, secret] = (await world.invite(a, workspace)).split('#') as [string, string]
  const altered = `${head}#${secret.startsWith('A') ? 'B' : 'A'}${secret.slice(1)}`
  assert.equal(await c.fails('workspace.join', { link: altered, timeoutMs: 3000 }), 'MEMBERSHIP_JOIN_TIMEOUT', 'nobody knows it')
  assert.deepEqual(namesOf((await a.workspace(workspace)).members), ['Ada', 'Bob'])
})

test('a join that was refused leaves nothing behind, and a new link works', async () => {
  const world = createPeerWorld()
  const [a, b, c] = await world.startAll('Ada', 'Bob', 'Cy')
  const workspace = await world.create(a)
  const link = await world.invite(a, workspace)
  await world.join(b, link)
  await c.fails('workspace.join', { link, timeoutMs: 20_000 })
  assert.deepEqual((await c.run('status', {})).workspaces, [])
  await world.join(c, await world.invite(b, workspace))
  await world.level(workspace, [a, b, c])
})

test('a join that timed out goes on knocking, and gets in when somebody opens', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.create(a)
  const link = await world.invite(a, workspace)
  world.setCut(a, b, true)
  assert.equal(await b.fails('workspace.join', { link, timeoutMs: 1000 }), 'MEMBERSHIP_JOIN_TIMEOUT')
  world.setCut(a, b, false)
  await world.until(async () => (await b.run('status', {})).workspaces.length === 1, 'that Bob is in')
  await world.level(workspace, [a, b])
})

test('a second link to the same workspace takes the place of the first', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.create(a)
  const [first, second] = [await world.invite(a, workspace), await world.invite(a, workspace)]
  world.setCut(a, b, true)
  await b.fails('workspace.join', { link: first, timeoutMs: 500 })
  await b.fails('workspace.join', { link: second, timeoutMs: 500 })
  world.setCut(a, b, false)
  await world.until(async () => (await b.run('status', {})).workspaces.length === 1, 'that Bob is in')
  await world.level(workspace, [a, b])
  assert.deepEqual(namesOf((await a.workspace(workspace)).members), ['Ada', 'Bob'])
})

test('an admitter whose disk is full admits nobody, and does once there is room', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.create(a)
  const link = await world.invite(a, workspace)
  a.disk.fail(new PeerError('STORE_FULL'))
  assert.equal(await b.fails('workspace.join', { link, timeoutMs: 3000 }), 'MEMBERSHIP_JOIN_TIMEOUT')
  assert.equal((await a.workspace(workspace)).members.length, 1)
  a.disk.fail(undefined)
  await world.until(async () => (await b.run('status', {})).workspaces.length === 1, 'that Bob is in')
  await world.level(workspace, [a, b])
})

test('a joiner whose disk is full is no half member: it gets in when there is room', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.create(a)
  const link = await world.invite(a, workspace)
  world.setCut(a, b, true)
  await b.fails('workspace.join', { link, timeoutMs: 500 })
  b.disk.fail(new PeerError('STORE_FULL'))
  world.setCut(a, b, false)
  await world.pass(5000)
  assert.deepEqual((await b.run('status', {})).workspaces, [])
  b.disk.fail(undefined)
  await world.until(async () => (await b.run('status', {})).workspaces.length === 1, 'that Bob is in')
  await world.level(workspace, [a, b])
  assert.deepEqual(namesOf((await a.workspace(workspace)).members), ['Ada', 'Bob'])
})

test('an invitation that two use in two halves lets both in, and everybody agrees', async () => {
  const world = createPeerWorld()
  const [a, b, c, d] = await world.startAll('Ada', 'Bob', 'Cy', 'Di')
  const workspace = await world.gather([a, b])
  const link = await world.invite(a, workspace)
  await world.level(workspace, [a, b])
  for (const [one, other] of [[a, b], [a, d], [c, b], [c, d]] as const) world.setCut(one, other, true)
  await world.pass(5000)
  await world.join(c, link)
  await world.join(d, link)
  for (const [one, other] of [[a, b], [a, d], [c, b], [c, d]] as const) world.setCut(one, other, false)
  await world.level(workspace, [a, b, c, d])
  for (const machine of [a, b, c, d]) assert.deepEqual(namesOf((await machine.workspace(workspace)).members), ['Ada', 'Bob', 'Cy', 'Di'])
})
