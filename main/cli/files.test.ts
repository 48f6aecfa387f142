/** Notes in and out as files, on two machines. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { done, eventually, joined, refusal, twoMachines, type Outcome } from './machine.fixture.ts'

test('trash, files and exports: equal workspaces export equal bytes, and nothing is overwritten', async (context) => {
  const [ada, bob] = twoMachines(context)
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
