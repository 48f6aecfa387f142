/** `npm run simulate -- --seed 42 --peers 5 --json`: many peers in one process, from a seed. */
import { installIfNeeded } from './lib/install.mjs'
import { buildIfStale } from './lib/build-if-stale.mjs'
import { at, nodeBinary } from './lib/place.mjs'
import { become } from './lib/run.mjs'

await installIfNeeded()
await buildIfStale()
become(nodeBinary(), [at('dist/simulate.js'), ...process.argv.slice(2)])
