#!/usr/bin/env node
/** The `lanyard` command in the repository: `npm run -s lanyard -- ...` or `npx --no-install lanyard ...`. */
import { existsSync } from 'node:fs'
import { buildIfStale } from './lib/build-if-stale.mjs'
import { installIfNeeded } from './lib/install.mjs'
import { at, nodeBinary } from './lib/place.mjs'
import { become } from './lib/run.mjs'

const program = at('dist/lanyard.js')
if (!existsSync(program)) {
  await installIfNeeded()
  await buildIfStale()
}
become(nodeBinary(), [program, ...process.argv.slice(2)])
