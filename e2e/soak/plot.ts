/** Lines over time as SVG, with bands behind them: what a report needs of a plotting library, and no more. */

export interface Series {
  readonly name: string
  readonly color: string
  /** x in milliseconds; a gap between two points longer than `gapMs` is not drawn through. */
  readonly points: readonly (readonly [x: number, y: number])[]
}
export interface Band {
  readonly row: string
  readonly fromMs: number
  readonly toMs: number
  readonly color: string
  readonly title: string
}

export interface Bar {
  readonly name: string
  readonly value: number
  readonly words: string
}

const WIDTH = 960
const LEFT = 64
const RIGHT = 70
const GAP_MS = 5000

export const escapeText = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? character)

/** About `count` round numbers from 0 to `max`. */
const ticks = (max: number, count: number): readonly number[] => {
  const rough = Math.max(max, 1e-9) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, index) => index * step)
}
const minuteTicks = (endMs: number): readonly number[] => ticks(endMs / 60_000, 10).map((minutes) => minutes * 60_000)
const xOf = (ms: number, endMs: number) => LEFT + (ms / endMs) * (WIDTH - LEFT - RIGHT)
const figure = (height: number, title: string, body: string) =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}"><title>${escapeText(title)}</title>${body}</svg>`

const timeAxis = (endMs: number, height: number) =>
  minuteTicks(endMs).map((ms) => {
    const label = ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`
    return `<text x="${xOf(ms, endMs)}" y="${height - 4}" text-anchor="middle">${label}</text>`
  }).join('')

const pathOf = (points: Series['points'], x: (ms: number) => number, y: (value: number) => number) =>
  points.map(([ms, value], index) => {
    const before = points[index - 1]
    return `${before === undefined || ms - before[0] > GAP_MS ? 'M' : 'L'}${x(ms).toFixed(1)} ${y(value).toFixed(1)}`
  }).join('')

/** Each series is named at its end, so that colour is not all that tells them apart. */
export const linePlot = (title: string, series: readonly Series[], endMs: number, marksMs: readonly number[] = []): string => {
  const height = 260
  const max = Math.max(1, ...series.flatMap(({ points }) => points.map(([, value]) => value)))
  const x = (ms: number) => xOf(ms, endMs)
  const y = (value: number) => height - 24 - (value / max) * (height - 40)
  const grid = ticks(max, 5).map((value) => `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}"/><text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`)
  const marks = marksMs.map((ms) => `<line class="mark" x1="${x(ms)}" x2="${x(ms)}" y1="12" y2="${height - 24}"/>`)
  const taken: number[] = []
  const lines = series.map(({ name, color, points }) => {
    let labelY = y(points.at(-1)?.[1] ?? 0) + 4
    while (taken.some((other) => Math.abs(other - labelY) < 13)) labelY -= 13
    taken.push(labelY)
    return `<path d="${pathOf(points, x, y)}" stroke="${color}" fill="none" stroke-width="1.5"/><text x="${WIDTH - RIGHT + 6}" y="${labelY}" fill="${color}">${escapeText(name)}</text>`
  })
  return figure(height, title, [...grid, ...marks, ...lines, timeAxis(endMs, height)].join(''))
}

/** One row for each name, its bands side by side. */
export const bandPlot = (title: string, rows: readonly string[], bands: readonly Band[], endMs: number): string => {
  const rowHeight = 26
  const height = rows.length * rowHeight + 28
  const labels = rows.map((row, index) => `<text x="${LEFT - 6}" y="${index * rowHeight + 19}" text-anchor="end">${escapeText(row)}</text><line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${(index + 1) * rowHeight + 2}" y2="${(index + 1) * rowHeight + 2}"/>`)
  const boxes = bands.map(({ row, fromMs, toMs, color, title: words }) => {
    const width = Math.max(2, xOf(toMs, endMs) - xOf(fromMs, endMs))
    return `<rect x="${xOf(fromMs, endMs).toFixed(1)}" y="${rows.indexOf(row) * rowHeight + 5}" width="${width.toFixed(1)}" height="${rowHeight - 6}" fill="${color}"><title>${escapeText(words)}</title></rect>`
  })
  return figure(height, title, [...labels, ...boxes, timeAxis(endMs, height)].join(''))
}

/** One bar for each figure, its value above it. */
export const barPlot = (title: string, bars: readonly Bar[]): string => {
  const height = 200
  const max = Math.max(1e-9, ...bars.map(({ value }) => value))
  const width = (WIDTH - LEFT - RIGHT) / Math.max(1, bars.length)
  const body = bars.map(({ name, value, words }, index) => {
    const barHeight = (value / max) * (height - 60)
    const middle = LEFT + (index + 0.5) * width
    return `<rect class="bar" x="${middle - Math.min(40, width * 0.3)}" width="${Math.min(80, width * 0.6)}" y="${height - 24 - barHeight}" height="${barHeight}"/><text x="${middle}" y="${height - 30 - barHeight}" text-anchor="middle">${escapeText(words)}</text><text x="${middle}" y="${height - 6}" text-anchor="middle">${escapeText(name)}</text>`
  })
  return figure(height, title, body.join(''))
}
