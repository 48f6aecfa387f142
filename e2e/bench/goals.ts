/** What we hold ourselves to, and whether it holds. */
import { figure, median, ratios } from './statistics.ts'
import type { Row } from './result.ts'

export interface Goal {
  readonly id: string
  readonly what: string
  /** Ids of rows. With `theirs`, round by round, the ratio counts. */
  readonly ours: string
  readonly theirs?: string
  readonly most: number
  /** How `most` reads. */
  readonly says: string
}

export interface Verdict {
  readonly goal: Goal
  /** Undefined: not measured. */
  readonly value: number | undefined
  readonly text: string
  readonly holds: boolean | undefined
}

export const goals: readonly Goal[] = [
  { id: 'shown', what: 'a key shown on a direct neighbour, p50', ours: 'shown/Lanyard/p50', theirs: 'shown/y-websocket/p50', most: 0.9, says: 'at most 0.9 × y-websocket' },
  { id: 'accepted', what: 'a key accepted there: signed, sealed, written; p50', ours: 'shown/Lanyard/p50', theirs: 'shown/y-websocket/p50', most: 1.3, says: 'at most 1.3 × y-websocket, which does none of that' },
  { id: 'join-trace-time', what: 'join of one long note', ours: 'join-trace/Lanyard/ms', theirs: 'join-trace/y-websocket/ms', most: 0.5, says: 'half of y-websocket\'s time' },
  { id: 'join-trace-bytes', what: 'join of one long note, bytes on the wire', ours: 'join-trace/Lanyard/mb', theirs: 'join-trace/automerge-repo/mb', most: 0.6, says: 'at most 0.6 × automerge-repo' },
  { id: 'join-1000-limit', what: 'join of 1,000 notes', ours: 'join-1000/Lanyard/ms', theirs: 'join-1000/TCP + Yjs/ms', most: 1.5, says: 'at most 1.5 × TCP + Yjs' },
  { id: 'join-1000-yws', what: 'join of 1,000 notes', ours: 'join-1000/Lanyard/ms', theirs: 'join-1000/y-websocket/ms', most: 1 / 4, says: 'a quarter of y-websocket\'s time' },
  { id: 'join-1000-hocus', what: 'join of 1,000 notes', ours: 'join-1000/Lanyard/ms', theirs: 'join-1000/Hocuspocus/ms', most: 1 / 7, says: 'a seventh of Hocuspocus\'s time' },
  { id: 'join-10000-limit', what: 'join of 10,000 notes', ours: 'join-10000/Lanyard/ms', theirs: 'join-10000/TCP + Yjs/ms', most: 1.3, says: 'at most 1.3 × TCP + Yjs' },
  { id: 'join-10000-yws', what: 'join of 10,000 notes', ours: 'join-10000/Lanyard/ms', theirs: 'join-10000/y-websocket/ms', most: 1 / 4, says: 'a quarter of y-websocket\'s time' },
  { id: 'join-10000-hocus', what: 'join of 10,000 notes', ours: 'join-10000/Lanyard/ms', theirs: 'join-10000/Hocuspocus/ms', most: 1 / 7, says: 'a seventh of Hocuspocus\'s time' },
  { id: 'million-usable', what: 'a million entries: window usable', ours: 'entries/1000000/usableMs', most: 1000, says: 'in 1,000 ms' },
  { id: 'million-open', what: 'a million entries: any note opened', ours: 'entries/1000000/openMs', most: 50, says: 'in 50 ms' },
  { id: 'million-verified', what: 'a million entries: all of it counted', ours: 'entries/1000000/settledMs', most: 16_000, says: 'in 15 s behind the window' },
  { id: 'million-memory', what: 'a million entries: memory', ours: 'entries/1000000/rssMb', most: 450, says: 'under 450 MB' },
  { id: 'stored', what: 'stored bytes a key, each an entry', ours: 'stored/60', most: 130, says: 'under 130' },
  { id: 'mesh', what: 'ready to full mesh of 5', ours: 'mesh/start', most: 1000, says: 'in 1,000 ms' },
  { id: 'heal', what: 'full mesh after a heal', ours: 'mesh/heal', most: 1000, says: 'in 1,000 ms' },
  { id: 'ready', what: 'process start to peer ready', ours: 'start/ready', most: 1000, says: 'in 1,000 ms' },
  { id: 'paint', what: 'process start to first paint', ours: 'start/paint', most: 1500, says: 'in 1,500 ms' },
  { id: 'idle-memory', what: 'idle memory', ours: 'idle/rss', most: 120, says: 'at most 120 MB' },
  { id: 'idle-cpu', what: 'idle processor', ours: 'idle/cpu', most: 1, says: 'at most 1 % of a core' },
  { id: 'idle-bytes', what: 'idle bytes to each neighbour', ours: 'idle/bytes', most: 200, says: 'under 200 B/s' },
  { id: 'busy', what: 'a key shown while 10,000 notes move, p50', ours: 'busy/joining/p50', theirs: 'busy/quiet/p50', most: 2, says: 'at most 2 × without' },
]

/** The median of what was measured, round by round, against the goal. */
export const judge = (goal: Goal, rows: readonly Row[]): Verdict => {
  const ours = rows.find(({ id }) => id === goal.ours)
  const theirs = rows.find(({ id }) => id === goal.theirs)
  if (ours === undefined || (goal.theirs !== undefined && theirs === undefined)) return { goal, value: undefined, text: 'not measured', holds: undefined }
  const values = theirs === undefined ? ours.values : ratios(ours.values, theirs.values)
  const value = median(values)
  const range = values.length > 1 ? ` [${figure(Math.min(...values))}–${figure(Math.max(...values))}]` : ''
  return { goal, value, text: `${figure(value)}${theirs === undefined ? ` ${ours.unit}` : ' ×'}${range}`, holds: value <= goal.most }
}
