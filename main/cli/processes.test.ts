/** The whole program: hosts and commands as processes on loopback. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { createMachine, eventually, runMain, type Json, type Machine, type Outcome } from './machine.fixture.ts'

const two = (context: TestContext) => [createMachine('Ada', context), createMachine('Bob', context)] as const

const done = async (outcome: Promise<Outcome>): Promise<Json> => {
  const { exitCode, err, json } = await outcome
  assert.equal(exitCode, 0, err)
  return json
}

const refusal = async (outcome: Promise<Outcome>): Promise<string> => {
  const { exitCode, out, json } = await outcome
  assert.equal(out, '', 'an error leaves standard output empty')
  return `${exitCode} ${json.error?.code}`
}

/** A workspace that both are in; gives its link and one note. */
const joined = async (ada: Machine, bob: Machine) => {
  const { workspace = '' } = await done(ada.run('workspace', 'create', 'Garden'))
  const { link = '' } = await done(ada.run('invite'))
  assert.deepEqual(await done(bob.run('join', link, '--timeout', '40')), { workspace })
  const { document = '' } = await done(ada.run('doc', 'create', '--title', 'Plan'))
  return { workspace, link, document }
}

const shows = (machine: Machine, document: string, text: string) =>
  eventually(() => machine.run('doc', 'show', document), ({ json }) => json.markdown?.includes(text) === true)

const machinesOf = ({ json }: Outcome) => json.machines ?? []

test('two machines share a workspace, write one note, and know what the other holds', async (context) => {
  const [ada, bob] = two(context)
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
  const [ada, bob] = two(context)
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

test('a data directory has one host; a second one says where the first is', async (context) => {
  const [ada] = two(context)
  const { url } = await ada.start()
  const second = await ada.run('serve', '--no-discovery')
  assert.equal(second.exitCode, 3)
  const { error } = second.json
  assert.deepEqual([error?.code, error?.details['url']], ['STORE_LOCKED', url])
  await done(ada.run('status'))
  assert.equal(statSync(path.join(ada.dataDir, 'host.json')).mode & 0o777, 0o600)
})

test('trash, files and exports: equal workspaces export equal bytes, and nothing is overwritten', async (context) => {
  const [ada, bob] = two(context)
  await ada.start()
  await bob.start()
  const { document } = await joined(ada, bob)
  const source = path.join(ada.dataDir, 'source.md')
  writeFileSync(source, '# Heading\n\n* one\n* two\n')
  await done(ada.run('doc', 'create', '--title', 'a/b: ../x', '--file', source))
  await done(ada.run('doc', 'create', '--title', 'plan'))
  const { document: gone = '' } = await done(ada.run('doc', 'create', '--title', 'Gone'))
  await done(ada.run('doc', 'delete', gone))
  const listed = ({ json }: Outcome) => json.documents ?? []
  await eventually(() => bob.run('doc', 'list'), (outcome) => listed(outcome).length === 3 && listed(outcome).every(({ here }) => here))
  assert.equal(listed(await bob.run('doc', 'list', '--trash')).length, 1)

  const folders = [ada, bob].map((machine) => path.join(machine.dataDir, 'export'))
  for (const [index, machine] of [ada, bob].entries()) await done(machine.run('doc', 'export', folders[index]!))
  const [first, second] = folders.map((folder) => readdirSync(folder).sort().map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]))
  assert.deepEqual(first, second)
  assert.deepEqual(first?.map(([name]) => name), [`Plan (${document.slice(0, 8)}).md`, 'a b .. x.md', first?.at(2)?.[0]])
  assert.match(first?.at(1)?.[1] ?? '', /^# Heading/)
  assert.equal(await refusal(ada.run('doc', 'export', folders[0]!)), '1 HOST_EXPORT_NOT_EMPTY')

  await done(bob.run('doc', 'restore', gone))
  assert.equal(listed(await bob.run('doc', 'list')).length, 4)
  const left = await done(bob.run('leave', '--yes'))
  assert.equal(left.told, 1)
  assert.deepEqual((await done(bob.run('status'))).workspaces, [])
})

test('commands without a host, and hosts that can not start, say what to do', async (context) => {
  const [ada] = two(context)
  assert.equal(await refusal(ada.run('status')), '3 HOST_NOT_RUNNING')
  assert.match((await ada.say('status')).err, /lanyard serve/)
  assert.equal(await refusal(ada.run('fly')), '2 HOST_ARGUMENT_INVALID')
  const file = path.join(ada.dataDir, 'file')
  writeFileSync(file, '')
  assert.equal(await refusal(runMain(['serve', '--json', '--data-dir', file])), '1 HOST_DIRECTORY_UNUSABLE')
  assert.equal(await refusal(runMain(['serve', '--json', '--data-dir', path.join(ada.dataDir, 'x'), '--listen', 'nonsense'])), '2 NETWORK_ADDRESS_MALFORMED')
  mkdirSync(path.join(ada.dataDir, 'y'))
  writeFileSync(path.join(ada.dataDir, 'y', 'lanyard.db'), 'not a database, but long enough to look like one '.repeat(100))
  assert.equal(await refusal(runMain(['serve', '--json', '--data-dir', path.join(ada.dataDir, 'y')])), '1 STORE_BROKEN')
})
