/** `npm run test:planted`: shows that the simulation can fail. Each bug is planted in a copy of the source, one at a time; a seed must find
 *  it, and that same seed must pass on the source as it is. A text that is no longer there fails loudly: plant the bug in its new place. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Patch {
  readonly file: string
  readonly text: string
  readonly becomes: string
}

interface Bug {
  readonly name: string
  readonly patches: readonly Patch[]
}

const BUGS: readonly Bug[] = [
  {
    name: 'no anti-entropy: neither every ten seconds nor on connect',
    patches: [
      { file: 'app/sync/links.ts', text: '        every(clock, ANTI_ENTROPY_MS, () => links.forEach((link) => link.compare())),\n', becomes: '' },
      { file: 'app/sync/exchange.ts', text: '    start: compare,\n', becomes: '    start: setCompared,\n' },
    ],
  },
  {
    name: 'no causal order: entries are released as they come',
    patches: [{ file: 'app/log/release.ts', text: '    if (blocker) return blocker\n', becomes: '' }],
  },
  {
    name: 'no write-ahead: entries are sent, then stored',
    patches: [
      { file: 'app/log/log.ts', text: '    store.batch(operations)\n', becomes: '' },
      { file: 'app/log/log.ts', text: '    commit(chain, hashes, () => true)\n', becomes: '    commit(chain, hashes, () => true)\n    store.batch(operations)\n' },
    ],
  },
  {
    name: 'no write-ahead: own entries are sent and never stored',
    patches: [{ file: 'app/log/log.ts', text: '    store.batch(operations)\n', becomes: '' }],
  },
  {
    name: 'clean-ups of formatting are not logged',
    patches: [{ file: 'app/documents/open-document.ts', text: '      else pending.add(update, origin)\n', becomes: '      else if (origin !== null) pending.add(update, origin)\n' }],
  },
  {
    name: 'one log for every session of a device',
    patches: [{ file: 'app/log/log.ts', text: '  const session = sessionId(toHex(random.bytes(16)))\n', becomes: '  const session = sessionId(keys.device.slice(0, 32))\n' }],
  },
  {
    name: 'saved is said before it is on disk',
    patches: [{ file: 'app/log/durability.ts', text: '    store.synced().then(\n', becomes: '    Promise.resolve().then(\n' }],
  },
]

const ROOT = join(import.meta.dirname, '..')
const SEEDS = Array.from({ length: 20 }, (_, at) => at + 1)
const AT_ONCE = 2
const FAULT_CHARACTERS_MAX = 160

const plant = (bug: Bug | undefined, directory: string): string => {
  mkdirSync(directory)
  for (const part of ['app', 'main/simulate.ts', 'package.json']) cpSync(join(ROOT, part), join(directory, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'junction')
  for (const { file, text, becomes } of bug?.patches ?? []) {
    const path = join(directory, file)
    const source = readFileSync(path, 'utf8')
    assert.equal(source.split(text).length, 2, `"${bug?.name}" can't be planted: ${file} must hold this once:\n${text}`)
    writeFileSync(path, source.replace(text, () => becomes))
  }
  return directory
}

interface Outcome {
  readonly seed: number
  readonly verdict: 'pass' | 'fail'
  readonly fault: string
  /** Rare moments that the run reached, by name. */
  readonly sometimes: Readonly<Record<string, number>>
}

const simulate = (directory: string, seed: number): Promise<Outcome> => new Promise((resolve, reject) => {
  const child = spawn(process.execPath, [join(directory, 'main/simulate.ts'), '--seed', String(seed), '--peers', '5', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => { output += bytes })
  child.stderr.on('data', (bytes: Buffer) => { output += bytes })
  child.once('error', reject)
  child.once('close', () => {
    try {
      const { verdict, faults, sometimes } = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '')
      resolve({ seed, verdict, sometimes, fault: String(faults[0] ?? '').split('\n')[0]!.slice(0, FAULT_CHARACTERS_MAX) })
    } catch {
      // A bug may break so much that there is no report: an invariant that stops the process is a find too.
      resolve({ seed, verdict: 'fail', sometimes: {}, fault: output.slice(0, FAULT_CHARACTERS_MAX) })
    }
  })
})

/** Runs seed after seed, two at once, until `isEnough` says so; gives the outcomes. */
const simulateUntil = async (directory: string, isEnough: (outcomes: readonly Outcome[]) => boolean): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = []
  for (let at = 0; at < SEEDS.length && !isEnough(outcomes); at += AT_ONCE) {
    outcomes.push(...await Promise.all(SEEDS.slice(at, at + AT_ONCE).map((seed) => simulate(directory, seed))))
  }
  return outcomes
}

const failureIn = (outcomes: readonly Outcome[]) => outcomes.find(({ verdict }) => verdict === 'fail')
const neverReached = (outcomes: readonly Outcome[]): string[] =>
  Object.keys(outcomes[0]?.sometimes ?? {}).filter((name) => outcomes.every(({ sometimes }) => !sometimes[name]))

const temporary = mkdtempSync(join(tmpdir(), 'lanyard-planted-'))
const print = (line: string) => void process.stdout.write(`${line}\n`)
let missed = 0
const tell = (isGood: boolean, line: string) => {
  if (!isGood) missed += 1
  print(line)
}

const seekAll = async (): Promise<number[]> => {
  const seeds: number[] = []
  for (const [number, bug] of BUGS.entries()) {
    const directory = plant(bug, join(temporary, String(number)))
    const found = failureIn(await simulateUntil(directory, (outcomes) => failureIn(outcomes) !== undefined))
    if (found) seeds.push(found.seed)
    tell(found !== undefined, found ? `caught  ${bug.name}  (seed ${found.seed}: ${found.fault})` : `MISSED  ${bug.name}: ${SEEDS.length} seeds passed`)
    rmSync(directory, { recursive: true })
  }
  return seeds
}

/** The source as it is passes every seed that found a bug, and the seeds reach every rare moment: what never happens is not tested. */
const checkSound = async (seedsThatFound: readonly number[]): Promise<void> => {
  const seedMax = Math.max(...seedsThatFound, 0)
  const outcomes = await simulateUntil(plant(undefined, join(temporary, 'sound')), (done) => done.length >= seedMax && neverReached(done).length === 0)
  const failure = failureIn(outcomes)
  tell(!failure, failure ? `FAILED  seed ${failure.seed} fails on the source as it is: ${failure.fault}` : `ok  seeds 1 to ${outcomes.length} pass on the source as it is`)
  const missing = neverReached(outcomes)
  tell(missing.length === 0, missing.length > 0 ? `FAILED  no seed reaches ${missing.join(', ')}` : `ok  they reach ${Object.keys(outcomes[0]!.sometimes).join(', ')}`)
}

try {
  await checkSound(await seekAll())
} finally {
  rmSync(temporary, { recursive: true })
}
process.exitCode = missed > 0 ? 1 : 0
