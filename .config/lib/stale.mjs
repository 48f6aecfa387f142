/** Whether dist is what the sources say: one hash over everything a build reads. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { at, relative } from './place.mjs'

const SOURCES = ['app', 'main', 'renderer']
const FILES = ['package.json', 'package-lock.json', '.config/tsconfig.base.json', '.config/build.mjs']
const stampFile = at('dist/.stamp')
const isRead = (name) => !/\.(test|contract)\.tsx?$/.test(name)

const sourceFiles = () =>
  SOURCES.filter((folder) => existsSync(at(folder))).flatMap((folder) =>
    readdirSync(at(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && isRead(entry.name))
      .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`),
  )

export const sourcesHash = () => {
  const hash = createHash('sha256')
  const files = [...sourceFiles(), ...FILES.map((file) => at(file)).filter(existsSync)].sort()
  for (const file of files) hash.update(relative(file)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

export const isBuilt = () => existsSync(stampFile) && existsSync(at('dist/lanyard.js')) && readFileSync(stampFile, 'utf8') === sourcesHash()
export const markBuilt = (hash) => writeFileSync(stampFile, hash)
