/** `npm run bench`: Lanyard beside its rivals, in one run, as real processes. */
import { execFileSync } from 'node:child_process'
import { cpus, release, type } from 'node:os'
import path from 'node:path'
import { HELP, readArguments, type Arguments } from './arguments.ts'
import type { Benchmark } from './benchmark.types.ts'
import { benchmarks } from './benchmarks.ts'
import { keepReport, writeDocs } from './docs.ts'
import { sharedMs } from './processes.ts'
import type { Machine, Report } from './result.ts'
import { tableText } from './report.ts'
import { dropGenerated } from './world.ts'
import { root } from '../rig/place.ts'

const machineHere = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, system: `${type()} ${release()}`, node: process.versions.node,
})

const commitHere = (): string => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
  } catch {
    return 'unknown' // no repository, or no git
  }
}

const runOne = async (benchmark: Benchmark, { rounds, quick, trace }: Arguments): Promise<Report> => {
  const startMs = sharedMs()
  const tell = (line: string) => process.stderr.write(`  ${line}\n`)
  process.stderr.write(`== ${benchmark.title}\n`)
  const result = await benchmark.run({ rounds, isQuick: quick, trace, tell })
  return {
    benchmark: benchmark.name, title: benchmark.title, rounds, isQuick: quick, date: new Date().toISOString().slice(0, 10),
    commit: commitHere(), tookS: Math.round((sharedMs() - startMs) / 1000), machine: machineHere(), ...result,
  }
}

const runAll = async (given: Arguments): Promise<boolean> => {
  let isWhole = true
  if (given.fresh) dropGenerated()
  if (given.profile !== undefined) process.env['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${path.resolve(given.profile)}`
  for (const benchmark of benchmarks.filter(({ name }) => given.only.includes(name))) {
    try {
      const report = await runOne(benchmark, given)
      if (given.writeDocs) keepReport(report)
      process.stdout.write(given.json ? `${JSON.stringify(report)}\n` : `${tableText(report)}\n`)
    } catch (error) {
      isWhole = false
      process.stderr.write(`${benchmark.name} failed: ${error instanceof Error ? error.stack : String(error)}\n`)
    }
  }
  if (given.writeDocs) writeDocs(benchmarks.map(({ name }) => name))
  return isWhole
}

try {
  const given = readArguments(process.argv.slice(2), benchmarks.map(({ name }) => name))
  if (given.help) process.stdout.write(`${HELP}\n${benchmarks.map(({ name, title }) => `  ${name.padEnd(14)}${title}\n`).join('')}`)
  else process.exitCode = (await runAll(given)) ? 0 : 1
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${HELP}`)
  process.exitCode = 2
}
// A browser or a pipe of a rival must not keep it from ending.
process.exit()
