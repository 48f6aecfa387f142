/** `npm run simulate -- --seed 42`: the shipped peer, many times over in one process, from a seed. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { PeerError } from '../app/base/errors.ts'
import { drawPlan } from '../app/simulation/draw-plan.ts'
import type { Plan } from '../app/simulation/plan.ts'
import { readPlan } from '../app/simulation/read-plan.ts'
import { shrinkPlan } from '../app/simulation/shrink.ts'
import type { SimulationReport } from '../app/simulation/simulate.ts'
import { storyOf } from '../app/simulation/story.ts'
import { choiceArguments, HELP, readCommandLine } from './simulation/options.ts'
import type { CommandLine } from './simulation/options.ts'
import { runSeeds } from './simulation/pool.ts'
import type { Outcome } from './simulation/pool.ts'
import { createRunner } from './simulation/run-plan.ts'
import type { RunPlan } from './simulation/run-plan.ts'
import { addOutcome, createSum, neverReached } from './simulation/sum.ts'
import type { Sum } from './simulation/sum.ts'

const SHRINK_RUNS_MAX = 600
const PROGRESS_MS = 5000

const print = (line: string) => void process.stdout.write(`${line}\n`)
const silently = () => {}

const columns = (...rows: readonly object[]) => rows.flatMap((row) => Object.entries(row)).map(([name, value]) => `${name.padStart(20)}  ${value}`)

const endOf = (report: SimulationReport): string => [
  '',
  ...report.faults.map((fault) => `FAULT  ${fault}`),
  ...columns(report.happened, report.counts, report.sometimes),
  `seed ${report.seed}, ${report.peers} machines, ${report.activeMs / 1000} s: ${report.verdict}, trace ${report.traceHash}`,
].join('\n')

const endOfSum = (sum: Sum, seconds: number): string => [
  '', 'Faults that found their machine there:', ...columns(sum.happened), 'Counted:', ...columns(sum.counts), 'Rare moments:', ...columns(sum.sometimes),
  `${sum.runs} runs in ${seconds.toFixed(0)} s, ${sum.failed.length} failed: ${sum.failed.join(' ')}`,
].join('\n')

const readPlanFile = (file: string): Plan => {
  try {
    const given = JSON.parse(readFileSync(file, 'utf8'))
    return readPlan(given?.plan ?? given)
  } catch (cause) {
    if (cause instanceof PeerError) throw cause
    throw new PeerError('SIMULATION_PLAN_INVALID', { what: (cause as Error).message }, { cause })
  }
}

/** The smallest plan in which the same property fails first. */
const shrunk = async (plan: Plan, { properties }: SimulationReport, run: RunPlan): Promise<Plan> => {
  const [property] = properties
  const smaller = await shrinkPlan(plan, async (candidate) => (await run(candidate)).properties[0] === property, SHRINK_RUNS_MAX)
  print(`\nThe smallest of ${smaller.runs} in which "${property}" fails:\n\n${storyOf(smaller.plan).join('\n')}`)
  return smaller.plan
}

/** One plan, with its story as it happens. */
const runOne = async (run: RunPlan, plan: Plan, { isJson, shrinks, write }: CommandLine): Promise<boolean> => {
  const report = await run(plan, isJson ? silently : print)
  if (!isJson) print(endOf(report))
  const isFailed = report.verdict === 'fail'
  const kept = isFailed && shrinks ? await shrunk(plan, report, run) : plan
  if (write !== undefined) {
    writeFileSync(write, `${JSON.stringify({ properties: report.properties, faults: report.faults.slice(0, 3), plan: kept }, undefined, 1)}\n`)
    print(`Written. Again: npm run simulate -- --plan ${write}`)
  }
  if (isJson) print(JSON.stringify(report))
  return !isFailed
}

const runAll = async (plans: readonly Plan[], commandLine: CommandLine): Promise<boolean> => {
  const run = createRunner()
  let isGood = true
  for (const plan of plans) isGood = await runOne(run, plan, commandLine) && isGood
  return isGood
}

