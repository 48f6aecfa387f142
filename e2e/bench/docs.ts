/** Keeps results in docs/benchmarks/, and writes docs/benchmarks.md and its plots from nothing else. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../rig/place.ts'
import { goals, judge, type Verdict } from './goals.ts'
import { plot } from './plot.ts'
import { markdownTable, rowsTable } from './report.ts'
import type { Report } from './result.ts'

const folder = path.join(root, 'docs/benchmarks')
const page = path.join(root, 'docs/benchmarks.md')
/** Written by hand, from profiles: what limits each goal that is missed. */
const limitsFile = path.join(folder, 'limits.json')

const SIGNIFICANT = 4
const rounded = (value: number) => Number(value.toPrecision(SIGNIFICANT))

export const keepReport = (report: Report): void => {
  mkdirSync(folder, { recursive: true })
  const rows = report.rows.map((row) => ({ ...row, values: row.values.map(rounded) }))
  const curves = (report.curves ?? []).map((curve) => ({
    ...curve, lines: curve.lines.map((line) => ({ ...line, points: line.points.map(([x, y]) => [x, rounded(y)] as const) })),
  }))
  writeFileSync(path.join(folder, `${report.benchmark}.json`), `${JSON.stringify({ ...report, rows, curves }, undefined, 1)}\n`)
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T

const readReports = (): Report[] =>
  readdirSync(folder).filter((name) => name.endsWith('.json') && name !== path.basename(limitsFile)).map((name) => readJson<Report>(path.join(folder, name)))

const VERDICTS = { true: '**met**', false: 'missed', undefined: 'not measured' }

const goalRow = ({ goal, text, holds }: Verdict, limits: Readonly<Record<string, string>>): string[] =>
  [goal.what, goal.says, text, VERDICTS[`${holds}`], holds === true ? '' : (limits[goal.id] ?? '')]

const howMeasured = (reports: readonly Report[]): string => {
  const lines = reports.map(({ title, date, commit, rounds, isQuick, tookS, machine }) =>
    [title, date, commit, `${rounds}${isQuick ? ', quick: no evidence' : ''}`, `${tookS} s`, `${machine.cores} × ${machine.cpu}, ${machine.system}, Node ${machine.node}`])
  return markdownTable(['benchmark', 'date', 'commit', 'rounds', 'took', 'machine'], lines)
}

const section = (report: Report): string => {
  const plots = (report.curves ?? []).map(({ id, title }) => `![${title}](benchmarks/${id}.svg)`)
  return [`## ${report.title}`, ...(report.notes ?? []), rowsTable(report.rows), ...plots].join('\n\n')
}

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench -- --write-docs\` from the results in [benchmarks/](benchmarks): nothing here is copied by hand, except what limits a goal that
is missed, which comes from profiles ([benchmarks/limits.json](benchmarks/limits.json)).

Rivals run in the same run as we do, on the same network, in turn, every second round backwards. Figures are medians over the rounds, with the least and
the most in brackets; a ratio is taken round by round, so that what the machine did in a round it did to both. Absolute figures move with the machine.
*Written* survives a kill, *flushed* survives a power cut too. Ours is always encrypted and signed, between processes of their own, each machine in a network
namespace; no rival does either, and each row says what else differs.`

/** @param order names of benchmarks, as they stand on the page */
export const writeDocs = (order: readonly string[]): void => {
  if (!existsSync(folder)) return
  const reports = readReports().sort((a, b) => order.indexOf(a.benchmark) - order.indexOf(b.benchmark))
  const limits = existsSync(limitsFile) ? readJson<Record<string, string>>(limitsFile) : {}
  const rows = reports.flatMap((report) => report.rows)
  for (const curve of reports.flatMap((report) => report.curves ?? [])) writeFileSync(path.join(folder, `${curve.id}.svg`), plot(curve))
  const verdicts = goals.map((goal) => judge(goal, rows))
  const count = verdicts.filter(({ holds }) => holds === true).length
  const goalsTable = markdownTable(['', 'goal', 'measured', '', 'what limits it'], verdicts.map((verdict) => goalRow(verdict, limits)))
  const parts = [INTRODUCTION, `## Goals: ${count} of ${goals.length} met`, goalsTable, ...reports.map(section), '## How it was measured', howMeasured(reports)]
  writeFileSync(page, `${parts.join('\n\n')}\n`)
}
