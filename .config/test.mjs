/** `npm test`: everything that must hold, stage by stage. Needs Node 20 and npm, nothing installed. The last line is the sum. */
import { installIfNeeded } from './lib/install.mjs'
import { at, nodeBinary, toolScript } from './lib/place.mjs'
import { prepareSystem } from './lib/system.mjs'
import { browserTests, check, fuzz, planted, simulation, unitTests } from './lib/stages.mjs'

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined

const tool = (name, ...args) => check([nodeBinary(), toolScript(name), '--config', ...args])

/** name -> () => { passed, failed, skipped, output } */
const STAGES = {
  build: () => check([nodeBinary(), at('.config/build.mjs')]),
  lint: () => tool('eslint', '.config/eslint.config.js', '--max-warnings', '0', '.'),
  types: () => check([nodeBinary(), at('.config/types.mjs')]),
  imports: () => tool('dependency-cruiser', '.config/imports.cjs', '--output-type', 'err', 'app', 'main', 'renderer', 'e2e'),
  unit: unitTests,
  simulation,
  planted,
  fuzz,
  machines: () => browserTests('machines'),
  screens: () => browserTests('screens'),
  contract: () => browserTests('contract'),
}

const seconds = (startMs) => `${((performance.now() - startMs) / 1000).toFixed(1)} s`

const runStage = async ([name, stage]) => {
  const startMs = performance.now()
  console.log(`\n== ${name}`)
  const { passed, failed, skipped = 0, output = '' } = await stage().catch((error) => ({ passed: 0, failed: 1, output: error.stack }))
  if (output.trim()) console.log(output.trimEnd())
  console.log(`== ${name}: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''} (${seconds(startMs)})`)
  return { passed, failed, skipped }
}

const startMs = performance.now()
if (only && !STAGES[only]) {
  console.error(`No stage is called ${only}. There are: ${Object.keys(STAGES).join(', ')}`)
  process.exit(2)
}
await installIfNeeded()
for (const { debian, why } of prepareSystem()) console.log(`Missing here: ${debian} (for ${why}). Install it with: apt-get install ${debian}`)

const sum = { passed: 0, failed: 0, skipped: 0 }
for (const stage of Object.entries(STAGES).filter(([name]) => !only || name === only)) {
  const counts = await runStage(stage)
  for (const key of Object.keys(sum)) sum[key] += counts[key]
}
console.log(`\nAll in ${seconds(startMs)}`)
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped ? `, ${sum.skipped} skipped` : ''}`)
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0
