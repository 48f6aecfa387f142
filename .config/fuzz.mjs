/** `npm run fuzz -- [--only NAME] [--seconds N] [--seed N]`: mutated inputs against every decoder, until it is stopped. */
import { existsSync } from 'node:fs'
import { installIfNeeded } from './lib/install.mjs'
import { at, nodeBinary } from './lib/place.mjs'
import { become } from './lib/run.mjs'

if (!existsSync(at('node_modules'))) await installIfNeeded()
become(nodeBinary(), ['--expose-gc', at('main/fuzz/fuzz.ts'), ...process.argv.slice(2)])
