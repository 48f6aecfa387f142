/** The built screens, from one folder and nowhere else. */
import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'

export interface StaticFile {
  readonly file: string
  readonly bytes: number
  readonly contentType: string
  /** Its name holds a hash of its content: it never changes. */
  readonly isImmutable: boolean
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.woff2': 'font/woff2',
}

/** Names made of plain characters, none beginning with a dot: no `..`, no backslash, no NUL, no drive, no hidden file. */
const PATH = /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/

/** @param target of the request, as sent: `/assets/a.js?x` */
export const findStaticFile = async (root: string, target: string): Promise<StaticFile | undefined> => {
  const asked = target.split(/[?#]/, 1)[0] ?? ''
  const name = asked === '/' ? '/index.html' : asked
  const contentType = CONTENT_TYPES[path.extname(name).toLowerCase()]
  if (!PATH.test(name) || contentType === undefined) return undefined
  try {
    const base = await realpath(root)
    // A link inside the folder must not lead out of it.
    const file = await realpath(path.join(base, name))
    const found = await stat(file)
    if (!file.startsWith(base + path.sep) || !found.isFile()) return undefined
    return { file, bytes: found.size, contentType, isImmutable: name.startsWith('/assets/') }
  } catch {
    // Not there, or not readable: the same to whoever asks.
    return undefined
  }
}
