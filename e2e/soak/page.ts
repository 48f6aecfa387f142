/** The report of a soak as one page that needs nothing else. */
import type { FaultKind } from './plan.ts'
import { bandPlot, barPlot, escapeText, linePlot, type Series } from './plot.ts'
import type { Report } from './report.ts'
import type { Sample } from './samples.ts'
import type { SoakResult } from './soak.ts'
import { clockText } from './story.ts'

const COLORS = ['#2563eb', '#c2410c', '#15803d', '#7c3aed', '#be123c', '#0e7490', '#a16207', '#4d7c0f', '#9333ea', '#b91c1c', '#0369a1', '#57534e']
const FAULT_COLORS: Readonly<Record<FaultKind, string>> = {
  split: '#ef4444', oneWay: '#f97316', between: '#f59e0b', multicast: '#a3a3a3', unplug: '#eab308', kill: '#b91c1c',
  restart: '#22c55e', freeze: '#38bdf8', sleep: '#0284c7', disk: '#a855f7', power: '#111827', clock: '#ec4899',
}
const NETWORK_ROW = 'network'

const STYLE = `
  :root { color-scheme: light dark; --ink: #1c1917; --paper: #fff; --faint: #d6d3d1 }
  @media (prefers-color-scheme: dark) { :root { --ink: #e7e5e4; --paper: #1c1917; --faint: #44403c } }
  body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  svg { width: 100%; height: auto; font-size: 11px } svg text:not([fill]) { fill: var(--ink) } .grid { stroke: var(--faint) } .mark { stroke: var(--ink); stroke-dasharray: 2 4 } .bar { fill: #2563eb }
  table { border-collapse: collapse } td, th { padding: .15rem .8rem .15rem 0; text-align: left; font-variant-numeric: tabular-nums } li { white-space: pre-wrap }
  .key span { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em }
`

const table = (rows: readonly (readonly unknown[])[]) =>
  `<table>${rows.map(([head, ...cells]) => `<tr><th scope="row">${escapeText(String(head))}</th>${cells.map((cell) => `<td>${escapeText(String(cell))}</td>`).join('')}</tr>`).join('')}</table>`

const seriesOf = ({ names, samples }: SoakResult, valueOf: (sample: Sample) => number | null): readonly Series[] =>
  names.map((name, index) => ({
    name,
    color: COLORS[index % COLORS.length] ?? '#000',
    points: samples.filter(({ machine }) => machine === name).flatMap((sample) => {
      const value = valueOf(sample)
      return value === null ? [] : [[sample.atMs, value] as const]
    }),
  }))

const summary = (report: Report) => {
  const { lines, memory } = report
  return table([
    ['Lines written', lines.written],
    ['Acknowledged as saved', `${lines.saved} (${lines.savedByCli} by the command line)`],
    ['Not acknowledged', Object.entries(lines.unacknowledged).map(([code, count]) => `${count} ${code}`).join(', ') || 'none'],
    ['Lost', lines.lost],
    ['Twice', lines.duplicated],
    ['Written by nobody', lines.byNobody],
    ['Notes that differ between machines', lines.notesThatDiffer],
    ['Entries', report.entries],
    ['Hosts started', report.hostsStarted],
    ['Faults', Object.entries(report.faults).map(([kind, count]) => `${count} ${kind}`).join(', ')],
    ['Clocks', report.clocksJumped ? 'made to jump' : 'not made to jump: libfaketime is missing here'],
    ['Memory and descriptors', memory.verdict === 'unknown' ? 'unknown: no host ran long enough to be judged' : memory.verdict],
  ])
}

const hostTable = ({ memory }: Report) =>
  table([
    ['Host of', 'ran for', 'MiB in the middle', 'at the end', 'ratio', 'slope, MiB a minute', 'descriptors in the middle, at the end'],
    ...memory.hosts.map((host) => [host.machine, `${host.ranSeconds} s`, host.middleMiB, host.endMiB, host.endToMiddle, host.slopeMiBPerMinute, host.descriptors.join(', ')]),
  ])

export const pageOf = (result: SoakResult, report: Report): string => {
  const { names, happened, rounds, lastedMs } = result
  const marks = rounds.map(({ mendedMs }) => mendedMs)
  const bands = happened.map(({ kind, machine, words, fromMs, toMs }) => ({ row: machine ?? NETWORK_ROW, fromMs, toMs, color: FAULT_COLORS[kind], title: `${clockText(fromMs)} ${kind}: ${words}` }))
  const key = Object.entries(FAULT_COLORS).map(([kind, color]) => `<span style="background:${color}"></span>${kind}`).join('')
  const heals = rounds.map(({ equalAfterMs }, index) => ({ name: `round ${index + 1}`, value: equalAfterMs ?? 0, words: equalAfterMs === null ? 'never' : `${(equalAfterMs / 1000).toFixed(1)} s` }))
  const lines = (title: string, valueOf: (sample: Sample) => number | null) => `<h2>${title}</h2>${linePlot(title, seriesOf(result, valueOf), lastedMs, marks)}`
  const story = happened.toSorted((a, b) => a.fromMs - b.fromMs).map(({ fromMs, toMs, words }) => `<li>${clockText(fromMs)} to ${clockText(toMs)}: ${escapeText(words)}</li>`)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Soak, seed ${report.seed}</title><style>${STYLE}</style>
<h1>Soak of ${report.machines} machines, seed ${report.seed}: ${report.ok ? 'nothing found' : `${report.findings.length} found`}</h1>
${report.findings.length === 0 ? '' : `<h2>Findings</h2><ul>${report.findings.map((finding) => `<li>${escapeText(finding)}</li>`).join('')}</ul>`}
${summary(report)}
<h2>Faults</h2>${bandPlot('Faults', [NETWORK_ROW, ...names], bands, lastedMs)}<p class="key">${key}</p><p>A dotted line below: all is mended, and everybody must become equal.</p>
<h2>Equal again after</h2>${barPlot('Seconds from the mending of everything until all machines hold the same entries', heals)}
${lines('Memory of each host, MiB', ({ rssMiB }) => rssMiB)}
${hostTable(report)}
${lines('Open descriptors of each host', ({ descriptors }) => descriptors)}
${lines('Entries on each machine', ({ entries }) => entries)}
<h2>The story</h2><ol>${story.join('')}</ol></html>
`
}
