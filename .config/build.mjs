/** Builds dist/: the command line with the host (lanyard.js and what it loads), the simulators (simulate.js, swarm.js) and the screens
 *  (renderer/). */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { build as buildScreens } from 'vite'
import { fail } from './lib/run.mjs'
import { at, relative } from './lib/place.mjs'
import { markBuilt, sourcesHash } from './lib/stale.mjs'

const entries = { lanyard: at('main/cli/lanyard.ts'), simulate: at('main/simulate.ts'), swarm: at('main/swarm.ts') }
const screens = at('renderer/vite.config.ts')

/** What is imported when it is needed is a file of its own: `lanyard status` reads no network library. Packages in the older module
 *  format need a `require`. */
export const hostOptions = {
  entryPoints: entries,
  outdir: at('dist'),
  bundle: true,
  splitting: true,
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

/** Parts are named by what is in them: those of the last build would stay for ever, and so would what V8 compiled of them. */
const removeOld = () => {
  if (!existsSync(at('dist'))) return
  for (const name of readdirSync(at('dist'))) if (/\.js(\.map)?$|^compiled$/.test(name)) rmSync(at('dist', name), { recursive: true })
}

const buildAll = async () => {
  requireSources()
  const hash = sourcesHash()
  rmSync(at('dist/.stamp'), { force: true })
  removeOld()
  await build(hostOptions)
  await buildScreens(screensOptions)
  markBuilt(hash)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await buildAll().catch((error) => fail(`Build failed. ${error.message}`))
