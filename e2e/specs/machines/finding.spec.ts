import { expect, needsNamespaces, test } from '../../rig/lab.ts'
import { createDocument, expectEqual, expectNoEntryRefused, expectReachable, gather, invite, joinBy, markdownOf } from '../../rig/workspace.ts'

test('three machines find each other, join by link, and hold the same notes', async ({ lab }) => {
  const [kitchen, studio, attic] = await gather(lab, ['Kitchen laptop', 'Studio desk', 'Attic'])
  for (const machine of lab.machines) await expectReachable(machine, 2)
  const document = await createDocument(kitchen!, 'Shopping')
  for (const machine of [kitchen!, studio!, attic!]) {
    await expect(async () => machine.cli('doc', 'append', document, `from ${machine.name}`)).toPass({ timeout: 15_000 })
  }
  await expectEqual(lab.machines)
  for (const machine of lab.machines) {
    const markdown = await markdownOf(machine, document)
    for (const { name } of lab.machines) expect(markdown).toContain(`from ${name}`)
  }
  await expectNoEntryRefused(lab.machines)
})

test('a machine that was off finds the others by itself, and what happened meanwhile', async ({ lab }) => {
  const [kitchen, studio] = await gather(lab, ['Kitchen laptop', 'Studio desk'])
  expect(await studio!.stop()).toBe(0)
  const document = await createDocument(kitchen!, 'Written while the other was off')
  await kitchen!.cli('doc', 'append', document, 'still here')
  await studio!.start()
  await expectEqual([kitchen!, studio!])
  expect(await markdownOf(studio!, document)).toContain('still here')
})

test('without multicast an invitation works, and so does a typed address', async ({ lab }) => {
  needsNamespaces()
  lab.blockMulticast()
  const kitchen = await lab.startMachine('Kitchen laptop', { serveArgs: ['--listen', '/ip4/0.0.0.0/tcp/4100'] })
  const studio = await lab.startMachine('Studio desk')
  await kitchen.cli('workspace', 'create', 'Studio')
  await joinBy(studio, await invite(kitchen))
  await expectEqual([kitchen, studio])

  const attic = await lab.startMachine('Attic', { serveArgs: ['--listen', '/ip4/0.0.0.0/tcp/4100'] })
  expect(await attic.ask('connect', `${kitchen.address}:4999`)).toMatchObject({ exitCode: 1, error: 'NETWORK_DIAL_FAILED' })
  await attic.cli('connect', hostAndPort(studio.ready.addresses))
  await joinBy(attic, await invite(kitchen))
  await expectEqual(lab.machines)
})

test('without multicast, machines that joined through a third learn of each other, and stay together without it', async ({ lab }) => {
  needsNamespaces()
  lab.blockMulticast()
  const [kitchen, studio, attic] = await gather(lab, ['Kitchen laptop', 'Studio desk', 'Attic'])
  for (const machine of lab.machines) await expectReachable(machine, 2)
  await kitchen!.kill()
  await studio!.stop()
  await studio!.start()
  await expectReachable(studio!, 1)
  const document = await createDocument(studio!, 'Without the first')
  await studio!.cli('doc', 'append', document, 'hello')
  await expectEqual([studio!, attic!])
})

test('people nearby: a workspace that is open is found, and its member lets in who shows the same words', async ({ lab }) => {
  const [kitchen, studio] = [await lab.startMachine('Kitchen laptop'), await lab.startMachine('Studio desk')]
  await lab.introduce(lab.machines)
  await kitchen.cli('workspace', 'create', 'Garden')
  expect(await studio.cli('nearby')).toMatchObject({ found: [] })
  expect(await studio.ask('nearby', 'join', 'Garden')).toMatchObject({ exitCode: 1, error: 'NEARBY_NOT_OPEN' })
  await kitchen.cli('invite', '--nearby', '--minutes', '5')
  await expect(async () => expect(await studio.cli('nearby')).toMatchObject({ found: [{ workspace: 'Garden', machine: 'Kitchen laptop' }] })).toPass()
  const joining = studio.ask('nearby', 'join', 'Garden', '--timeout', '60')
  let words = ''
  await expect(async () => {
    const { openings } = (await kitchen.cli('nearby')) as { openings?: readonly { askers: readonly { words: string }[] }[] }
    words = openings?.[0]?.askers[0]?.words ?? ''
    expect(words).toMatch(/^[a-z]+ [a-z]+ [a-z]+$/)
  }).toPass()
  expect(await kitchen.ask('nearby', 'accept', 'wrong words here')).toMatchObject({ error: 'NEARBY_ASKER_UNKNOWN' })
  await kitchen.cli('nearby', 'accept', words.replaceAll(' ', '-'))
  expect(await joining).toMatchObject({ exitCode: 0 })
  await expectEqual([kitchen, studio])
  await kitchen.cli('nearby', 'close')
  expect(await kitchen.cli('nearby')).toMatchObject({ openings: [] })
})

/** Of the first address that is no loopback: /ip4/10.86.0.2/tcp/4001 -> 10.86.0.2:4001. */
const hostAndPort = (addresses: readonly string[]): string => {
  const [, host = '', port = ''] = addresses.map((address) => /\/ip4\/([\d.]+)\/tcp\/(\d+)/.exec(address)).find((match) => match?.[1]?.startsWith('10.')) ?? []
  return `${host}:${port}`
}
