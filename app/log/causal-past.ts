/** How many entries of every other log each entry's author had seen, directly or through others. */
import type { LogId } from '../base/ids.ts'

/** One log's growing knowledge of the others. */
export interface CausalPast {
  /** Entries of `other` in the past of this log's newest entry. */
  now(other: LogId): number
  /** Entries of `other` in the past of this log's entry `seq`. */
  at(seq: number, other: LogId): number
  /** The entry `seq` of this log builds on the first `height` entries of `other`, and on all that those build on. */
  merge(seq: number, other: LogId, height: number): void
}

interface Step {
  readonly seq: number
  readonly other: LogId
  readonly height: number
}

/** @param pastOf the past of another log, all of whose merged entries are in it already */
export const createCausalPast = (self: LogId, pastOf: (log: LogId) => CausalPast & { readonly steps: readonly Step[] }) => {
  const steps: Step[] = []
  const columns = new Map<LogId, { seqs: number[]; heights: number[] }>()
  /** How many steps of another log's past are merged here already. */
  const merged = new Map<LogId, number>()

  const raise = (seq: number, other: LogId, height: number) => {
    if (other === self || now(other) >= height) return
    let column = columns.get(other)
    if (!column) columns.set(other, (column = { seqs: [], heights: [] }))
    if (column.seqs.at(-1) === seq) column.heights[column.heights.length - 1] = height
    else {
      column.seqs.push(seq)
      column.heights.push(height)
    }
    steps.push({ seq, other, height })
  }

  const now = (other: LogId) => columns.get(other)?.heights.at(-1) ?? 0

  const at = (seq: number, other: LogId) => {
    if (other === self) return seq
    const column = columns.get(other)
    if (!column) return 0
    let [low, high] = [0, column.seqs.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (column.seqs[middle]! <= seq) low = middle + 1
      else high = middle
    }
    return low === 0 ? 0 : column.heights[low - 1]!
  }

  const merge = (seq: number, other: LogId, height: number) => {
    const theirs = pastOf(other).steps
    let at = merged.get(other) ?? 0
    for (; at < theirs.length && theirs[at]!.seq < height; at++) raise(seq, theirs[at]!.other, theirs[at]!.height)
    merged.set(other, at)
    raise(seq, other, height)
  }

  return { now, at, merge, steps }
}
