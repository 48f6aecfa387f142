import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerError } from '../base/errors.ts'
import { createPeerWorld } from './peer.support.ts'

const codesOf = (notices: readonly { readonly code: string }[]) => notices.map((notice) => notice.code)

test('what a command returned for survives a kill and a power cut at any later moment', async () => {
  for (const [what, momentMs] of [['kill', 0], ['power', 0], ['kill', 3], ['power', 7], ['power', 40], ['power', 300]] as const) {
    const world = createPeerWorld()
    const [a, b] = await world.startAll('Ada', 'Bob')
    const workspace = await world.gather([a, b])
    const { document } = await a.run('document.create', { workspace, title: 'Plan', markdown: 'first' })
    await world.level(workspace, [a, b])
    await b.run('document.append', { workspace, document, text: 'said to be saved' })
    void b.screen.run('document.append', { workspace, document, text: 'on its way' }).catch(() => {})
    await world.pass(momentMs)
    b.crash(what)
    await b.start()
    assert.match(await b.text(workspace, document), /said to be saved/)
    await b.run('document.append', { workspace, document, text: 'and on' })
    await world.level(workspace, [a, b])
    assert.match(await a.text(workspace, document), /said to be saved[^]*and on/)
    assert.deepEqual((await a.workspace(workspace)).refusals, {})
  }
})

test('a name that a machine takes is how the others call it, in all its workspaces', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const [first, second] = [await world.gather([a, b]), await world.gather([a, b])]
  await b.run('machine.rename', { name: '  Kitchen laptop ' })
  for (const workspace of [first, second]) {
    await world.level(workspace, [a, b])
    assert.ok(await a.member(workspace, 'Kitchen laptop'))
  }
  assert.equal(await b.fails('machine.rename', { name: ' \n ' }), 'API_PARAMETER_INVALID')
  await b.stop()
  await b.start()
  assert.equal((await b.run('status', {})).machine, 'Kitchen laptop')
})

test('a full disk is said, refuses what can’t be kept, and is no longer said once something was kept', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.gather([a, b])
  const { document } = await a.run('document.create', { workspace, title: 'Plan', markdown: 'first' })
  await world.level(workspace, [a, b])
  assert.deepEqual(codesOf((await b.run('status', {})).notices), ['KEYS_UNPROTECTED'])
  b.disk.fail(new PeerError('STORE_FULL'))
  assert.equal(await b.fails('document.append', { workspace, document, text: 'lost' }), 'STORE_FULL')
  const { notices } = await b.run('status', {})
  assert.deepEqual(codesOf(notices), ['STORE_FULL', 'KEYS_UNPROTECTED'])
  assert.ok(notices[0]!.sentence.length > 10)
  await world.pass(300)
  assert.ok(b.events.some((event) => event.kind === 'status' && codesOf(event.status.notices).includes('STORE_FULL')), 'the screens are told')
  await a.run('document.append', { workspace, document, text: 'meanwhile' })
  await world.pass(3000)
  assert.doesNotMatch(await b.text(workspace, document), /lost|meanwhile/)
  b.disk.fail(undefined)
  await b.run('document.append', { workspace, document, text: 'kept' })
  assert.deepEqual(codesOf((await b.run('status', {})).notices), ['KEYS_UNPROTECTED'])
  await world.level(workspace, [a, b])
  assert.match(await b.text(workspace, document), /meanwhile/)
  assert.doesNotMatch(await a.text(workspace, document), /lost/)
})

test('a disk that filled up while only others wrote catches up by itself', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.gather([a, b])
  b.disk.fail(new PeerError('STORE_FULL'))
  await a.run('document.create', { workspace, title: 'Plan', markdown: 'while it was full' })
  await world.pass(20_000)
  b.disk.fail(undefined)
  await world.level(workspace, [a, b])
  await world.until(async () => (await b.run('status', {})).notices.length === 1, 'that the notice goes')
})

