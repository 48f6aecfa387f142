/** The command line of the simulator. */
import { parseArgs } from 'node:util'
import { PeerError } from '../../app/base/errors.ts'
import type { Choice } from '../../app/simulation/draw-plan.ts'
import { FAULT_KINDS, MACHINES_MAX, MACHINES_MIN } from '../../app/simulation/plan.ts'
import type { FaultKind } from '../../app/simulation/plan.ts'

export const HELP = `Usage: simulate [--seed N [--shrink] | --seeds FROM..TO | --minutes M [--seed-from N] | --plan FILE [--shrink]] [more]

Runs the peers of one workspace in virtual time: people edit, cables are cut, machines crash and lose what was not on
their disks. Then everything is mended, and all must be equal, with nothing lost that was called saved.
Each seed draws its own plan: how many machines, how long, how busy, which network, and what goes wrong.

  --seed N          the run; the same seed gives the same run (default 1)
  --seeds FROM..TO  several runs
  --minutes M       new seeds until the time is up, or one fails
  --seed-from N     of these, the first (default 1)
  --keep-going      not only until one fails
  --failures FILE   failed seeds are written there, a line of JSON each (default simulation-failures.jsonl)
  --plan FILE       runs the plan in that file; may be given several times
  --shrink          when it fails: looks for the smallest plan that still does, and tells it as a story
  --write FILE      the plan is written there: as drawn, or as shrunk
  --peers N         machines, from ${MACHINES_MIN} to ${MACHINES_MAX}, instead of what the seed draws
  --seconds N       of virtual time in which people work and things go wrong, likewise
  --faults A,B      only these kinds of faults, all of them: ${FAULT_KINDS.join(', ')}
  --without A,B     none of these
  --processes N     at once (default 1, with --minutes 2)
  --json            only JSON: a line a run, and for several runs a line with the sum
Ends with 0 when every run passed, with 1 when one failed, with 2 when the options are wrong.
`
const SECONDS_MAX = 3600
const SEED_MAX = 2 ** 32
const SEEDS_MAX = 1_000_000
const MINUTES_MAX = 7 * 24 * 60
const PROCESSES_MAX = 64

const OPTIONS = {
  seed: { type: 'string' },
  seeds: { type: 'string' },
  minutes: { type: 'string' },
  'seed-from': { type: 'string', default: '1' },
  'keep-going': { type: 'boolean', default: false },
  failures: { type: 'string' },
  plan: { type: 'string', multiple: true },
  shrink: { type: 'boolean', default: false },
  write: { type: 'string' },
  peers: { type: 'string' },
  seconds: { type: 'string' },
  faults: { type: 'string' },
  without: { type: 'string' },
  processes: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

export type Task =
  | { readonly kind: 'help' }
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'seeds'; readonly first: number; readonly last: number }
  | { readonly kind: 'soak'; readonly minutes: number; readonly first: number }
  | { readonly kind: 'plan'; readonly files: readonly string[] }

export interface CommandLine {
  readonly task: Task
  readonly choice: Choice
  readonly isJson: boolean
  readonly shrinks: boolean
  readonly keepsGoing: boolean
  readonly processes: number
  readonly failures: string | undefined
  readonly write: string | undefined
}

const invalid = (details: Record<string, unknown>, cause?: unknown) => new PeerError('SIMULATION_OPTION_INVALID', details, { cause })

const wholeNumber = (option: string, text: string, [low, high]: readonly [number, number]): number => {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= low && value <= high) return value
  throw invalid({ option, given: text, low, high })
}
const minutesOf = (text: string): number => {
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= MINUTES_MAX) return value
  throw invalid({ option: '--minutes', given: text, high: MINUTES_MAX })
}
const kindsOf = (option: string, text: string): FaultKind[] => text.split(',').filter(Boolean).map((name) => {
  const kind = FAULT_KINDS.find((known) => known === name)
  if (!kind) throw invalid({ option, given: name, known: FAULT_KINDS.join(',') })
  return kind
})

const read = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (cause) {
    throw invalid({ given: (cause as Error).message }, cause)
  }
}
type Values = ReturnType<typeof read>

const taskOf = ({ help, plan, minutes, seeds, seed, 'seed-from': from }: Values): Task => {
  if (help) return { kind: 'help' }
  if ([plan, minutes, seeds, seed].filter((given) => given !== undefined).length > 1) throw invalid({ given: 'more than one of --seed, --seeds, --minutes, --plan' })
  if (plan !== undefined) return { kind: 'plan', files: plan }
  if (minutes !== undefined) return { kind: 'soak', minutes: minutesOf(minutes), first: wholeNumber('--seed-from', from, [0, SEED_MAX]) }
  if (seeds === undefined) return { kind: 'seed', seed: wholeNumber('--seed', seed ?? '1', [0, SEED_MAX]) }
  const [low = '', high = ''] = seeds.split('..')
  const first = wholeNumber('--seeds', low, [0, SEED_MAX])
  return { kind: 'seeds', first, last: wholeNumber('--seeds', high, [first, first + SEEDS_MAX]) }
}

const choiceOf = ({ peers, seconds, faults, without }: Values): Choice => ({
  ...(peers === undefined ? {} : { machines: wholeNumber('--peers', peers, [MACHINES_MIN, MACHINES_MAX]) }),
  ...(seconds === undefined ? {} : { activeMs: 1000 * wholeNumber('--seconds', seconds, [1, SECONDS_MAX]) }),
  ...(faults === undefined ? {} : { faults: kindsOf('--faults', faults) }),
  ...(without === undefined ? {} : { without: kindsOf('--without', without) }),
})

/** @throws SIMULATION_OPTION_INVALID */
export const readCommandLine = (args: readonly string[]): CommandLine => {
  const values = read(args)
  const task = taskOf(values)
  return {
    task,
    choice: choiceOf(values),
    isJson: values.json,
    shrinks: values.shrink,
    keepsGoing: values['keep-going'],
    processes: wholeNumber('--processes', values.processes ?? (task.kind === 'soak' ? '2' : '1'), [1, PROCESSES_MAX]),
    failures: values.failures ?? (task.kind === 'soak' ? 'simulation-failures.jsonl' : undefined),
    write: values.write,
  }
}

/** The options that make the same plans of the same seeds. */
export const choiceArguments = ({ machines, activeMs, faults, without }: Choice): readonly string[] => [
  ...(machines === undefined ? [] : ['--peers', String(machines)]),
  ...(activeMs === undefined ? [] : ['--seconds', String(activeMs / 1000)]),
  ...(faults === undefined ? [] : ['--faults', faults.join()]),
  ...(without === undefined ? [] : ['--without', without.join()]),
]
