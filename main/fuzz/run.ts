/** Runs one decoder through mutated inputs. */
import { createChance } from './chance.ts'
import { createJudge, judgeAlone } from './judge.ts'
import { MORE_BYTES_MAX, watchMemory, type Collect } from './memory.ts'
import { minimise } from './minimise.ts'
import { mutate } from './mutate.ts'
import type { Finding, Target } from './target.types.ts'

const WORKS_EVERY = 64
const LIFE_INPUTS = 20_000
const MIB = 1024 * 1024

export interface Found extends Finding {
  /** As small as it gets. */
  readonly input: Uint8Array
  /** The number of the input that it was made of. */
  readonly at: number
  /** It fails only after what came before it. */
  readonly needsHistory: boolean
}

export interface Outcome {
  readonly name: string
  readonly inputs: number
  /** Inputs that were valid after all. */
  readonly taken: number
  /** Refusals by code. */
  readonly refused: Readonly<Record<string, number>>
  readonly found: readonly Found[]
  /** Of the processor, so that a busy machine counts the same. */
  readonly seconds: number
  readonly highestMib: number
  readonly heldMib: number
}

export interface Plan {
  readonly seed: number
  /** The first input's number. */
  readonly from: number
  /** Asked before each input, with how many there were. */
  readonly goesOn: (inputs: number) => boolean
  readonly collect: Collect
  /** It stops after so many; if after one, at once, and doesn't make it smaller. */
  readonly findingsMax: number
}

const secondsSince = (start: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

/** Findings of one look are one: numbers and hashes aside. */
const lookOf = (finding: Finding) => `${finding.kind} ${finding.what.split('\n')[0]!.replace(/[0-9a-f]{6,}|\d+/g, '#')}`

const describe = (target: Target, finding: Finding, { input: last, at,
  isHasty }: { input: Uint8Array; at: number; isHasty: boolean }): Found => {
  const { input = last } = finding
  const alone = judgeAlone(target, input).finding
  if (!alone) return { ...finding, input, at, needsHistory: true }
  const fails = (smaller: Uint8Array) => judgeAlone(target, smaller).finding?.kind === alone.kind
  const smallest = alone.kind === 'slow' || isHasty ? input : minimise(input, fails)
  return { ...(judgeAlone(target, smallest).finding ?? alone), input: smallest, at, needsHistory: false }
}

/** The input number `at` of `seed`. */
export const inputOf = (target: Target, seed: number, at: number): Uint8Array => mutate(createChance(seed, target.name, at), target)

export const fuzz = async (target: Target, { seed, from, goesOn, collect, findingsMax }: Plan): Promise<Outcome> => {
  // Most of what a refusal costs is writing down where it came from.
  Error.stackTraceLimit = 0
  const start = process.cpuUsage()
  const { inputsPerLife = LIFE_INPUTS } = target
  const refused: Record<string, number> = {}
  const found = new Map<string, Found>()
  let taken = 0
  let inputs = 0
  let life = createJudge(target)
  const memory = watchMemory(collect)

  const note = (finding: Finding, input: Uint8Array, at: number) => {
    const look = lookOf(finding)
    if (!found.has(look)) found.set(look, describe(target, finding, { input, at, isHasty: findingsMax === 1 }))
    // What is broken may not break the next one.
    life = createJudge(target)
  }

  for (; goesOn(inputs) && found.size < findingsMax; inputs++) {
    if (inputs > 0 && inputs % inputsPerLife === 0) life = createJudge(target)
    const at = from + inputs
    const input = inputOf(target, seed, at)
    const { finding, code } = life.judge(input)
    if (finding) note(finding, input, at)
    else if (code) refused[code] = (refused[code] ?? 0) + 1
    else taken++
    // What was promised holds what it was promised of, until its turn comes.
    if (inputs % WORKS_EVERY === 0) await new Promise((resolve) => setImmediate(resolve))
    const stopped = !finding && inputs % WORKS_EVERY === 0 ? life.works() : undefined
    if (stopped) note(stopped, input, at)
    memory.look()
  }
  const [highestMib, heldMib] = [memory.highestMib, memory.heldMib()]
  const mostMib = Math.max(highestMib, heldMib)
  if (mostMib * MIB > MORE_BYTES_MAX) {
    const what = `${mostMib.toFixed(0)} MiB more than before`
    found.set('memory', { kind: 'memory', what, input: new Uint8Array(0), at: from, needsHistory: true })
  }
  return { name: target.name, inputs, taken, refused, found: [...found.values()], seconds: secondsSince(start), highestMib, heldMib }
}
