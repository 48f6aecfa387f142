/** `npm run simulate -- --seed 42 --peers 5 --json`: the shipped peer, many times over in one process, from a seed. */
import { parseArgs } from 'node:util'
import { PeerError } from '../app/base/errors.ts'
import { createPeer } from '../app/peer.ts'
import { simulate } from '../app/simulation/simulate.ts'
import type { SimulationOptions, SimulationReport } from '../app/simulation/simulate.ts'
import { rememberVerifications } from './remembered-verify.ts'

const HELP = `Usage: simulate [--seed N | --seeds FROM..TO] [--peers N] [--seconds N] [--json]

Runs the peers of one workspace in virtual time: people edit, cables are cut, machines crash and lose what was not on
their disks. Then everything is mended, and all must be equal, with nothing lost that was called saved.

  --seed N          the run; the same seed gives the same run (default 1)
  --seeds FROM..TO  several runs
  --peers N         machines, from 2 to 25 (default 5)
  --seconds N       of virtual time in which people work and things go wrong (default 20)
  --json            only JSON: a line a run, and for several runs a line with the sum
Ends with 0 when every run passed, with 1 when one failed, with 2 when the options are wrong.
`
const PEERS_MAX = 25
const SECONDS_MAX = 3600
const SEED_MAX = 2 ** 32

interface CommandLine {
  readonly runs: readonly SimulationOptions[]
  readonly isJson: boolean
}

const wholeNumber = (name: string, text: string, [low, high]: readonly [number, number]): number => {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= low && value <= high) return value
  throw new PeerError('SIMULATION_OPTION_INVALID', { option: name, given: text, low, high })
}

const seedsOf = (seed: string, seeds: string | undefined): number[] => {
  if (seeds === undefined) return [wholeNumber('--seed', seed, [0, SEED_MAX])]
  const [from = '', to = ''] = seeds.split('..')
  const first = wholeNumber('--seeds', from, [0, SEED_MAX])
  const last = wholeNumber('--seeds', to, [first, first + 100_000])
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  seeds: { type: 'string' },
  peers: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '20' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const readArguments = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (cause) {
    throw new PeerError('SIMULATION_OPTION_INVALID', { given: (cause as Error).message }, { cause })
  }
}

const readCommandLine = (args: readonly string[]): CommandLine | 'help' => {
  const { seed, seeds, peers, seconds, json, help } = readArguments(args)
  if (help) return 'help'
  const peerCount = wholeNumber('--peers', peers, [2, PEERS_MAX])
  const activeMs = 1000 * wholeNumber('--seconds', seconds, [1, SECONDS_MAX])
  return { runs: seedsOf(seed, seeds).map((number) => ({ seed: number, peers: peerCount, activeMs })), isJson: json }
}

/** Failed promises that nobody waits for must fail the run, not the process. */
const strayErrors: unknown[] = []
process.on('unhandledRejection', (error) => strayErrors.push(error))

const turn = () => new Promise<void>((resolve) => process.nextTick(resolve))
const forget = rememberVerifications()
const print = (line: string) => void process.stdout.write(`${line}\n`)

const storyEnd = (report: SimulationReport): string => [
  '',
  ...report.faults.map((fault) => `FAULT  ${fault}`),
  ...Object.entries({ ...report.counts, ...report.sometimes }).map(([name, value]) => `${name.padStart(20)}  ${value}`),
  `seed ${report.seed}, ${report.peers} peers: ${report.verdict}, trace ${report.traceHash}`,
].join('\n')

const runAll = async ({ runs, isJson }: CommandLine): Promise<boolean> => {
  const failed: number[] = []
  for (const options of runs) {
    strayErrors.length = 0
    forget()
    const report = await simulate(options, { turn, createPeer, strayErrors, tell: isJson ? () => {} : print })
    if (report.verdict === 'fail') failed.push(options.seed)
    print(isJson ? JSON.stringify(report) : storyEnd(report))
  }
  if (runs.length > 1) print(isJson ? JSON.stringify({ runs: runs.length, failed, verdict: failed.length > 0 ? 'fail' : 'pass' }) : `\n${runs.length} runs, ${failed.length} failed: ${failed.join(' ')}`)
  return failed.length === 0
}

try {
  const commandLine = readCommandLine(process.argv.slice(2))
  if (commandLine === 'help') print(HELP)
  else process.exitCode = (await runAll(commandLine)) ? 0 : 1
} catch (error) {
  if (!(error instanceof PeerError)) throw error
  process.stderr.write(`${error.message} ${JSON.stringify(error.details)}\n${HELP}`)
  process.exitCode = 2
}
