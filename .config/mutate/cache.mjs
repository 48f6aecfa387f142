/** Verdicts of earlier runs. One that killed counts as long as the file and the test that killed are the same; one that survived as long
 *  as the file and all tests of the room are. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export const hashOf = (...texts) => {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text).update('\0')
  return hash.digest('hex').slice(0, 16)
}

export const openCache = (file) => {
  let entries = {}
  try {
    entries = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // None yet, or cut off in the middle: everything is tried again.
  }
  return {
    get: (key) => entries[key],
    set: (key, value) => { entries[key] = value },
    save: () => {
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, JSON.stringify(entries))
    },
  }
}
