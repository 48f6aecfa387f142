/** `npm run fuzz`: mutated inputs against every decoder, until it is stopped.
 *
 *  --only NAME     one decoder, or several with commas between
 *  --seconds N     stop after so long, shared out among the decoders
 *  --inputs N      so many inputs for each, instead
 *  --seed N        other inputs
 *  --share K/N     only the K-th of N parts of the inputs: for several processes
 *  --at N          one input alone, with all that it does
 *  --hex TEXT      one input, given
 *  --findings N    go on with the next decoder after so many findings
 *  --no-regressions
 *  --json          one line for each decoder, to read by a program */
import { parseArgs } from 'node:util'
import { fromHex, toHex } from '../../app/base/codec.ts'
import { judgeAlone } from './judge.ts'
import { fuzz, inputOf, type Found, type Outcome } from './run.ts'
import type { Collect } from './memory.ts'
import { runRegressions } from './regressions.ts'
import type { Target } from './target.types.ts'
import { createTargets } from './targets.ts'

/** One turn of a decoder when there is no end: then the next has its turn. */
const TURN_MS = 5000
const HEX_SHOWN_MAX = 4000

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' }, seconds: { type: 'string' }, inputs: { type: 'string' }, seed: { type: 'string', default: '1' }, share: { type: 'string', default: '1/1' },
    at: { type: 'string' }, hex: { type: 'string' }, json: { type: 'boolean', default: false }, findings: { type: 'string', default: '5' }, 'no-regressions': { type: 'boolean', default: false },
  },
})
const seed = Number(options.seed)
const findingsMax = Number(options.findings)
const collect = (globalThis.gc ?? (() => undefined)) as Collect

const print = (line: string) => void process.stdout.write(`${line}\n`)
const fail = (line: string): never => {
  process.stderr.write(`${line}\n`)
  process.exit(2)
}

const pick = (all: readonly Target[]): readonly Target[] => {
  const wanted = options.only?.split(',')
  const unknown = wanted?.find((name) => !all.some((target) => target.name === name))
  if (unknown !== undefined) fail(`No decoder is called ${unknown}. There are: ${all.map(({ name }) => name).join(', ')}`)
  return wanted ? all.filter(({ name }) => wanted.includes(name)) : all
}

const replay = (name: string, { at, input }: Found) =>
  input.length * 2 <= HEX_SHOWN_MAX ? `npm run fuzz -- --only ${name} --hex ${toHex(input)}` : `npm run fuzz -- --only ${name} --seed ${seed} --at ${at}`

const describe = (name: string, found: Found): string =>
  [`FOUND  ${name}: ${found.kind}${found.needsHistory ? ' (only after the inputs before it)' : ''}`,
    ...found.what.split('\n').map((line) => `  ${line}`), `  input: ${toHex(found.input).slice(0, HEX_SHOWN_MAX)}`, `  again: ${replay(name, found)}`].join('\n')

const report = (outcome: Outcome) => {
  const { name, inputs, taken, refused, found, seconds, highestMib, heldMib } = outcome
  const refusals = Object.entries(refused).sort(([, a], [, b]) => b - a)
  if (options.json) return print(JSON.stringify({ name, inputs, taken, refused, seconds, highestMib, heldMib,
    found: found.map((one) => describe(name, one)) }))
  const rate = Math.round(inputs / seconds)
  print(`${found.length > 0 ? 'FAILED' : 'ok'}  ${name.padEnd(14)} ${inputs} inputs, ${rate}/s, ${taken} taken, memory +${highestMib.toFixed(1)} MiB (held ${heldMib.toFixed(1)}); ${refusals.map(([code, count]) => `${code} ${count}`).join(', ')}`)
  for (const one of found) print(describe(name, one))
}

const alone = (target: Target, input: Uint8Array) => {
  const { finding, code } = judgeAlone(target, input)
  print(`${target.name}: ${finding ? `${finding.kind}\n${finding.what}` : (code ?? 'taken')}\ninput: ${toHex(input).slice(0, HEX_SHOWN_MAX)}`)
  process.exitCode = finding ? 1 : 0
}

/** Each decoder gets `inputs`; the K-th share begins where the one before it ends. */
const runCounted = async (targets: readonly Target[], inputs: number) => {
  const [share = 1, shares = 1] = options.share.split('/').map(Number)
  const count = Math.ceil(inputs / shares)
  const outcomes: Outcome[] = []
  for (const target of targets) {
    const outcome = await fuzz(target, { seed, from: (share - 1) * count, collect, findingsMax, goesOn: (done) => done < count })
    report(outcome)
    outcomes.push(outcome)
  }
  return outcomes
}

const runTimed = async (targets: readonly Target[], seconds: number) => {
  const outcomes: Outcome[] = []
  const next = new Map<string, number>()
  const endMs = performance.now() + seconds * 1000
  const turnMs = Math.min(TURN_MS, (seconds * 1000) / targets.length)
  while (performance.now() < endMs && !outcomes.some(({ found }) => found.length > 0)) {
    for (const target of targets) {
      const from = next.get(target.name) ?? 0
      const untilMs = performance.now() + turnMs
      const outcome = await fuzz(target, { seed, from, collect, findingsMax, goesOn: () => performance.now() < untilMs })
      next.set(target.name, from + outcome.inputs)
      report(outcome)
      outcomes.push(outcome)
    }
  }
  return outcomes
}

const targets = pick(await createTargets())
if (options.hex !== undefined || options.at !== undefined) {
  if (targets.length !== 1) fail('Say which decoder: --only NAME')
  alone(targets[0]!, options.hex === undefined ? inputOf(targets[0]!, seed, Number(options.at)) : fromHex(options.hex))
} else {
  const old = options['no-regressions'] ? [] : runRegressions(targets)
  for (const { name, failures } of old) for (const line of failures) print(`FAILED  ${name}: ${line}`)
  const outcomes = options.inputs
    ? await runCounted(targets, Number(options.inputs))
    : await runTimed(targets, Number(options.seconds ?? Infinity))
  process.exitCode = outcomes.some(({ found }) => found.length > 0) || old.some(({ failures }) => failures.length > 0) ? 1 : 0
}
