/** `npm start`: installs, builds, and runs the host in a browser. Needs Node 20 and npm, nothing installed. */
import { buildIfStale } from './lib/build-if-stale.mjs'
import { installIfNeeded } from './lib/install.mjs'
import { at, nodeBinary } from './lib/place.mjs'
import { become, fail } from './lib/run.mjs'

try {
  await installIfNeeded()
  await buildIfStale()
  console.error('Electron is not here: Lanyard opens in your browser. Ctrl-C ends it.')
  become(nodeBinary(), [at('dist/lanyard.js'), 'serve', '--open', ...process.argv.slice(2)])
} catch (error) {
  fail(error.message)
}
