/** Machines write while everything around them fails; then all is mended, and every line must be everywhere, once. */
import type { Lab } from '../rig/lab.ts'
import { exportedFiles, statesOf, textsOf, untilEqual, whereDisagrees, type WorkspaceState } from './agree.ts'
import { createChance } from './chance.ts'
import { gatherCluster, type Cluster } from './cluster.ts'
import { createFaults } from './faults.ts'
import { judgeRuns, type HostRun } from './flat.ts'
import { isClean, judgeExports, type Exports, type Verdict } from './judge.ts'
import { createLedger, type Line } from './ledger.ts'
import { drawPlan, type Fault, type FaultKind, type Round } from './plan.ts'
import { startSampler, type Sample } from './samples.ts'
import { clockText, machineOf, wordsOf } from './story.ts'
import { createTraffic, type Traffic } from './traffic.ts'

export interface SoakOptions {
  readonly seed: number
  readonly machines: number
  /** Of faults; starting, mending and checking come on top. */
  readonly lengthMs: number
  readonly directory: string
  readonly say: (line: string) => void
}

/** A fault as it happened; times since the soak began. */
export interface Happened {
  readonly kind: FaultKind
  readonly machine: string | undefined
  readonly words: string
  readonly fromMs: number
  readonly toMs: number
}

export interface RoundResult {
  readonly mendedMs: number
  /** Null: not within the limit. */
  readonly equalAfterMs: number | null
  readonly saved: number
  readonly verdict: Verdict
}

