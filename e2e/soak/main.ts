/** `npm run soak -- --minutes 10 --machines 5 [--seed N] [--json]`.
 *  Exit code 0: nothing found; 1: something; 2: a mistake in the options. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createLab } from '../rig/lab.ts'
import { root } from '../rig/place.ts'
import { MACHINES_MAX } from './cluster.ts'
import { pageOf } from './page.ts'
import { reportOf, type Report } from './report.ts'
import { runSoak } from './soak.ts'

const MACHINES_MIN = 3

const readOptions = () => {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '10' }, machines: { type: 'string', default: '5' }, seed: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const [minutes, machines] = [Number(values.minutes), Number(values.machines)]
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
  if (!(minutes > 0 && minutes <= 24 * 60)) throw new Error('--minutes is a number up to 1440.')
  if (!(Number.isInteger(machines) && machines >= MACHINES_MIN && machines <= MACHINES_MAX)) throw new Error(`--machines is a whole number from ${MACHINES_MIN} to ${MACHINES_MAX}.`)
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)) throw new Error('--seed is a whole number.')
  return { minutes, machines, seed, inJson: values.json }
}

const summaryOf = ({ lines, entries, equalAfterSeconds, memory, hostsStarted, findings }: Report): string => [
  `${lines.saved} of ${lines.written} lines were acknowledged as saved: ${lines.lost} lost, ${lines.duplicated} twice, ${lines.byNobody} by nobody, ${lines.notesThatDiffer} notes differ.`,
  `${entries} entries, ${hostsStarted} hosts started; equal again after ${equalAfterSeconds.join(', ')} s.`,
  memory.verdict === 'unknown'
    ? 'Memory: unknown, no host ran long enough to be judged.'
    : `Memory: ${memory.verdict}. ${memory.hosts.map((host) => `${host.machine} ${host.middleMiB} to ${host.endMiB} MiB, ${host.descriptors.join(' to ')} descriptors`).join('; ')}.`,
  ...findings.map((finding) => `FOUND  ${finding}`),
].join('\n')

const main = async (): Promise<number> => {
  const { minutes, machines, seed, inJson } = readOptions()
  if (process.env['LANYARD_MACHINES'] !== 'namespaces') {
    console.error(`A soak needs network namespaces: ${process.env['LANYARD_LOOPBACK_REASON'] || 'start it with npm run soak'}`)
    return 2
  }
  const directory = path.join(root, 'test-results/soak')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  console.error(`Seed ${seed}: ${machines} machines, ${minutes} minutes. Again: npm run soak -- --minutes ${minutes} --machines ${machines} --seed ${seed}`)
  const lab = createLab(path.join(directory, 'machines'))
  // The machines must not stay behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void lab.close().finally(() => process.exit(130)))
  try {
    const result = await runSoak(lab, { seed, machines, lengthMs: minutes * 60_000, directory, say: (line) => console.error(line) })
    const report = reportOf(result)
    writeFileSync(path.join(directory, 'report.json'), `${JSON.stringify({ ...report, rounds: result.rounds, happened: result.happened, states: result.states, samples: result.samples }, null, 1)}\n`)
    writeFileSync(path.join(directory, 'report.html'), pageOf(result, report))
    console.error(`${summaryOf(report)}\nThe report: ${path.relative(process.cwd(), directory)}/report.html`)
    if (inJson) console.log(JSON.stringify(report))
    return report.ok ? 0 : 1
  } finally {
    await lab.close()
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : String(error))
  return 2
})
process.exit()
