/** `npm run simulate:swarm -- --peers 1000 --seed 1 --json`: thousands of model replicas behind the shipped sync. */
import { installIfNeeded } from './lib/install.mjs'
import { buildIfStale } from './lib/build-if-stale.mjs'
import { at, nodeBinary } from './lib/place.mjs'
import { become } from './lib/run.mjs'

await installIfNeeded()
await buildIfStale()
become(nodeBinary(), [at('dist/swarm.js'), ...process.argv.slice(2)])