const hintOf = ({ seed }: Outcome, { choice }: CommandLine) => `npm run simulate -- ${['--seed', seed, ...choiceArguments(choice), '--shrink'].join(' ')}`

/** Many seeds, over one process or more. */
const runMany = async (seeds: () => number | undefined, commandLine: CommandLine): Promise<Sum> => {
  const { isJson, failures } = commandLine
  const sum = createSum()
  const stopsAtFirst = commandLine.task.kind === 'soak' && !commandLine.keepsGoing
  await runSeeds({
    processes: commandLine.processes,
    args: choiceArguments(commandLine.choice),
    nextSeed: () => (sum.failed.length > 0 && stopsAtFirst ? undefined : seeds()),
    onOutcome: (outcome) => {
      addOutcome(sum, outcome)
      if (isJson) print(JSON.stringify(outcome))
      if (outcome.verdict === 'pass') return
      const again = hintOf(outcome, commandLine)
      if (!isJson) print(`seed ${outcome.seed} FAILED: ${outcome.faults?.[0]}\n  Again: ${again}`)
      if (failures !== undefined) appendFileSync(failures, `${JSON.stringify({ seed: outcome.seed, ...commandLine.choice, properties: outcome.properties, faults: outcome.faults?.slice(0, 3), again })}\n`)
    },
  })
  return sum
}

const sumUp = (sum: Sum, startMs: number, { isJson }: CommandLine): boolean => {
  const seconds = (performance.now() - startMs) / 1000
  const isGood = sum.failed.length === 0 && sum.runs > 0
  const verdict = isGood ? 'pass' : 'fail'
  const told = { ...sum, neverReached: neverReached(sum), seconds: Math.round(seconds), verdict }
  print(isJson ? JSON.stringify(told) : endOfSum(sum, seconds))
  return isGood
}

const runRange = async (first: number, last: number, commandLine: CommandLine): Promise<boolean> => {
  const startMs = performance.now()
  let next = first
  return sumUp(await runMany(() => (next <= last ? next++ : undefined), commandLine), startMs, commandLine)
}

/** New seeds until the time is up. */
const soak = async (first: number, minutes: number, commandLine: CommandLine): Promise<boolean> => {
  const startMs = performance.now()
  let next = first
  const elapsedMs = () => performance.now() - startMs
  const progress = setInterval(() => {
    if (!commandLine.isJson) print(`${(elapsedMs() / 60_000).toFixed(1)} of ${minutes} min: seeds ${first} to ${next - 1}`)
  }, PROGRESS_MS)
  const sum = await runMany(() => (elapsedMs() < minutes * 60_000 ? next++ : undefined), commandLine)
  clearInterval(progress)
  return sumUp(sum, startMs, commandLine)
}

/** A process of a pool: seeds come in, reports go out. */
const serveSeeds = ({ choice }: CommandLine): void => {
  const run = createRunner()
  process.once('disconnect', () => process.exit())
  process.on('message', (seed: number) => void run(drawPlan(seed, choice)).then((report) => process.send!(report)))
}

const runTask = async (commandLine: CommandLine): Promise<boolean> => {
  const { task, choice } = commandLine
  switch (task.kind) {
    case 'help': return print(HELP), true
    case 'plan': return runAll(task.files.map(readPlanFile), commandLine)
    case 'seed': return runAll([drawPlan(task.seed, choice)], commandLine)
    case 'seeds': return runRange(task.first, task.last, commandLine)
    case 'soak': return soak(task.first, task.minutes, commandLine)
  }
}

try {
  const [first, ...rest] = process.argv.slice(2)
  if (first === '--worker') serveSeeds(readCommandLine(rest))
  else process.exitCode = (await runTask(readCommandLine(process.argv.slice(2)))) ? 0 : 1
} catch (error) {
  if (!(error instanceof PeerError)) throw error
  process.stderr.write(`${error.message} ${JSON.stringify(error.details)}\n${HELP}`)
  process.exitCode = 2
}