export interface SoakResult {
  readonly seed: number
  readonly names: readonly string[]
  readonly hasClocks: boolean
  readonly happened: readonly Happened[]
  readonly rounds: readonly RoundResult[]
  readonly lines: readonly Line[]
  readonly texts: Exports
  readonly states: Readonly<Record<string, WorkspaceState | undefined>>
  readonly samples: readonly Sample[]
  readonly runs: readonly HostRun[]
  /** What must not be, in words; empty: all is well. */
  readonly findings: readonly string[]
  readonly lastedMs: number
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
/** Refusals of entries; a handshake that came at a wrong moment is none. */
const ENTRY_REFUSED = /^(LOG|DOCUMENTS|SYNC_MESSAGE|SYNC_LIMIT)_/

interface Stage {
  readonly lab: Lab
  readonly cluster: Cluster
  readonly names: readonly string[]
  readonly traffic: Traffic
  readonly findings: string[]
  readonly happened: Happened[]
  nowMs(): number
  say(line: string): void
}

/** Each step at its time, one after the other on each machine. */
const runRound = async (stage: Stage, { steps, lengthMs }: Round): Promise<void> => {
  const { begin } = createFaults(stage.lab, stage.cluster, (finding) => stage.findings.push(`${clockText(stage.nowMs())} ${finding}`))
  const beganMs = stage.nowMs()
  const chains = new Map<number | undefined, Promise<void>>()
  const run = async (before: Promise<void> | undefined, atMs: number, forMs: number, fault: Fault) => {
    await Promise.all([before, pause(atMs - (stage.nowMs() - beganMs))])
    const fromMs = stage.nowMs()
    const words = wordsOf(fault, stage.names)
    stage.say(`${clockText(fromMs)}  ${words}, for ${Math.round(forMs / 1000)} s`)
    try {
      const mend = await begin(fault)
      await pause(forMs)
      await mend()
    } catch (error) {
      stage.findings.push(`${clockText(fromMs)} ${words}: ${String(error)}`)
      stage.say(`${clockText(stage.nowMs())}  FAILED: ${words}: ${String(error)}`)
    }
    const machine = machineOf(fault)
    const name = machine === undefined ? undefined : stage.names[machine]
    stage.happened.push({ kind: fault.kind, machine: name, words, fromMs, toMs: stage.nowMs() })
  }
  for (const { atMs, forMs, fault } of steps) {
    const key = machineOf(fault)
    chains.set(key, run(chains.get(key), atMs, forMs, fault))
  }
  await Promise.all([...chains.values(), pause(lengthMs)])
}

const settle = async (stage: Stage, lines: readonly Line[]): Promise<RoundResult> => {
  const mendedMs = stage.nowMs()
  stage.say(`${clockText(mendedMs)}  all is mended, nobody writes`)
  for (const { text } of await stage.traffic.pause()) stage.findings.push(`${clockText(mendedMs)} never answered: ${text.slice(0, 60)}`)
  const equalAfterMs = await untilEqual(stage.cluster) ?? null
  if (equalAfterMs === null) stage.findings.push(`${clockText(mendedMs)} not equal: ${JSON.stringify(await statesOf(stage.cluster))}`)
  const verdict = judgeExports(await textsOf(stage.cluster), lines)
  if (!isClean(verdict)) stage.findings.push(`${clockText(mendedMs)} ${verdictText(verdict)}: ${witnesses(verdict)}`)
  const saved = lines.filter(({ isSaved }) => isSaved).length
  stage.say(`${clockText(stage.nowMs())}  ${equalAfterMs === null ? 'NOT EQUAL' : `equal after ${(equalAfterMs / 1000).toFixed(1)} s`}, ${saved} lines saved, ${verdictText(verdict)}`)
  return { mendedMs, equalAfterMs, saved, verdict }
}

export const verdictText = ({ lost, duplicated, strange, different }: Verdict): string =>
  `${lost.length} lost, ${duplicated.length} twice, ${strange.length} by nobody, ${different.length} notes differ`

/** Enough to look for, not all of it: that is in report.json. */
const witnesses = ({ lost, duplicated, strange, different }: Verdict): string =>
  [...lost.slice(0, 2), ...duplicated.slice(0, 2), ...strange.slice(0, 2), ...different.slice(0, 2)].map((text) => text.slice(0, 100)).join('; ')

/** All that is checked once, at the end. */
const checkEnd = async (stage: Stage): Promise<Pick<SoakResult, 'texts' | 'states'>> => {
  const { cluster, findings } = stage
  const files = await exportedFiles(cluster)
  const [first, ...others] = Object.values(files).map((texts) => JSON.stringify(Object.entries(texts).sort()))
  if (others.some((text) => text !== first)) findings.push('the exported files are not byte-equal on all machines')
  findings.push(...(await whereDisagrees(cluster)).map((wrong) => `doc where: ${wrong}`))
  const states = await statesOf(cluster)
  for (const [name, state] of Object.entries(states)) {
    const refused = Object.entries(state?.refusals ?? {}).filter(([code]) => ENTRY_REFUSED.test(code))
    if (refused.length > 0) findings.push(`${name} refused entries: ${JSON.stringify(Object.fromEntries(refused))}`)
  }
  return { texts: await textsOf(cluster), states }
}

export const runSoak = async (lab: Lab, options: SoakOptions): Promise<SoakResult> => {
  const { seed, machines, lengthMs, directory, say } = options
  const cluster = await gatherCluster(lab, directory, machines)
  const beganMs = performance.now()
  const nowMs = () => performance.now() - beganMs
  const ledger = createLedger()
  const findings: string[] = []
  const happened: Happened[] = []
  const names = cluster.seats.map(({ machine }) => machine.name)
  const hasClocks = cluster.seats.every(({ wallClock }) => wallClock !== undefined)
  const sampler = startSampler(cluster.seats, nowMs, (name) => {
    const finding = `${name}'s host ended, and nobody ended it`
    if (!findings.includes(finding)) findings.push(finding)
  })
  const traffic = createTraffic(cluster, ledger, createChance(seed + 1))
  const stage: Stage = { lab, cluster, names, traffic, findings, happened, nowMs, say }
  try {
    await untilEqual(cluster)
    const rounds: RoundResult[] = []
    for (const round of drawPlan({ seed, machines, lengthMs, hasClocks })) {
      traffic.resume()
      await runRound(stage, round)
      rounds.push(await settle(stage, ledger.lines))
    }
    const end = await checkEnd(stage)
    const runs = judgeRuns(sampler.samples)
    findings.push(...runs.flatMap(({ machine, grows }) => grows.map((what) => `${machine}'s host: ${what} not flat`)))
    const drawn = { seed, names, hasClocks, happened }
    return { ...drawn, rounds, lines: ledger.lines, ...end, samples: sampler.samples, runs, findings, lastedMs: nowMs() }
  } finally {
    sampler.stop()
    const paused = traffic.pause()
    // Whoever still waits for an answer gets none.
    cluster.close()
    await paused
  }
}
