/** The stages of `npm test`: each gives { passed, failed, skipped, output }. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { at, nodeBinary } from './place.mjs'
import { run } from './run.mjs'
import { chromiumPath } from './system.mjs'

const MINUTES = 60_000
/** Fixed, so that a failure is the change's and not the day's. */
const SEEDS = 200
const ROOMS_WITH_TESTS = ['app/**/*.test.ts', 'main/**/*.test.ts', 'renderer/**/*.test.ts', '.config/**/*.test.mjs', 'e2e/bench/*.test.ts']

/** One command, one count. */
export const check = async ([command, ...args]) => {
  const { code, output } = await run(command, args, { capture: true, timeout: 5 * MINUTES })
  return code === 0 ? { passed: 1, failed: 0, output: '' } : { passed: 0, failed: 1, output }
}

const readCounts = (output) => {
  const line = output.split('\n').findLast((text) => text.startsWith('@counts '))
  return line ? JSON.parse(line.slice('@counts '.length)) : undefined
}

export const unitTests = async () => {
  const reporter = at('.config/lib/failures-reporter.mjs')
  const args = ['--test', '--test-concurrency=2', '--test-timeout=120000', `--test-reporter=${reporter}`, ...ROOMS_WITH_TESTS]
  const { code, output } = await run(nodeBinary(), args, { capture: true, timeout: 8 * MINUTES })
  const counts = readCounts(output) ?? { passed: 0, failed: 0, skipped: 0 }
  const shown = output.replace(/^@counts .*\n/m, '')
  if (code !== 0 && counts.failed === 0) return { ...counts, failed: 1, output: `${shown}\nThe tests ended with code ${code}.` }
  return { ...counts, output: shown }
}

/** Two processes: one a core. The last line sums up: a rare moment that no seed reaches is a failure too. */
export const simulation = async () => {
  const args = [at('dist/simulate.js'), '--seeds', `1..${SEEDS}`, '--processes', '2', '--json']
  const { code, output } = await run(nodeBinary(), args, { capture: true, timeout: 8 * MINUTES })
  const reports = output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  const failures = reports.filter(({ seed, verdict }) => seed !== undefined && verdict === 'fail')
  const { runs = 0, neverReached = [] } = reports.at(-1) ?? {}
  const problems = [
    ...failures.map(({ seed, faults }) => `seed ${seed}: ${faults[0]}\n  Again: npm run simulate -- --seed ${seed} --shrink`),
    ...neverReached.map((name) => `No seed reaches: ${name}`),
    ...(runs === SEEDS ? [] : [`${runs} of ${SEEDS} seeds ran, and the simulator ended with code ${code}.\n${output.slice(-2000)}`]),
  ]
  return { passed: runs - failures.length, failed: problems.length, output: problems.join('\n') }
}

/** Each planted bug must make the simulation fail; it prints a line for each. */
export const planted = async () => {
  const { code, output } = await run(nodeBinary(), [at('main/planted-bugs.ts')], { capture: true, timeout: 8 * MINUTES })
  const passed = output.match(/^(caught|ok) /gm)?.length ?? 0
  const missed = output.match(/^(MISSED|FAILED) /gm)?.length ?? 0
  const failed = code === 0 && passed > 0 ? missed : Math.max(1, missed)
  return { passed, failed, output: failed > 0 ? output : '' }
}

const FUZZ_INPUTS = 100_000

/** Every decoder, half of the inputs on each core. */
export const fuzz = async () => {
  const args = ['--expose-gc', at('main/fuzz/fuzz.ts'), '--inputs', String(FUZZ_INPUTS), '--json']
  const shares = await Promise.all(['1/2', '2/2'].map((share) => run(nodeBinary(), [...args, '--share', share], { capture: true, timeout: 5 * MINUTES })))
  const plantedBugs = await run(nodeBinary(), [at('main/fuzz/planted.ts')], { capture: true, timeout: 5 * MINUTES })
  const lines = shares.flatMap(({ output }) => output.split('\n')).filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  const names = [...new Set(lines.map(({ name }) => name))]
  const failures = lines.flatMap(({ found }) => found)
  const failed = names.filter((name) => lines.some((line) => line.name === name && line.found.length > 0)).length
  const broken = shares.filter(({ code }) => code !== 0)
  const caught = plantedBugs.output.match(/^caught /gm)?.length ?? 0
  const missed = Math.max(plantedBugs.output.match(/^MISSED /gm)?.length ?? 0, plantedBugs.code === 0 && caught > 0 ? 0 : 1)
  const output = [...failures, ...(failed === 0 ? broken.map((share) => share.output) : []), ...(missed > 0 ? [plantedBugs.output] : [])].join('\n')
  return { passed: names.length - failed + caught, failed: (failed || broken.length) + missed, output }
}

/** `project`: one of e2e/playwright.config.ts. */
export const browserTests = async (project) => {
  if (project !== 'machines' && !chromiumPath()) return { passed: 0, failed: 1, output: 'Chromium is missing. Install it with: apt-get install chromium' }
  const report = at('test-results', `${project}.json`)
  mkdirSync(at('test-results'), { recursive: true })
  rmSync(report, { force: true })
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: report }
  const { code } = await run(nodeBinary(), [at('.config/e2e.mjs'), '--project', project, '--reporter', 'list,json'], { env, timeout: 12 * MINUTES })
  if (!existsSync(report)) return { passed: 0, failed: 1, output: `The browser tests ended with code ${code} and no report.` }
  const { stats, errors } = JSON.parse(readFileSync(report, 'utf8'))
  const failed = stats.unexpected + stats.flaky
  const broken = code !== 0 && failed === 0 ? 1 : 0
  return { passed: stats.expected, failed: failed + broken, skipped: stats.skipped, output: errors.map(({ message }) => message).join('\n') }
}
