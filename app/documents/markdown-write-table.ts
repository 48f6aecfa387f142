import type { TableCell, TableRow } from './blocks.types.ts'
import { inlineMarkdown } from './markdown-write-inline.ts'

/** A hostile table may claim to be as wide as it likes. */
const SPAN_MAX = 100

/** @param rows at least one, with at least one cell among them
 *  Columns are not padded to one width: one wide cell would make every row as wide. */
export const tableMarkdown = (rows: readonly TableRow[]): string => {
  const grid = gridOf(rows)
  const width = grid.reduce((widest, row) => Math.max(widest, row.length), 1)
  const columns = Array.from({ length: width }, (_, column) => column)
  const lines = grid.map((row) => lineOf(row.map((cell) => (cell ? inlineMarkdown(cell.content, 'cell') : ''))))
  const rule = lineOf(columns.map((column) => ruleOf(grid, column)))
  const [first, ...rest] = lines
  const hasHeader = rows[0]!.length > 0 && rows[0]!.every((cell) => cell.isHeader)
  // Markdown has no table without a header: an empty one stands for none.
  return (hasHeader ? [padded(first!, grid[0]!, width), rule, ...rest] : [lineOf(columns.map(() => '')), rule, ...lines]).join('\n')
}

const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** The header must be as wide as the widest row: what lies beyond it would be lost. */
const padded = (line: string, cells: readonly unknown[], width: number): string => line + '  |'.repeat(width - cells.length)

type Grid = readonly (readonly (TableCell | undefined)[])[]

/** Every cell at its place, and nothing where a merged one reaches. */
const gridOf = (rows: readonly TableRow[]): Grid => {
  const covered: number[] = []
  return rows.map((row) => {
    const line: (TableCell | undefined)[] = []
    const skipCovered = () => {
      for (let left = covered[line.length] ?? 0; left > 0; left = covered[line.length] ?? 0) {
        covered[line.length] = left - 1
        line.push(undefined)
      }
    }
    for (const cell of row) {
      skipCovered()
      for (let across = 0; across < spanOf(cell, 'colspan'); across++) {
        covered[line.length] = spanOf(cell, 'rowspan') - 1
        line.push(across === 0 ? cell : undefined)
      }
    }
    skipCovered()
    return line
  })
}

const spanOf = (cell: TableCell, name: string): number => Math.min(SPAN_MAX, Math.max(1, Math.trunc(Number(cell.attributes[name])) || 1))

/** Alignment that all cells of a column share. */
const ruleOf = (grid: Grid, column: number): string => {
  const alignments = new Set(grid.flatMap((row) => row[column]?.attributes.textAlignment ?? []))
  if (alignments.size !== 1) return '---'
  if (alignments.has('center')) return ':-:'
  return alignments.has('right') ? '--:' : '---'
}
