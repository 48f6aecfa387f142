/** `npm run test:planted`: shows that the simulation can fail. Each bug is planted in the source, one at a time; its story, a plan of a few
 *  steps that was once shrunk from a seed, must still find it by the same property, and must pass on the source as it is. A text that is no
 *  longer there fails loudly: plant the bug in its new place, and find it again with `--find` (all) or `--find NAME`. A bug without a story
 *  is named, and counts as neither caught nor missed. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSimulator } from './planted/build.ts'
import { BUGS } from './planted/bugs.ts'
import type { Bug } from './planted/bugs.ts'

const SEEDS_MAX = 200
const SEEDS_FOR_MORE = 6
const STEPS_MAX = 10
const FAULT_CHARACTERS_MAX = 160

const temporary = mkdtempSync(join(tmpdir(), 'lanyard-planted-'))
const print = (line: string) => void process.stdout.write(`${line}\n`)
const storyFile = (bug: Bug) => join(import.meta.dirname, 'planted', `${bug.name}.json`)
const isTold = (bug: Bug) => existsSync(storyFile(bug))
const programFile = (name: string) => join(temporary, `${name}.mjs`)
let missed = 0
const tell = (isGood: boolean, line: string) => {
  if (!isGood) missed += 1
  print(line)
}

interface Outcome {
  readonly seed?: number
  readonly verdict: 'pass' | 'fail'
  readonly properties: readonly string[]
  readonly faults: readonly string[]
}

/** The reports that a simulator prints. */
const simulate = (program: string, args: readonly string[]): Promise<readonly Outcome[]> => new Promise((resolve, reject) => {
  const child = spawn(process.execPath, [program, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => { output += bytes })
  child.stderr.on('data', (bytes: Buffer) => { output += bytes })
  child.once('error', reject)
  child.once('close', () => {
    const reports = output.split('\n').filter((line) => line.startsWith('{"seed"')).map((line) => JSON.parse(line) as Outcome)
    // A bug may break so much that there is no report: an invariant that stops the process is a find too.
    resolve(reports.length > 0 ? reports : [{ verdict: 'fail', properties: ['run'], faults: [output.slice(-FAULT_CHARACTERS_MAX)] }])
  })
})

interface Story {
  readonly properties: readonly string[]
  readonly plan: { readonly steps: readonly unknown[] }
}

interface Found {
  readonly seed: number
  readonly outcome: Outcome
}

/** The first seed that finds it. */
const seek = async (bug: Bug): Promise<Found | undefined> => {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const [outcome] = await simulate(programFile(bug.name), ['--seed', String(seed)])
    // A story that ends while they gather tells little: another seed may tell more.
    if (outcome?.verdict === 'fail' && (outcome.properties[0] !== 'run' || seed > SEEDS_FOR_MORE)) return { seed, outcome }
  }
  return undefined
}

const checkStory = async (bug: Bug): Promise<void> => {
  const { properties, plan } = JSON.parse(readFileSync(storyFile(bug), 'utf8')) as Story
  await buildSimulator(bug, programFile(bug.name))
  const [outcome] = await simulate(programFile(bug.name), ['--plan', storyFile(bug)])
  const isSame = outcome?.properties[0] === properties[0] && plan.steps.length <= STEPS_MAX
  const fault = outcome?.faults[0]?.split('\n')[0]?.slice(0, FAULT_CHARACTERS_MAX) ?? 'it passed'
  tell(isSame, `${isSame ? 'caught' : 'MISSED'}  ${bug.what}  (${plan.steps.length} steps, ${properties[0]}: ${fault})`)
}

const checkSound = async (): Promise<void> => {
  const told = BUGS.filter(isTold)
  await buildSimulator(undefined, programFile('sound'))
  const outcomes = await simulate(programFile('sound'), told.flatMap((bug) => ['--plan', storyFile(bug)]))
  const failed = outcomes.filter(({ verdict }) => verdict === 'fail')
  const isGood = failed.length === 0 && outcomes.length === told.length
  tell(isGood, isGood ? `ok  all ${told.length} stories pass on the source as it is` : `FAILED  on the source as it is: ${failed[0]?.faults[0] ?? 'no report'}`)
}

/** Runs seeds until one finds it, and shrinks that one's plan. */
const find = async (bug: Bug): Promise<void> => {
  await buildSimulator(bug, programFile(bug.name))
  const found = await seek(bug)
  if (!found) return tell(false, `MISSED  ${bug.what}: ${SEEDS_MAX} seeds passed`)
  const { seed, outcome } = found
  print(`${bug.name}: seed ${seed} finds it: ${outcome.properties.join(', ')}: ${outcome.faults[0]?.slice(0, FAULT_CHARACTERS_MAX)}`)
  await simulate(programFile(bug.name), ['--seed', String(seed), '--shrink', '--write', storyFile(bug)])
  const { plan } = JSON.parse(readFileSync(storyFile(bug), 'utf8')) as Story
  print(`  its story has ${plan.steps.length} steps`)
}

/** So many at once: one a core. */
const AT_ONCE = 2
const forAll = async (bugs: readonly Bug[], act: (bug: Bug) => Promise<void>): Promise<void> => {
  const waiting = [...bugs]
  const work = async () => {
    for (let bug = waiting.shift(); bug; bug = waiting.shift()) await act(bug)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

try {
  const [mode, name] = process.argv.slice(2)
  if (mode === '--find') await forAll(BUGS.filter((bug) => name === undefined || bug.name === name), find)
  else {
    await forAll(BUGS.filter(isTold), checkStory)
    await checkSound()
    for (const bug of BUGS.filter((each) => !isTold(each))) print(`untold  ${bug.what}: no story yet, so nothing is known of it`)
  }
} finally {
  rmSync(temporary, { recursive: true })
}
process.exitCode = missed > 0 ? 1 : 0
