import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from '../../rig/lab.ts'
import { screenOf } from '../../rig/screen.ts'
import { gather } from '../../rig/workspace.ts'

/** What axe finds on this page, light and dark. */
const complaintsOf = async (page: Page, place: string): Promise<readonly string[]> => {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    for (const { id, help, nodes } of violations) found.push(`${place}, ${colorScheme}: ${id} (${help}) ${nodes.map(({ html }) => html).join(' ')}`)
  }
  return found
}

test('axe finds nothing on any screen, light and dark', async ({ lab }) => {
  const [kitchen] = await gather(lab, ['Kitchen laptop', 'Studio desk'])
  const fresh = await lab.startMachine('Fresh')
  const start = screenOf(await fresh.openPage())
  const found = [...(await complaintsOf(start.page, 'start'))]
  await start.button('Join with a link').click()
  found.push(...(await complaintsOf(start.page, 'join')))
  await start.textbox('Invitation link').fill('lanyard://join/half')
  await start.button('Join').click()
  await expect(start.page.getByTestId('join-error')).toBeVisible()
  found.push(...(await complaintsOf(start.page, 'join refused')))
  await start.button('Back').click()
  await start.button('Create a workspace').click()
  found.push(...(await complaintsOf(start.page, 'create')))

  const screen = screenOf(await kitchen!.openPage())
  const { page } = screen
  found.push(...(await complaintsOf(page, 'no notes')))
  await screen.newNote('Accessible')
  await screen.write('Some text\nand more')
  await screen.expectSaved()
  found.push(...(await complaintsOf(page, 'note')))
  await screen.trustLine.click()
  await expect(page.getByTestId('trust-machine').first()).toBeVisible()
  found.push(...(await complaintsOf(page, 'where it is saved')))
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog', { name: 'Go to a note' })).toBeVisible()
  found.push(...(await complaintsOf(page, 'go to a note')))
  await page.keyboard.press('Escape')
  await screen.button('Move to trash').first().click()
  await screen.place('Trash').click()
  await expect(screen.row('Accessible')).toBeVisible()
  found.push(...(await complaintsOf(page, 'trash')))
  await screen.row('Accessible').click()
  found.push(...(await complaintsOf(page, 'trashed note')))
  await screen.place('Machines').click()
  found.push(...(await complaintsOf(page, 'machines')))
  await screen.button('Invite a machine').click()
  await expect(page.getByTestId('invite-link')).toBeVisible()
  found.push(...(await complaintsOf(page, 'invite')))
  await page.keyboard.press('Escape')
  await screen.button('Leave workspace…').click()
  found.push(...(await complaintsOf(page, 'leave')))
  await screen.button('Stay').click()
  await screen.place('Settings').click()
  found.push(...(await complaintsOf(page, 'settings')))
  await kitchen!.kill()
  await expect(page.getByTestId('link-banner')).toBeVisible()
  found.push(...(await complaintsOf(page, 'host gone')))
  expect(found).toEqual([])
})

/** Tab until the focus is on what has this role and name. */
const tabTo = async (page: Page, role: 'button' | 'link' | 'textbox', name: string | RegExp) => {
  const target = page.getByRole(role, { name, exact: typeof name === 'string' }).first()
  await expect(target).toBeVisible()
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reached the ${role} ${name}.`)
}

test('the whole walk works by keyboard only', async ({ lab }) => {
  const machine = await lab.startMachine('Kitchen laptop')
  const screen = screenOf(await machine.openPage())
  const { page } = screen
  await tabTo(page, 'button', 'Create a workspace')
  await page.keyboard.press('Enter')
  await expect(screen.textbox('Name of the workspace')).toBeFocused()
  await page.keyboard.type('Keys only')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('navigation', { name: 'Workspace' })).toBeVisible()

  await page.keyboard.press('n')
  await expect(screen.textbox('Title')).toBeFocused()
  await page.keyboard.type('By hand')
  await expect(screen.editor).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(screen.editor).toBeFocused()
  await page.keyboard.type('No mouse was used')
  await screen.expectSaved()
  await page.keyboard.press('Escape')
  await expect(screen.row('By hand')).toBeFocused()
  await page.keyboard.press('F2')
  await expect(screen.textbox('Title')).toBeFocused()
  await page.keyboard.type('Renamed by hand')
  await page.keyboard.press('Escape')
  await expect(screen.row('Renamed by hand')).toBeFocused()
  await page.keyboard.press('Delete')
  await expect(screen.row('Renamed by hand')).toHaveCount(0)

  await tabTo(page, 'link', 'Trash')
  await page.keyboard.press('Enter')
  await tabTo(page, 'button', 'Restore Renamed by hand')
  await page.keyboard.press('Enter')
  await expect(screen.row('Renamed by hand')).toHaveCount(0)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('renamed')
  await page.keyboard.press('Enter')
  await expect(screen.editor).toContainText('No mouse was used')

  await tabTo(page, 'link', 'Machines')
  await page.keyboard.press('Enter')
  await tabTo(page, 'button', 'Invite a machine')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('invite-link')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(screen.button('Invite a machine')).toBeFocused()
  await tabTo(page, 'button', 'Leave workspace…')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alertdialog')).toBeVisible()
  await tabTo(page, 'button', 'Leave and delete here')
  await page.keyboard.press('Enter')
  await expect(screen.button('Create a workspace')).toBeVisible()
})
