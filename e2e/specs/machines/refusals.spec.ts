import { spawn } from 'node:child_process'
import path from 'node:path'
import { expect, needsNamespaces, test } from '../../rig/lab.ts'
import { createSmallDisk } from '../../rig/disk.ts'
import { createDocument, expectEqual, expectNoEntryRefused, gather, invite, joinBy, markdownOf } from '../../rig/workspace.ts'

test('a second host with the same data directory says so', async ({ lab }) => {
  const machine = await lab.startMachine('Ada')
  expect(await machine.ask('serve', '--no-discovery')).toMatchObject({ exitCode: 3, error: 'STORE_LOCKED' })
})

test('a port in use is named, and another one works', async ({ lab }) => {
  const ada = await lab.startMachine('Ada')
  // On the same machine, with a data directory of its own.
  const [file = '', ...args] = ada.wrap([process.execPath, '-e', `require('net').createServer().listen(4599, '127.0.0.1', () => console.log('up'))`])
  const other = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => other.stdout.once('data', resolve))
  const refused = await ada.askIn(`${ada.directory}/second`, 'serve', '--no-discovery', '--port', '4599')
  other.kill()
  expect(refused).toMatchObject({ exitCode: 1, error: 'HOST_PORT_IN_USE' })
})

test('a command without a running host says how to start one', async ({ lab }) => {
  expect(await lab.addMachine('Ada').ask('status')).toMatchObject({ exitCode: 3, error: 'HOST_NOT_RUNNING' })
})

test('a link works once, whole, for a day, and for nobody else', async ({ lab }) => {
  const [ada, ben] = await gather(lab, ['Ada', 'Ben'])
  const cy = await lab.startMachine('Cy')
  const link = await invite(ada!)
  const refused = async (wrong: string) => (await cy.ask('join', wrong, '--timeout', '8')).error
  expect(await refused('lanyard://join/rubbish')).toBe('MEMBERSHIP_LINK_MALFORMED')
  expect(await refused(link.slice(0, -3))).toBe('MEMBERSHIP_LINK_MALFORMED')
  await joinBy(cy, link)
  const dora = await lab.startMachine('Dora')
  expect((await dora.ask('join', link, '--timeout', '8')).error).toBe('MEMBERSHIP_INVITE_USED')
  const fresh = await invite(ben!)
  await ben!.stop()
  await ada!.stop()
  await cy.stop()
  expect((await dora.ask('join', fresh, '--timeout', '3')).error).toBe('MEMBERSHIP_JOIN_TIMEOUT')
  await ada!.start({ clockAheadMs: 25 * 3600 * 1000 })
  expect((await dora.ask('join', fresh, '--timeout', '15')).error).toBe('MEMBERSHIP_INVITE_EXPIRED')
})

test('a full disk refuses a change with its code, keeps what was saved, and goes on once there is room', async ({ lab }) => {
  needsNamespaces()
  const ben = await lab.startMachine('Ben')
  const disk = createSmallDisk(24)
  const ada = await lab.startMachine('Ada', { dataDir: path.join(disk.directory, 'data') })
  try {
    await ada.cli('workspace', 'create', 'Small disk')
    await joinBy(ben, await invite(ada))
    const document = await createDocument(ada, 'Full')
    await ada.cli('doc', 'append', document, 'saved before')
    disk.fill(512 * 1024)
    let refused: string | undefined
    for (let number = 1; number <= 400 && refused === undefined; number++) {
      refused = (await ada.ask('doc', 'append', document, `${number} ${'y'.repeat(20_000)}`)).error
    }
    expect(refused).toBe('STORE_FULL')
    disk.free()
    await expect(async () => ada.cli('doc', 'append', document, 'saved after')).toPass({ timeout: 15_000 })
    await expectEqual([ada, ben])
    const markdown = await markdownOf(ben, document)
    expect(markdown).toContain('saved before')
    expect(markdown).toContain('saved after')
    await expectNoEntryRefused([ada, ben])
  } finally {
    await ada.close()
    disk.remove()
  }
})
