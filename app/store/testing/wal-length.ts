import { readFileSync } from 'node:fs'

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

/** Bytes of the WAL up to its last frame of the present round: after a checkpoint SQLite writes from the start
 *  again, over frames with an older salt.
 *  @see https://www.sqlite.org/fileformat2.html#walformat */
export const walLength = (file: string): number => {
  const wal = readFileSync(file)
  if (wal.length < HEADER_BYTES) return wal.length
  const salts = wal.subarray(16, 24)
  const frameBytes = FRAME_HEADER_BYTES + wal.readUInt32BE(8)
  let end = HEADER_BYTES
  while (end + frameBytes <= wal.length && salts.equals(wal.subarray(end + 8, end + 16))) end += frameBytes
  return end
}
