/** How many entries of every other log each entry's author had seen, directly or through others. Logs go by their numbers here. */
import { NumberList, RowTable } from './row-table.ts'

/** One log's growing knowledge of the others. */
export interface CausalPast {
  /** Entries of `other` in the past of this log's newest entry. */
  now(other: number): number
  /** Entries of `other` in the past of this log's entry `seq`. */
  at(seq: number, other: number): number
  /** The entry `seq` of this log builds on the first `height` entries of `other`, and on all that those build on. */
  merge(seq: number, other: number, height: number): void
  /** Rows of the table of steps that are this log's, in order. */
  readonly steps: NumberList
  /** The next row of this log, when a checkpoint is read. */
  takeStep(row: number): void
}

/** What one log learned, and when: log u32, its seq u32, other log u32, height of that u32. */
export const createStepTable = (): RowTable => new RowTable('steps', 16)
const SELF_AT = 0
const SEQ_AT = 4
const OTHER_AT = 8
const HEIGHT_AT = 12

/** @param pastOf the past of another log, all of whose merged entries are in it already */
export const createCausalPast = (table: RowTable, self: number, pastOf: (log: number) => CausalPast): CausalPast => {
  const steps = new NumberList()
  const columns = new Map<number, NumberList>()
  /** How many steps of another log's past are merged here already. */
  const merged = new Map<number, number>()

  const take = (row: number) => {
    const other = table.u32(row, OTHER_AT)
    let column = columns.get(other)
    if (!column) columns.set(other, (column = new NumberList()))
    column.push(row)
    steps.push(row)
  }

  const raise = (seq: number, other: number, height: number) => {
    if (other === self || now(other) >= height) return
    const row = table.append()
    table.setU32(row, SELF_AT, self)
    table.setU32(row, SEQ_AT, seq)
    table.setU32(row, OTHER_AT, other)
    table.setU32(row, HEIGHT_AT, height)
    take(row)
  }

  const now = (other: number) => {
    const column = columns.get(other)
    return column ? table.u32(column.at(column.length - 1), HEIGHT_AT) : 0
  }

  const at = (seq: number, other: number) => {
    if (other === self) return seq
    const column = columns.get(other)
    const count = column?.countWhile((row) => table.u32(row, SEQ_AT) <= seq) ?? 0
    return count === 0 ? 0 : table.u32(column!.at(count - 1), HEIGHT_AT)
  }

  /** Read from a checkpoint, all steps that the other had made by what is known of it are merged: a past holds the pasts of all in it. */
  const mergedOf = (other: number, theirs: NumberList) =>
    merged.get(other) ?? theirs.countWhile((row) => table.u32(row, SEQ_AT) < now(other))

  const merge = (seq: number, other: number, height: number) => {
    const theirs = pastOf(other).steps
    let index = mergedOf(other, theirs)
    for (; index < theirs.length && table.u32(theirs.at(index), SEQ_AT) < height; index++)
      raise(seq, table.u32(theirs.at(index), OTHER_AT), table.u32(theirs.at(index), HEIGHT_AT))
    merged.set(other, index)
    raise(seq, other, height)
  }

  return { now, at, merge, steps, takeStep: take }
}

/** Gives every row of the table to its log's past, in order. */
export const takeSteps = (table: RowTable, pastOf: (log: number) => CausalPast): void => {
  for (let row = 0; row < table.rows; row++) pastOf(table.u32(row, SELF_AT)).takeStep(row)
}
