/** Builds the simulator with a bug in it. The source itself stays as it is. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'
import type { Bug } from './bugs.ts'

const ROOT = join(import.meta.dirname, '../..')

const planted = (bug: Bug): Plugin => ({
  name: 'planted',
  setup: (builder) => {
    const files = [...new Set(bug.patches.map(({ file }) => file))]
    builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const file = files.find((name) => path === join(ROOT, name))
      if (!file) return undefined
      let source = readFileSync(path, 'utf8')
      for (const { text, becomes } of bug.patches.filter((patch) => patch.file === file)) {
        assert.equal(source.split(text).length, 2, `"${bug.what}" can't be planted: ${file} must hold this once:\n${text}`)
        source = source.replace(text, () => becomes)
      }
      return { contents: source, loader: 'ts' }
    })
  },
})

/** @param outfile ends with .mjs; @throws AssertionError when the source no longer holds the text to replace */
export const buildSimulator = async (bug: Bug | undefined, outfile: string): Promise<void> => {
  await build({
    entryPoints: [join(ROOT, 'main/simulate.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'silent',
    plugins: bug ? [planted(bug)] : [],
    banner: { js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);" },
  })
}
