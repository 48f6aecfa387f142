/** A page of Lanyard as a person sees it: by roles and names. */
import { expect, type Locator, type Page } from '@playwright/test'

export interface Trust {
  readonly kind: string
  readonly on: number
  readonly of: number
  readonly text: string
}

export type Screen = ReturnType<typeof screenOf>

const CARET_MS = 150

export const screenOf = (page: Page) => {
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
  const textbox = (name: string) => page.getByRole('textbox', { name, exact: true })
  const place = (name: string) => page.getByRole('navigation', { name: 'Workspace' }).getByRole('link', { name, exact: true })
  const editor = page.getByTestId('note-editor')
  const trustLine = page.getByTestId('trust-line')
  const row = (title: string): Locator => page.getByTestId('note-row').filter({ hasText: title })

  const trust = async (): Promise<Trust> => {
    const read = await trustLine.evaluate((line) => ({ ...(line as HTMLElement).dataset, text: line.textContent ?? '' }))
    const data = read as Record<string, string>
    return { kind: data['trust'] ?? '', on: Number(data['on'] ?? 0), of: Number(data['of'] ?? 0), text: data['text'] ?? '' }
  }

  return {
    page,
    button,
    textbox,
    place,
    editor,
    trustLine,
    row,
    trust,
    /** Whole text of the open note, a line for each block, without the names at others' cursors. */
    text: (): Promise<string> =>
      editor.evaluate((element) => {
        const copy = element.cloneNode(true) as HTMLElement
        for (const caret of copy.querySelectorAll('.remote-caret')) caret.remove()
        return [...copy.querySelectorAll('.bn-inline-content')].map((block) => block.textContent ?? '').join('\n').trim()
      }),
    createWorkspace: async (name: string, machine?: string) => {
      await button('Create a workspace').click()
      await textbox('Name of the workspace').fill(name)
      if (machine !== undefined) await textbox('Name of this machine').fill(machine)
      await button('Create workspace').click()
      await expect(page.getByRole('navigation', { name: 'Workspace' })).toBeVisible()
    },
    join: async (link: string) => {
      await button('Join with a link').click()
      await textbox('Invitation link').fill(link)
      await button('Join').click()
    },
    /** Makes an invitation; gives the link. */
    invite: async (): Promise<string> => {
      await place('Machines').click()
      await button('Invite a machine').click()
      const field = page.getByTestId('invite-link')
      await expect(field).toHaveValue(/^lanyard:\/\/join\//)
      const link = await field.inputValue()
      await page.keyboard.press('Escape')
      await place('Notes').click()
      return link
    },
    newNote: async (title: string) => {
      await button('New note').first().click()
      await expect(editor).toBeVisible()
      await textbox('Title').fill(title)
      await textbox('Title').press('Enter')
    },
    openNote: async (title: string) => {
      await row(title).click()
      await expect(editor).toBeVisible()
    },
    /** Types at the end of the note, no faster than fingers: the editor hears of a moved caret a moment after the browser moved it. */
    write: async (text: string) => {
      await editor.click()
      await page.waitForTimeout(CARET_MS)
      await page.keyboard.press('Control+End')
      await page.waitForTimeout(CARET_MS)
      await page.keyboard.type(text, { delay: 25 })
    },
    /** The trust line says that this machine, at least, has it on disk. */
    expectSaved: async () => {
      await expect(trustLine).toHaveAttribute('data-trust', 'saved')
    },
    expectOn: async (on: number, of: number) => {
      await expect(trustLine).toHaveAttribute('data-on', String(on))
      await expect(trustLine).toHaveAttribute('data-of', String(of))
    },
  }
}
