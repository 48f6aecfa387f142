/** Hosts that start, and that can not. */
import assert from 'node:assert/strict'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { done, refusal, runMain, twoMachines } from './machine.fixture.ts'

test('a data directory has one host; a second one says where the first is', async (context) => {
  const [ada] = twoMachines(context)
  const { url } = await ada.start()
  const second = await ada.run('serve', '--no-discovery')
  assert.equal(second.exitCode, 3)
  const { error } = second.json
  assert.deepEqual([error?.code, error?.details['url']], ['STORE_LOCKED', url])
  await done(ada.run('status'))
  assert.equal(statSync(path.join(ada.dataDir, 'host.json')).mode & 0o777, 0o600)
})

test('commands without a host, and hosts that can not start, say what to do', async (context) => {
  const [ada] = twoMachines(context)
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
