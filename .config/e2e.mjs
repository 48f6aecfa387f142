/** `npm run e2e -- [Playwright's options]`: whole machines and real browsers, in network namespaces where the system allows them. */
import { spawn } from 'node:child_process'
import { buildIfStale } from './lib/build-if-stale.mjs'
import { installIfNeeded } from './lib/install.mjs'
import { at, nodeBinary, root, toolScript } from './lib/place.mjs'
import { namespaces } from './lib/system.mjs'

await installIfNeeded()
await buildIfStale()
const { kind, reason, wrap } = namespaces()
if (kind === 'none') console.error(`Machines are processes on loopback: ${reason}. What only namespaces can show is skipped.`)

const playwright = [nodeBinary(), toolScript('@playwright/test', 'playwright'), 'test', '--config', at('e2e/playwright.config.ts'), ...process.argv.slice(2)]
const [command, ...args] = wrap(playwright)
const env = {
  ...process.env,
  LANYARD_MACHINES: kind === 'none' ? 'loopback' : 'namespaces',
  LANYARD_LOOPBACK_REASON: reason ?? '',
  // Else it is one for all users called root, as everybody is in a namespace of their own.
  PWTEST_CACHE_DIR: at('node_modules/.cache/playwright'),
}
const child = spawn(command, args, { cwd: root, stdio: 'inherit', env })
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.once('close', (code) => process.exit(code ?? 1))
