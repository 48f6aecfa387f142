/** `npm run bench -- [--only NAME] [--json]`: installs the rivals once, builds if needed, and measures, in network namespaces
 *  where the system allows them. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { buildIfStale } from './lib/build-if-stale.mjs'
import { installIfNeeded, npm } from './lib/install.mjs'
import { at, nodeBinary, root } from './lib/place.mjs'
import { fail } from './lib/run.mjs'
import { namespaces } from './lib/system.mjs'

const rivals = at('e2e/bench/rivals')
const packages = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {})

/** By content, like our own. What comes with an install script has its binaries in the package. */
const installRivals = async () => {
  const present = packages(`${rivals}/node_modules/.package-lock.json`)
  const wanted = Object.entries(packages(`${rivals}/package-lock.json`))
  if (wanted.every(([place, { version, optional }]) => place === '' || optional || present[place]?.version === version)) return
  console.error('Installing what Lanyard is compared with (once) ...')
  const { code, output } = await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: rivals })
  if (code !== 0) fail(`${output}\nInstalling the rivals failed. Check the network connection, then try again.`)
}

const args = process.argv.slice(2)
await installIfNeeded()
if (!args.includes('--help')) {
  await buildIfStale()
  await installRivals()
}
const { kind, reason, wrap } = namespaces()
if (kind === 'none') console.error(`Machines are processes on loopback: ${reason}.`)
const [command, ...words] = wrap([nodeBinary(), at('e2e/bench/bench.ts'), ...args])
const child = spawn(command, words, { cwd: root, stdio: 'inherit', env: { ...process.env, LANYARD_MACHINES: kind === 'none' ? 'loopback' : 'namespaces' } })
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.once('close', (code) => process.exit(code ?? 1))
