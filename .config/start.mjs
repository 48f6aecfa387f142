/** `npm start`: installs, builds, and runs the host in a browser. Needs Node 20 and npm, nothing installed. */
import { buildIfStale } from './lib/build-if-stale.mjs'
import { installIfNeeded } from './lib/install.mjs'
import { at, nodeBinary } from './lib/place.mjs'
import { become, fail } from './lib/run.mjs'

try {
  await installIfNeeded()
  await buildIfStale()
  const args = process.argv.slice(2)
  const where = args.includes('--no-open') ? 'open the address below in a browser' : 'it opens in your browser'
  console.error(`Lanyard runs without Electron: ${where}. Ctrl-C ends it.`)
  become(nodeBinary(), [at('dist/lanyard.js'), 'serve', '--open', ...args])
} catch (error) {
  fail(error.message)
}
