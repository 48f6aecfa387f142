/** `node .config/tool.mjs SCRIPT|PACKAGE ...`: runs one of our scripts, or a package's command, with the Node.js that npm brought. */
import { existsSync } from 'node:fs'
import { installIfNeeded } from './lib/install.mjs'
import { at, nodeBinary, toolScript } from './lib/place.mjs'
import { become } from './lib/run.mjs'

const [name, ...args] = process.argv.slice(2)
if (!existsSync(at('node_modules'))) await installIfNeeded()
become(nodeBinary(), [existsSync(at(name)) ? at(name) : toolScript(name), ...args])
