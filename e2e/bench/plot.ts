/** Curves as SVG, readable on light and on dark paper. */
import { figure } from './statistics.ts'
import type { Curve } from './result.ts'

const [WIDTH, HEIGHT] = [640, 340]
const FRAME = { left: 72, right: 20, top: 44, bottom: 56 }
const TICKS = 5
/** Told apart by shape as well as by colour. */
const INKS = [
  { light: '#1d4ed8', dark: '#7aa2ff', dash: '' },
  { light: '#b45309', dark: '#fbbf24', dash: '7 4' },
  { light: '#047857', dark: '#34d399', dash: '2 4' },
] as const

const STYLE = `
text{font:12px system-ui,sans-serif;fill:#1f2937}.title{font-size:15px;font-weight:600}.grid{stroke:#d1d5db}.axis{stroke:#4b5563}
${INKS.map(({ light }, at) => `.l${at}{stroke:${light}}.d${at}{fill:${light}}`).join('')}
@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.grid{stroke:#374151}.axis{stroke:#9ca3af}
${INKS.map(({ dark }, at) => `.l${at}{stroke:${dark}}.d${at}{fill:${dark}}`).join('')}}`

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

interface Axis {
  readonly ticks: readonly number[]
  place(value: number): number
}

/** 1, 2 or 5 times a power of ten, so that about `TICKS` fit. */
const roundStep = (span: number): number => {
  const rough = span / TICKS
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
}

const linearAxis = (values: readonly number[], [from, to]: readonly [number, number]): Axis => {
  const step = roundStep(Math.max(...values, 1e-9))
  const most = step * Math.ceil(Math.max(...values, step) / step)
  const ticks = Array.from({ length: Math.round(most / step) + 1 }, (_, at) => at * step)
  return { ticks, place: (value) => from + (value / most) * (to - from) }
}

const logAxis = (values: readonly number[], [from, to]: readonly [number, number]): Axis => {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  const ticks = Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at))
  return { ticks, place: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from) }
}

const axisOf = (values: readonly number[], isLog: boolean | undefined, range: readonly [number, number]): Axis =>
  isLog === true && values.every((value) => value > 0) ? logAxis(values, range) : linearAxis(values, range)

const at = (value: number) => value.toFixed(1)

const xTick = (x: number, value: number) =>
  `<line class="axis" x1="${at(x)}" x2="${at(x)}" y1="${HEIGHT - FRAME.bottom}" y2="${HEIGHT - FRAME.bottom + 5}"/>` +
  `<text x="${at(x)}" y="${HEIGHT - FRAME.bottom + 19}" text-anchor="middle">${figure(value)}</text>`
const yTick = (y: number, value: number) =>
  `<line class="grid" x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${at(y)}" y2="${at(y)}"/>` +
  `<text x="${FRAME.left - 8}" y="${at(y + 4)}" text-anchor="end">${figure(value)}</text>`

export const plot = ({ title, x, y, lines }: Curve): string => {
  const points = lines.flatMap((line) => line.points)
  const across = axisOf(points.map(([value]) => value), x.isLog, [FRAME.left, WIDTH - FRAME.right])
  const up = axisOf(points.map(([, value]) => value), y.isLog, [HEIGHT - FRAME.bottom, FRAME.top])
  const drawn = lines.map((line, index) => {
    const ink = index % INKS.length
    const placed = line.points.map(([left, top]) => [at(across.place(left)), at(up.place(top))] as const)
    const dash = INKS[ink]!.dash === '' ? '' : ` stroke-dasharray="${INKS[ink]!.dash}"`
    const dots = placed.map(([left, top]) => `<circle class="d${ink}" cx="${left}" cy="${top}" r="3.5"/>`).join('')
    return `<polyline class="l${ink}" fill="none" stroke-width="2"${dash} points="${placed.map((pair) => pair.join(',')).join(' ')}"/>${dots}`
  })
  const legend = lines.map(({ name }, index) => {
    const left = FRAME.left + index * 180
    const dash = INKS[index % INKS.length]!.dash
    return `<line class="l${index % INKS.length}" stroke-width="2"${dash === '' ? '' : ` stroke-dasharray="${dash}"`} x1="${left}" x2="${left + 26}" y1="34" y2="34"/><text x="${left + 32}" y="38">${escape(name)}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}"><style>${STYLE}</style>`,
    `<text class="title" x="${FRAME.left}" y="18">${escape(title)}</text>`, ...legend,
    ...up.ticks.map((value) => yTick(up.place(value), value)),
    ...across.ticks.map((value) => xTick(across.place(value), value)),
    `<line class="axis" x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${HEIGHT - FRAME.bottom}" y2="${HEIGHT - FRAME.bottom}"/>`,
    `<line class="axis" x1="${FRAME.left}" x2="${FRAME.left}" y1="${FRAME.top}" y2="${HEIGHT - FRAME.bottom}"/>`,
    `<text x="${(FRAME.left + WIDTH - FRAME.right) / 2}" y="${HEIGHT - 14}" text-anchor="middle">${escape(x.label)}</text>`,
    `<text transform="translate(16 ${(FRAME.top + HEIGHT - FRAME.bottom) / 2}) rotate(-90)" text-anchor="middle">${escape(y.label)}</text>`,
    ...drawn, '</svg>\n',
  ].join('\n')
}
