/** Results as tables. */
import { spread } from './statistics.ts'
import type { Report, Row } from './result.ts'

const DURABILITY = { memory: 'memory only', written: 'written', flushed: 'written and flushed', none: '-' }

const cells = (row: Row): string[] => [
  row.what, row.system, `${spread(row.values)} ${row.unit}`, row.processes, row.network, DURABILITY[row.durability], row.difference ?? '',
]
const HEADERS = ['', 'system', 'median [from–to]', 'processes', 'network', 'durability', 'differs in']

export const markdownTable = (headers: readonly string[], rows: readonly (readonly string[])[]): string =>
  [headers, headers.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

export const rowsTable = (rows: readonly Row[]): string => markdownTable(HEADERS, rows.map(cells))

/** For a terminal. */
export const tableText = ({ title, rows, rounds, tookS }: Report): string => {
  const shown = rows.map((row) => [row.what, row.system, `${spread(row.values)} ${row.unit}`])
  const widths = [0, 1, 2].map((column) => Math.max(...shown.map((row) => row[column]!.length)))
  return [`${title} (${rounds} rounds, ${tookS} s)`, ...shown.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at]!)).join('  ')}`), ''].join('\n')
}