test('screens of one machine and of another see each other’s edits and cursors, until they close', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.gather([a, b])
  const { document } = await a.run('document.create', { workspace, title: 'Plan', markdown: 'x' })
  await world.level(workspace, [a, b])
  const second = a.peer.openScreen()
  const atSecond: string[] = []
  second.onEvent((event) => void atSecond.push(event.kind))
  const clients = []
  for (const screen of [a.screen, second, b.screen]) clients.push((await world.during(screen.run('document.attach', { workspace, document }))).clientId)
  assert.equal(new Set(clients).size, 3, 'each writes under a clientID of its own')
  await b.run('document.append', { workspace, document, text: 'hello' })
  await world.pass(300)
  for (const events of [a.events.map((event) => event.kind), atSecond, b.events.map((event) => event.kind)]) assert.ok(events.includes('update'))
  await b.run('presence.set', { workspace, document, state: '{"cursor":1}' })
  await world.pass(300)
  const seen = a.events.flatMap((event) => (event.kind === 'presence' ? [event.presence] : []))
  assert.deepEqual(seen.map((presence) => [presence.name, presence.state]), [['Bob', '{"cursor":1}']])
  b.crash('kill')
  await world.pass(5000)
  assert.equal(a.events.flatMap((event) => (event.kind === 'presence' ? [event.presence.state] : [])).at(-1), null)
  second.close()
})

test('after a stop nothing is written, sent or timed, and whoever still waits is told', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.gather([a, b])
  const link = await world.invite(a, workspace)
  const c = world.createMachine('Cy')
  await c.start()
  await a.stop()
  world.setCut(b, c, true)
  const joining = c.screen.run('workspace.join', { link, timeoutMs: 3_600_000 })
  const outcome = joining.then(() => 'joined', (error: PeerError) => error.code)
  await world.pass(500)
  await c.stop()
  assert.equal(await world.during(outcome), 'API_CHANNEL_CLOSED')
  const sizes = () => [a, c].map((machine) => [...machine.disk.store.scan([])].length)
  const before = sizes()
  await world.pass(120_000)
  assert.deepEqual(sizes(), before)
  assert.ok(!world.warnings.some((line) => line.includes('after the end')), world.warnings.join(''))
})

test('a machine that comes back finds the others by the addresses that it remembers', async () => {
  const world = createPeerWorld()
  const machines = ['Ada', 'Bob'].map((name) => world.createMachine(name, { discovers: false }))
  const [a, b] = machines as [typeof machines[0] & object, typeof machines[0] & object]
  for (const machine of machines) await machine.start()
  const workspace = await world.gather([a, b])
  await b.stop()
  await a.run('document.create', { workspace, title: 'While away', markdown: '' })
  await b.start()
  await world.level(workspace, [a, b])
  await a.stop()
  await a.start()
  await world.level(workspace, [a, b])
})

test('a copied disk started beside its original loses nothing and forks nothing', async () => {
  const world = createPeerWorld()
  const [a, b] = await world.startAll('Ada', 'Bob')
  const workspace = await world.gather([a, b])
  const { document } = await a.run('document.create', { workspace, title: 'Plan', markdown: 'x' })
  await world.level(workspace, [a, b])
  const clone = world.createMachine('Clone')
  const copy = b.disk.afterKill()
  clone.disk.store.batch([...copy.scan([])].map((item) => ({ kind: 'put', ...item })))
  await clone.start()
  await b.run('document.append', { workspace, document, text: 'by the original' })
  await clone.run('document.append', { workspace, document, text: 'by the copy' })
  await world.level(workspace, [a, b, clone])
  for (const machine of [a, b, clone]) {
    assert.match(await machine.text(workspace, document), /by the original/)
    assert.match(await machine.text(workspace, document), /by the copy/)
    assert.deepEqual((await machine.workspace(workspace)).refusals, {})
  }
})
