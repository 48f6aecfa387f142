/** Builds when the sources changed since the last build. Says so on the error stream: standard output belongs to the program. */
import { at, nodeBinary } from './place.mjs'
import { fail, run } from './run.mjs'
import { isBuilt } from './stale.mjs'

export const buildIfStale = async () => {
  if (isBuilt()) return
  console.error('Building ...')
  const { code, output } = await run(nodeBinary(), [at('.config/build.mjs')], { capture: true })
  if (code !== 0) fail(output)
}
