import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from '../../rig/lab.ts'
import { picturePath } from '../../rig/picture.ts'
import { screenOf } from '../../rig/screen.ts'
import { expectEqual, workspaceOf } from '../../rig/workspace.ts'

/** What axe finds, light and dark; with a picture of each. */
const complaintsOf = async (page: Page, place: string): Promise<readonly string[]> => {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: picturePath(`nearby-${place}-${colorScheme}`) })
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    for (const { id, help, nodes } of violations) found.push(`${place}, ${colorScheme}: ${id} (${help}) ${nodes.map(({ html }) => html).join(' ')}`)
  }
  return found
}

// Fails: after a refusal, a second question shows its words to the newcomer, but no banner comes up on the member's other pages.
test.fixme('people nearby: found, asked, the same words on both screens, let in; refused, and closed', async ({ lab }) => {
  const [kitchen, studio, attic] = [await lab.startMachine('Kitchen laptop'), await lab.startMachine('Studio desk'), await lab.startMachine('Attic')]
  await lab.introduce(lab.machines)
  const [member, newcomer] = [screenOf(await kitchen.openPage()), screenOf(await studio.openPage())]
  await member.createWorkspace('Garden')
  await expect(newcomer.page.getByText('Nobody nearby has opened a workspace.')).toBeVisible()
  const complaints = [...(await complaintsOf(newcomer.page, 'none'))]

  await member.place('Machines').click()
  const card = member.page.getByTestId('nearby-card')
  complaints.push(...(await complaintsOf(member.page, 'closed')))
  await member.button('Let people nearby join for ten minutes').click()
  await expect(card).toContainText(/Closes by itself in (10:00|9:[0-5]\d)/)
  await expect(card).toContainText('Nobody has asked yet.')
  complaints.push(...(await complaintsOf(member.page, 'open')))

  await expect(newcomer.page.getByTestId('nearby-found')).toContainText('Garden')
  await expect(newcomer.page.getByTestId('nearby-found')).toContainText('Opened by Kitchen laptop')
  complaints.push(...(await complaintsOf(newcomer.page, 'found')))
  await newcomer.button('Ask to join Garden, opened by Kitchen laptop').click()
  await expect(newcomer.textbox('Name of this machine')).toBeFocused()
  await newcomer.page.keyboard.press('Enter')
  const words = await newcomer.page.getByTestId('nearby-words').textContent()
  await expect(member.page.getByTestId('nearby-words')).toHaveText(words!)
  await expect(card.getByRole('status')).toContainText('Asking to join: Studio desk.')
  complaints.push(...(await complaintsOf(newcomer.page, 'words')), ...(await complaintsOf(member.page, 'asker')))

  await member.button(`Refuse Studio desk, which shows ${words}`).click()
  await expect(newcomer.page.getByTestId('nearby-error')).toHaveAttribute('data-code', 'NEARBY_DECLINED')
  complaints.push(...(await complaintsOf(newcomer.page, 'declined')))
  await member.place('Notes').click()
  await newcomer.button('Ask again').click()
  await expect(member.page.getByText('Studio desk is nearby and asks to join this workspace.')).toBeVisible()
  complaints.push(...(await complaintsOf(member.page, 'banner')))
  await member.page.getByRole('link', { name: 'Compare the words' }).click()
  await member.button(/^Let in Studio desk/).focus()
  await member.page.keyboard.press('Enter')
  await expect(newcomer.page.getByRole('navigation', { name: 'Workspace' })).toBeVisible()
  await expectEqual([kitchen, studio])
  expect((await workspaceOf(kitchen)).members.map(({ name }) => name).sort()).toEqual(['Kitchen laptop', 'Studio desk'])

  const third = screenOf(await attic.openPage())
  await third.button('Ask to join Garden, opened by Kitchen laptop').click()
  await third.button('Ask to join').click()
  await expect(third.page.getByTestId('nearby-words')).toBeVisible()
  await member.button('Close now').click()
  await expect(third.page.getByTestId('nearby-error')).toHaveAttribute('data-code', 'NEARBY_CLOSED')
  complaints.push(...(await complaintsOf(third.page, 'expired')))
  await third.button('Back').click()
  await expect(third.page.getByText('Nobody nearby has opened a workspace.')).toBeVisible()
  expect(complaints).toEqual([])
})
