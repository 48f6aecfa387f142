/** Lets one process load the sources of a tree again and again, each time as new modules, and one of them changed. Packages and Node.js
 *  stay loaded: that is most of what a process start costs. */
import { readFileSync, writeFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const SHIM = new URL('./test-shim.mjs', import.meta.url).href
const stripped = new Map()

const strip = (file) => {
  if (!stripped.has(file)) stripped.set(file, stripTypeScriptTypes(readFileSync(file, 'utf8')))
  return stripped.get(file)
}

/** @param root of the tree whose .ts files are loaded afresh */
export const freshModules = (root) => {
  let run = 0
  let changed
  const base = pathToFileURL(root).href
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'node:test' && context.parentURL?.includes('?run=')) return { url: SHIM, shortCircuit: true }
      const resolved = next(specifier, context)
      const isOurs = resolved.url.startsWith(base) && resolved.url.endsWith('.ts') && !resolved.url.includes('/node_modules/')
      return isOurs ? { ...resolved, url: `${resolved.url}?run=${run}` } : resolved
    },
    load: (url, context, next) => {
      if (!url.includes('.ts?run=')) return next(url, context)
      const file = fileURLToPath(url)
      const source = file === changed ? stripTypeScriptTypes(readFileSync(file, 'utf8')) : strip(file)
      return { format: 'module', source, shortCircuit: true }
    },
  })
  return {
    /** From here on imports give new modules. With `file` and `text` that file is changed in the tree, so that processes which tests start
     *  are changed too; gives what stood there. */
    begin: (file, text) => {
      run += 1
      changed = file && path.join(root, file)
      if (!changed) return undefined
      const before = readFileSync(changed, 'utf8')
      writeFileSync(changed, text)
      return before
    },
    load: (file) => import(`${pathToFileURL(path.join(root, file)).href}?run=${run}`),
  }
}
