import { attackFrom, reachableAddress } from '../../rig/attack.ts'
import { expect, test } from '../../rig/lab.ts'
import type { Machine } from '../../rig/machine.ts'
import { createDocument, expectEqual, gather, invite, markdownOf, workspaceOf } from '../../rig/workspace.ts'

const expectUnharmed = async (machines: readonly Machine[], document: string): Promise<void> => {
  for (const machine of machines) await machine.cli('doc', 'append', document, `${machine.name} goes on`)
  await expectEqual(machines)
  for (const machine of machines) {
    const markdown = await markdownOf(machine, document)
    for (const { name } of machines) expect(markdown).toContain(`${name} goes on`)
    expect(markdown).not.toContain('forged')
  }
}

test('a raw frame validly signed by a member for another log, or by a stranger, is refused, coded and counted', async ({ lab }) => {
  const [ada, ben] = await gather(lab, ['Ada', 'Ben'])
  const document = await createDocument(ada!, 'Unharmed')
  await expectEqual([ada!, ben!])
  const mallory = lab.addMachine('Mallory')
  const said = await attackFrom(mallory, 'member', await invite(ada!))
  const attacked = said.filter(({ sent }) => sent !== undefined)
  // Ada's log, Ben's log, a stranger's, and another history of its own.
  expect(attacked).toHaveLength(4)
  const { refusals } = await workspaceOf(ada!)
  console.log(`refused: ${JSON.stringify(refusals)}`)
  expect(refusals['LOG_SIGNATURE_INVALID']).toBeGreaterThanOrEqual(2)
  expect(refusals['MEMBERSHIP_NOT_A_MEMBER']).toBeGreaterThanOrEqual(1)
  expect(Object.values(refusals).reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(4)
  await expectUnharmed([ada!, ben!], document)
  // Members tell each other where members are, so Ben may meet Mallory too and refuse the same: nothing of it counts there either.
  await expectEqual([ada!, ben!])
})

test('a raw frame of somebody who proved nothing is refused, coded and counted, and the machine goes on', async ({ lab }) => {
  const [ada, ben] = await gather(lab, ['Ada', 'Ben'])
  const document = await createDocument(ada!, 'Unharmed')
  await expectEqual([ada!, ben!])
  const before = await workspaceOf(ada!)
  const stranger = lab.addMachine('Stranger')
  const said = await attackFrom(stranger, 'stranger', reachableAddress(ada!))
  expect(said.at(-1)?.['heard']).toContain('hello')
  const { refusals, entries, members } = await workspaceOf(ada!)
  console.log(`refused: ${JSON.stringify(refusals)}`)
  expect(refusals['SYNC_HANDSHAKE_FAILED']).toBeGreaterThanOrEqual(1)
  expect(refusals['SYNC_MESSAGE_MALFORMED']).toBeGreaterThanOrEqual(1)
  expect(entries).toBe(before.entries)
  expect(members).toHaveLength(2)
  await expectUnharmed([ada!, ben!], document)
})

test('a machine of an incompatible version is refused in words, and the person is told', async ({ lab }) => {
  const [ada] = await gather(lab, ['Ada', 'Ben'])
  const newer = lab.addMachine('From the future')
  const attack = attackFrom(newer, 'newer', reachableAddress(ada!))
  await expect(async () => {
    const { notices } = (await ada!.cli('status')) as { notices: readonly { code: string; sentence: string }[] }
    expect(notices.find(({ code }) => code === 'SYNC_VERSION_UNSUPPORTED')?.sentence).toContain('Update the older one')
  }).toPass({ timeout: 10_000 })
  expect((await attack).at(-1)?.['heard']).toContain('refused SYNC_VERSION_UNSUPPORTED')
})
