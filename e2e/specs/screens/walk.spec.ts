import path from 'node:path'
import { attackFrom, reachableAddress } from '../../rig/attack.ts'
import { createSmallDisk } from '../../rig/disk.ts'
import { expect, needsNamespaces, test } from '../../rig/lab.ts'
import { picturePath } from '../../rig/picture.ts'
import { screenOf } from '../../rig/screen.ts'
import { gather, invite, markdownOf, workspaceOf } from '../../rig/workspace.ts'

test('first start: a workspace, a note, and the sentence about the keys', async ({ lab }) => {
  const machine = await lab.startMachine('Kitchen laptop')
  const screen = screenOf(await machine.openPage())
  await expect(screen.button('Create a workspace')).toBeVisible()
  await screen.createWorkspace('Studio', 'Pantry')
  await expect(screen.page.getByTestId('notice').and(screen.page.locator('[data-code="KEYS_UNPROTECTED"]'))).toBeVisible()
  await screen.newNote('First')
  await screen.write('Hello')
  await screen.expectSaved()
  await screen.expectOn(1, 1)
  await screen.page.reload()
  await expect(screen.editor).toContainText('Hello')
  expect((await workspaceOf(machine)).members).toMatchObject([{ name: 'Pantry', self: true }])
})

test('a note goes to the trash and comes back, here and elsewhere', async ({ lab }) => {
  const [kitchen, studio] = await gather(lab, ['Kitchen laptop', 'Studio desk'])
  const [a, b] = [screenOf(await kitchen!.openPage()), screenOf(await studio!.openPage())]
  await a.newNote('Old plan')
  await a.write('Do not forget')
  await expect(b.row('Old plan')).toBeVisible()
  await a.button('Move to trash').first().click()
  await expect(a.row('Old plan')).toHaveCount(0)
  await expect(b.row('Old plan')).toHaveCount(0)
  await b.place('Trash').click()
  await b.button('Restore Old plan').click()
  await b.place('Notes').click()
  await b.openNote('Old plan')
  await expect(b.editor).toContainText('Do not forget')
  await expect(a.row('Old plan')).toBeVisible()
})

test('a machine is renamed, and the others see it', async ({ lab }) => {
  const [kitchen, studio] = await gather(lab, ['Kitchen laptop', 'Studio desk'])
  const [a, b] = [screenOf(await kitchen!.openPage()), screenOf(await studio!.openPage())]
  await a.place('Settings').click()
  await a.textbox('Name of this machine').fill('Dining table')
  await a.button('Save name').click()
  await b.place('Machines').click()
  await expect(b.page.getByTestId('machine-row').filter({ hasText: 'Dining table' })).toBeVisible()
})

test('leaving says what it means, deletes here, and the others are told', async ({ lab }) => {
  const [kitchen, studio] = await gather(lab, ['Kitchen laptop', 'Studio desk'])
  const [a, b] = [screenOf(await kitchen!.openPage()), screenOf(await studio!.openPage())]
  await a.newNote('Stays elsewhere')
  await expect(b.row('Stays elsewhere')).toBeVisible()
  await a.place('Machines').click()
  await a.button('Leave workspace…').click()
  await expect(a.page.getByRole('alertdialog')).toContainText('deleted from this machine')
  await a.button('Leave and delete here').click()
  await expect(a.button('Create a workspace')).toBeVisible()
  expect(await kitchen!.cli('status')).toMatchObject({ workspaces: [] })
  await b.place('Machines').click()
  await expect(b.page.getByTestId('machine-row').filter({ hasText: 'Kitchen laptop' })).toContainText('Has left')
  await b.place('Notes').click()
  await expect(b.row('Stays elsewhere')).toBeVisible()
})

test('a damaged, a used and an expired link each say what to do', async ({ lab }) => {
  const [kitchen] = await gather(lab, ['Kitchen laptop', 'Studio desk'])
  const used = await invite(kitchen!)
  const early = await lab.startMachine('Early')
  await early.cli('join', used, '--timeout', '30')
  await early.stop()
  const late = await lab.startMachine('Late')
  const screen = screenOf(await late.openPage())
  const error = screen.page.getByTestId('join-error')
  const tryLink = async (link: string, code: string, words: RegExp) => {
    await screen.textbox('Invitation link').fill(link)
    await screen.button('Join').click()
    await expect(error).toHaveAttribute('data-code', code)
    await expect(error).toContainText(words)
  }
  await screen.button('Join with a link').click()
  await tryLink('lanyard://join/half', 'MEMBERSHIP_LINK_MALFORMED', /Copy it again/)
  await tryLink(used, 'MEMBERSHIP_INVITE_USED', /Ask any member for a new one/)
  const fresh = await invite(kitchen!)
  await Promise.all(lab.machines.slice(0, 2).map((machine) => machine.stop()))
  await kitchen!.start({ clockAheadMs: 25 * 3600 * 1000 })
  await tryLink(fresh, 'MEMBERSHIP_INVITE_EXPIRED', /Ask any member for a new one/)
})

test('a full disk: the note says that it is not saved, keeps the typing, and saves it once there is room', async ({ lab }) => {
  needsNamespaces()
  const disk = createSmallDisk(24)
  const machine = await lab.startMachine('Small disk', { dataDir: path.join(disk.directory, 'data') })
  try {
    const screen = screenOf(await machine.openPage())
    await screen.createWorkspace('Studio')
    await screen.newNote('Full')
    await screen.write('Saved before.')
    await screen.expectSaved()
    disk.fill(0)
    await expect(async () => {
      await screen.write(' More words than there is room for.')
      await expect(screen.trustLine).toHaveAttribute('data-trust', 'refused', { timeout: 1000 })
    }).toPass({ timeout: 90_000 })
    await expect(screen.page.getByTestId('note-banner')).toContainText('Free some space')
    await screen.page.screenshot({ path: picturePath('disk-full') })
    const typed = await screen.text()
    disk.free()
    await screen.button('Try again').first().click()
    await screen.expectSaved()
    const document = await screen.page.evaluate(() => location.hash.split('/').at(-1) ?? '')
    expect(await markdownOf(machine, document)).toContain(typed)
  } finally {
    await machine.close()
    disk.remove()
  }
})

test('a machine of an incompatible version: the window says what to do', async ({ lab }) => {
  const [kitchen] = await gather(lab, ['Kitchen laptop', 'Studio desk'])
  const screen = screenOf(await kitchen!.openPage())
  const attack = attackFrom(lab.addMachine('From the future'), 'newer', reachableAddress(kitchen!))
  await expect(screen.page.locator('[data-code="SYNC_VERSION_UNSUPPORTED"]')).toContainText('Update the older one')
  await attack
})

test('the page asks nobody but its own host, and breaks no rule of its policy', async ({ lab }) => {
  const machine = await lab.startMachine('Kitchen laptop')
  const page = await machine.openPage()
  const asked: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).host))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.reload()
  const screen = screenOf(page)
  await screen.createWorkspace('Studio')
  await screen.newNote('Quiet')
  await screen.write('# Heading\nText /')
  await page.keyboard.press('Escape')
  await screen.expectSaved()
  expect([...new Set(asked)]).toEqual([new URL(machine.ready.url).host])
  expect(complaints).toEqual([])
})
