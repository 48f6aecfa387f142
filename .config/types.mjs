/** `npm run types`: one tsconfig a runtime, each checked by itself. */
import { at, nodeBinary, toolScript } from './lib/place.mjs'
import { run } from './lib/run.mjs'

const PROJECTS = ['app', 'main', 'renderer', 'e2e']
const tsc = toolScript('typescript', 'tsc')
const cache = (project) => ['--incremental', '--tsBuildInfoFile', at('node_modules/.cache/types', `${project}.tsbuildinfo`)]
const results = await Promise.all(
  PROJECTS.map((project) => run(nodeBinary(), [tsc, '-p', project, '--pretty', 'false', ...cache(project)], { capture: true })),
)
for (const { output } of results) process.stdout.write(output)
process.exit(results.some(({ code }) => code !== 0) ? 1 : 0)
