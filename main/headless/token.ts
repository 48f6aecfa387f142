/** The secret that opens a host's door: in the address it prints, never in a request line, a log or a referrer. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import path from 'node:path'
import { readSmallFile, writePrivateFile } from '../data-directory.ts'

const TOKEN_BYTES = 32
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** The data directory's own token, made at first need: it outlives a restart, so that open tabs do. */
export const openToken = (dataDir: string): string => {
  const file = path.join(dataDir, 'token')
  const kept = readSmallFile(file)?.trim()
  if (kept !== undefined && TOKEN.test(kept)) return kept
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  writePrivateFile(file, `${token}\n`)
  return token
}

/** In constant time; hashed first, so that not even the length shows. */
export const isToken = (token: string, given: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(token), digest(given))
}
