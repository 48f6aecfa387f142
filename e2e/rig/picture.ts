/** Screenshots of several machines, side by side in one picture. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { root } from './place.ts'

/** Pictures that the documentation shows are written there only when asked for: a test run leaves the tree as it was. */
const picturesDirectory = process.env['LANYARD_PICTURES'] === 'docs' ? path.join(root, 'docs/images') : path.join(root, 'test-results/pictures')

export const picturePath = (name: string): string => {
  mkdirSync(picturesDirectory, { recursive: true })
  return path.join(picturesDirectory, `${name}.png`)
}

export interface Shot {
  readonly title: string
  readonly page: Page
}

/** As small as a window of three side by side is. */
const WINDOW = { width: 860, height: 480 }

const frame = ({ title, image }: { title: string; image: string }) =>
  `<figure><figcaption>${title}</figcaption><img src="data:image/png;base64,${image}"></figure>`

/** @param background of the wall behind the windows, any CSS colour */
export const pictureOf = async (name: string, shots: readonly Shot[], background: string): Promise<void> => {
  for (const { page } of shots) await page.setViewportSize(WINDOW)
  const images = await Promise.all(shots.map(async ({ title, page }) => ({ title, image: (await page.screenshot()).toString('base64') })))
  const [first] = shots
  const wall = await first!.page.context().newPage()
  await wall.setViewportSize({ width: 2000, height: 300 })
  await wall.setContent(`<style>
    body { margin: 0; display: flex; gap: 24px; padding: 28px; background: ${background}; font: 15px system-ui, sans-serif; box-sizing: border-box; }
    figure { margin: 0; flex: 1; min-width: 0 } img { width: 100%; display: block; border-radius: 8px; box-shadow: 0 6px 24px #0005 }
    figcaption { margin: 0 0 10px 4px; color: #888; font-weight: 600 }
  </style>${images.map(frame).join('')}`)
  await wall.screenshot({ path: picturePath(name), fullPage: true })
  await wall.close()
}
