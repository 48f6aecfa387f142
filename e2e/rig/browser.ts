/** A real Chromium inside a machine: it sees that machine's loopback, and nothing else. */
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chromium, type BrowserContext } from '@playwright/test'
import type { Wrap } from './host.ts'
import { chromium as systemChromium } from './place.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`

/** Playwright starts an executable and talks to it over inherited pipes: this one enters the machine first. */
const wrapper = (wrap: Wrap, directory: string): string => {
  const file = path.join(directory, 'chromium.sh')
  const command = wrap([systemChromium ?? chromium.executablePath()])
  writeFileSync(file, `#!/bin/sh\nexec ${command.map(quoted).join(' ')} "$@"\n`)
  chmodSync(file, 0o755)
  return file
}

/** @param directory the browser's profile and start script live here */
export const openBrowser = (wrap: Wrap, directory: string): Promise<BrowserContext> =>
  chromium.launchPersistentContext(path.join(directory, 'profile'), {
    executablePath: wrapper(wrap, directory),
    args: FLAGS,
    chromiumSandbox: false,
    viewport: { width: 1100, height: 760 },
    reducedMotion: 'reduce',
    env: { ...process.env, HOME: directory, XDG_CONFIG_HOME: directory, XDG_CACHE_HOME: directory } as Record<string, string>,
  })
