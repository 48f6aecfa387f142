import { expect, needsNamespaces, test, type Lab } from '../../rig/lab.ts'
import { pictureOf } from '../../rig/picture.ts'
import { screenOf, type Screen } from '../../rig/screen.ts'
import { expectEqual, markdownOf } from '../../rig/workspace.ts'

const NAMES = ['Kitchen laptop', 'Studio desk', 'Attic']

/** Three machines with their windows, joined by hand: the first makes a workspace, the others paste its links. */
const threeWindows = async (lab: Lab): Promise<readonly [Screen, Screen, Screen]> => {
  const machines = await Promise.all(NAMES.map((name) => lab.startMachine(name)))
  const screens = await Promise.all(machines.map(async (machine) => screenOf(await machine.openPage())))
  const [first, second, third] = screens as [Screen, Screen, Screen]
  await first.createWorkspace('Studio')
  for (const other of [second, third]) {
    await other.join(await first.invite())
    await expect(other.page.getByRole('navigation', { name: 'Workspace' })).toBeVisible()
  }
  await lab.introduce(machines)
  return [first, second, third]
}

const expectText = (screen: Screen, ...texts: readonly string[]) =>
  expect(async () => {
    const text = await screen.text()
    for (const wanted of texts) expect(text).toContain(wanted)
  }).toPass({ timeout: 30_000, intervals: [100] })

test('three machines write one note together, with each other’s cursors and the proof of where it is', async ({ lab }) => {
  const windows = await threeWindows(lab)
  const [a, b, c] = windows
  for (const { button } of windows) await button('Dismiss').click()
  await a.newNote('Sunday market')
  await a.write('## Bring\nTomatoes, two kilos')
  for (const other of [b, c]) {
    await other.openNote('Sunday market')
    await expectText(other, 'Tomatoes, two kilos')
  }
  await b.write('\n[] Bread from the corner')
  await expectText(c, 'Bread from the corner')
  await c.write('\nCoffee for the attic')
  for (const screen of windows) await expectText(screen, 'Tomatoes, two kilos', 'Bread from the corner', 'Coffee for the attic')
  for (const [index, screen] of windows.entries()) {
    for (const name of NAMES.filter((_, at) => at !== index)) {
      await expect(screen.page.locator(`[data-cursor-name="${name}"]`)).toBeVisible()
    }
  }
  for (const screen of windows) await screen.expectOn(3, 3)
  for (const [scheme, wall] of [['light', '#e7e5e1'], ['dark', '#18181b']] as const) {
    for (const { page } of windows) await page.emulateMedia({ colorScheme: scheme })
    const shots = windows.map(({ page }, index) => ({ title: NAMES[index] ?? '', page }))
    await pictureOf(`three-machines${scheme === 'dark' ? '-dark' : ''}`, shots, wall)
  }
})

test('both sides of a split type on, and the windows agree again soon after it heals', async ({ lab }) => {
  needsNamespaces()
  const [a, b, c] = await threeWindows(lab)
  await a.newNote('Through the split')
  await a.write('Before.')
  for (const other of [b, c]) {
    await other.openNote('Through the split')
    await expectText(other, 'Before.')
  }
  const [kitchen, studio, attic] = lab.machines
  lab.split([kitchen!, studio!], [attic!])
  await a.write(' Kitchen alone.')
  await b.write(' Studio alone.')
  await c.write(' Attic alone.')
  await expectText(a, 'Kitchen alone.', 'Studio alone.')
  expect(await a.text()).not.toContain('Attic alone.')
  // A machine that can not be heard is never counted as having what was typed since.
  await expect(a.trustLine).toHaveAttribute('data-on', '2')
  await expect(c.trustLine).toHaveAttribute('data-on', '1')
  await expect(c.trustLine).toContainText('Not heard from')

  const healedMs = performance.now()
  lab.heal()
  for (const screen of [a, b, c]) await expectText(screen, 'Kitchen alone.', 'Studio alone.', 'Attic alone.')
  console.log(`all three windows equal ${((performance.now() - healedMs) / 1000).toFixed(1)} s after the heal`)
  await expectEqual(lab.machines)
  expect(new Set(await Promise.all([a, b, c].map((screen) => screen.text()))).size).toBe(1)
  for (const screen of [a, b, c]) await screen.expectOn(3, 3)
})

test('kill -9 while typing: nothing that the window showed as saved is missing', async ({ lab }) => {
  const [a, b] = await threeWindows(lab)
  const studio = lab.machines[1]!
  await a.newNote('Killed while typing')
  await a.write('Start.')
  await b.openNote('Killed while typing')
  await expectText(b, 'Start.')
  const document = await b.page.evaluate(() => location.hash.split('/').at(-1) ?? '')

  await b.page.evaluate(() => {
    const shown = window as unknown as { shownSaved: string }
    shown.shownSaved = ''
    // Read in one go: what the trust line claims, and the text that it claims it of.
    const look = () => {
      const isSaved = window.document.querySelector('[data-testid="trust-line"]')?.getAttribute('data-trust') === 'saved'
      const text = window.document.querySelector('[data-testid="note-editor"] .bn-inline-content')?.cloneNode(true) as HTMLElement | undefined
      text?.querySelectorAll('.remote-caret').forEach((caret) => caret.remove())
      if (isSaved && text !== undefined) shown.shownSaved = text.textContent
      requestAnimationFrame(look)
    }
    look()
  })
  for (const word of [' Typed', ' and', ' shown', ' as', ' saved.']) {
    await b.write(word)
    await b.expectSaved()
  }
  const typing = b.page.keyboard.type(' abcdefghijklmnopqrstuvwxyz'.repeat(6), { delay: 20 })
  await b.page.waitForTimeout(1500)
  await studio.kill()
  await typing
  const shownSaved = (await b.page.evaluate(() => (window as unknown as { shownSaved: string }).shownSaved)).trim()
  expect(shownSaved.length).toBeGreaterThan('Start.'.length + 20)
  await expect(b.trustLine).toHaveAttribute('data-trust', 'windowOnly')

  // Without the window, which would hand over again what it still has.
  const url = b.page.url()
  await b.page.goto('about:blank')
  await studio.start()
  expect(await markdownOf(studio, document)).toContain(shownSaved)
  console.log(`${shownSaved.length} characters were shown as saved when it was killed, all there`)
  await b.page.goto(url)
  await expectEqual(lab.machines)
})

test('a window outlives its host: what was typed meanwhile is handed over', async ({ lab }) => {
  const machine = await lab.startMachine('Kitchen laptop')
  const screen = screenOf(await machine.openPage())
  await screen.createWorkspace('Studio')
  await screen.newNote('Host away')
  await screen.write('Before.')
  await screen.expectSaved()
  await machine.kill()
  await expect(screen.page.getByTestId('link-banner')).toBeVisible()
  await screen.write(' While it was away.')
  await expect(screen.trustLine).toHaveAttribute('data-trust', 'windowOnly')
  await machine.start()
  await screen.expectSaved()
  await screen.write(' After.')
  await screen.expectSaved()
  const document = await screen.page.evaluate(() => location.hash.split('/').at(-1) ?? '')
  expect(await markdownOf(machine, document)).toContain('Before. While it was away. After.')
})
