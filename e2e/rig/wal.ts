/** SQLite's write-ahead log, cut as a power cut may cut it: after any whole frame that was not flushed yet. */
import { readFileSync, statSync, truncateSync } from 'node:fs'
import path from 'node:path'

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

export interface WalEnd {
  /** After a checkpoint SQLite begins again at the start, with other salts. */
  readonly round: string
  readonly bytes: number
  readonly frameBytes: number
}

const walFile = (dataDir: string) => path.join(dataDir, 'lanyard.db-wal')

/** Resolves as soon as something is written to the log: a moment before it is flushed. */
export const nextWrite = async (dataDir: string): Promise<void> => {
  const writtenAt = () => statSync(walFile(dataDir), { bigint: true }).mtimeNs
  const before = writtenAt()
  while (writtenAt() === before) await new Promise((resolve) => setImmediate(resolve))
}

/** Where the log ends now. @see https://www.sqlite.org/fileformat2.html#walformat */
export const walEnd = (dataDir: string): WalEnd => {
  const wal = readFileSync(walFile(dataDir))
  const salts = wal.subarray(16, 24)
  const frameBytes = FRAME_HEADER_BYTES + (wal.length < HEADER_BYTES ? 4096 : wal.readUInt32BE(8))
  let bytes = HEADER_BYTES
  while (bytes + frameBytes <= wal.length && salts.equals(wal.subarray(bytes + 8, bytes + 16))) bytes += frameBytes
  return { round: salts.toString('hex'), bytes, frameBytes }
}

/** Where flush-watch.ts writes, in a data directory's parent, how far the log was flushed. */
export const flushNote = (dataDir: string) => `${dataDir}.flushed`

/** Where the unflushed frames begin; the end when a checkpoint, which flushes by itself, came after the last flush that was noted. */
const unflushedFrom = (dataDir: string, end: WalEnd): number => {
  const flushed = JSON.parse(readFileSync(flushNote(dataDir), 'utf8')) as WalEnd
  if (end.round !== flushed.round) return HEADER_BYTES
  const checkpointed = statSync(path.join(dataDir, 'lanyard.db'), { bigint: true }).mtimeNs
  return checkpointed < statSync(flushNote(dataDir), { bigint: true }).mtimeNs ? flushed.bytes : end.bytes
}

/** Cuts after a random frame between what was really flushed and the end, as a power cut may; gives how many frames were lost.
 *  @param chance from 0 to 1 */
export const cutPower = (dataDir: string, chance: number): number => {
  const end = walEnd(dataDir)
  const from = unflushedFrom(dataDir, end)
  const frames = (end.bytes - from) / end.frameBytes
  const kept = Math.floor(chance * (frames + 1))
  truncateSync(walFile(dataDir), from + kept * end.frameBytes)
  return frames - kept
}
