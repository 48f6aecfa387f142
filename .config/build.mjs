/** Builds dist/: the host and command line (lanyard.js), the simulators (simulate.js, swarm.js) and the screens (renderer/). */
import { existsSync, rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { build as buildScreens } from 'vite'
import { fail } from './lib/run.mjs'
import { at, relative } from './lib/place.mjs'
import { markBuilt, sourcesHash } from './lib/stale.mjs'

const entries = { lanyard: at('main/cli/main.ts'), simulate: at('main/simulate.ts'), swarm: at('main/swarm.ts') }
const screens = at('renderer/vite.config.ts')

/** Everything in one file, so that starting reads one file. Packages in the older module format need a `require`. */
export const hostOptions = {
  entryPoints: entries,
  outdir: at('dist'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: true,
  logLevel: 'warning',
  banner: { js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);" },
}
export const screensOptions = { configFile: screens, root: at('renderer'), logLevel: 'warn' }

export const requireSources = () => {
  const missing = [...Object.values(entries), screens].filter((file) => !existsSync(file)).map((file) => relative(file))
  if (missing.length > 0) throw new Error(`Nothing to build from: ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing.`)
}

const buildAll = async () => {
  requireSources()
  const hash = sourcesHash()
  rmSync(at('dist/.stamp'), { force: true })
  await build(hostOptions)
  await buildScreens(screensOptions)
  markBuilt(hash)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await buildAll().catch((error) => fail(`Build failed. ${error.message}`))
