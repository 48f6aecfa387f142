/** Two machines as processes on loopback. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { done, eventually, joined, refusal, shows, twoMachines, type Outcome } from './machine.fixture.ts'

const machinesOf = ({ json }: Outcome) => json.machines ?? []

test('two machines share a workspace, write one note, and know what the other holds', async (context) => {
  const [ada, bob] = twoMachines(context)
  const ready = await ada.start()
  assert.deepEqual(Object.keys(ready), ['addresses', 'dataDir', 'url'])
  assert.equal(ready.dataDir, ada.dataDir)
  await bob.start()
  const { workspace, link, document } = await joined(ada, bob)

  await done(ada.run('doc', 'append', document, 'from Ada'))
  await shows(bob, document, 'from Ada')
  await done(bob.run('doc', 'append', 'Plan', 'from Bob'))
  await shows(ada, document, 'from Bob')
  const where = await eventually(() => ada.run('doc', 'where', document), (outcome) => machinesOf(outcome).every(({ holds }) => holds === 'all'))
  assert.deepEqual(machinesOf(where).map(({ name }) => name).sort(), ['Ada', 'Bob'])

  const status = await done(ada.run('status'))
  const view = status.workspaces?.[0]
  assert.equal(status.machine, 'Ada')
  assert.equal(view?.id, workspace)
  assert.equal(view?.documents, 1)
  assert.deepEqual(view?.members.map(({ name, self }) => [name, self]).sort(), [['Ada', true], ['Bob', false]])

  assert.match((await ada.say('status')).out, /Bob +reachable/)
  assert.match((await ada.say('doc', 'show', 'Plan')).out, /from Ada\n+from Bob\n$/)
  assert.equal(await refusal(bob.run('join', link)), '1 MEMBERSHIP_ALREADY_MEMBER')
  assert.equal(await refusal(ada.run('doc', 'show', '0'.repeat(32))), '1 DOCUMENTS_UNKNOWN')
  assert.equal(await refusal(ada.run('doc', 'show', 'No such title')), '1 DOCUMENTS_UNKNOWN')
  assert.equal(await refusal(ada.run('invite', '--workspace', 'Other')), '1 MEMBERSHIP_WORKSPACE_UNKNOWN')
  assert.equal(await refusal(ada.run('join', 'lanyard://join/half')), '2 MEMBERSHIP_LINK_MALFORMED')
  assert.equal(await refusal(ada.run('connect', 'nowhere')), '2 NETWORK_ADDRESS_MALFORMED')
  assert.equal(await refusal(ada.run('leave')), '2 HOST_ARGUMENT_INVALID', 'nobody is there to be asked')

  assert.equal(await ada.end('SIGTERM'), 0)
  assert.ok(!existsSync(path.join(ada.dataDir, 'host.json')))
})

test('what a command returned for outlives kill -9, and the address stays', async (context) => {
  const [ada, bob] = twoMachines(context)
  const before = await ada.start()
  await bob.start()
  const { document } = await joined(ada, bob)
  for (const number of [1, 2, 3]) await done(ada.run('doc', 'append', document, `line ${number}`))
  await ada.end('SIGKILL')
  assert.equal(await refusal(ada.run('status')), '3 HOST_NOT_RUNNING')
  const after = await ada.start()
  assert.equal(after.url, before.url)
  const { markdown } = await done(ada.run('doc', 'show', document))
  for (const number of [1, 2, 3]) assert.match(String(markdown), new RegExp(`line ${number}`))
  await done(ada.run('doc', 'append', document, 'after the kill'))
  await shows(bob, document, 'after the kill')
})
