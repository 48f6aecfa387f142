/** `npm run soak -- --minutes 10 --machines 5 [--seed N] [--json]`: whole machines, everything around them failing. */
import { spawn } from 'node:child_process'
import { buildIfStale } from './lib/build-if-stale.mjs'
import { installIfNeeded } from './lib/install.mjs'
import { at, nodeBinary, root } from './lib/place.mjs'
import { namespaces, prepareSystem } from './lib/system.mjs'

await installIfNeeded()
await buildIfStale()
for (const { debian, why } of prepareSystem()) console.error(`Missing here: ${debian} (for ${why}). Install it with: apt-get install ${debian}`)
const { kind, reason, wrap } = namespaces()
const [command, ...args] = wrap([nodeBinary(), at('e2e/soak/main.ts'), ...process.argv.slice(2)])
const env = { ...process.env, LANYARD_MACHINES: kind === 'none' ? 'loopback' : 'namespaces', LANYARD_LOOPBACK_REASON: reason ?? '' }
const child = spawn(command, args, { cwd: root, stdio: 'inherit', env })
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.once('close', (code) => process.exit(code ?? 1))
