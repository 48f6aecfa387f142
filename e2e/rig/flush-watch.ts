/** Loaded into a host before the program: notes how far the write-ahead log reached when a flush of it began, once that flush is done. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { flushNote, walEnd } from './wal.ts'

const { fsync, fsyncSync } = fs
const fileOf = (descriptor: number) => fs.readlinkSync(`/proc/self/fd/${descriptor}`)

/** What to do once the flush that begins now is done. */
const noteOf = (descriptor: number): (() => void) => {
  const file = fileOf(descriptor)
  if (!file.endsWith('-wal')) return () => undefined
  const dataDir = path.dirname(file)
  const end = walEnd(dataDir)
  return () => {
    // In one step: a kill must not leave half a note.
    fs.writeFileSync(`${flushNote(dataDir)}.new`, JSON.stringify(end))
    fs.renameSync(`${flushNote(dataDir)}.new`, flushNote(dataDir))
  }
}

fs.fsync = ((descriptor: number, done: (error: NodeJS.ErrnoException | null) => void) => {
  const note = noteOf(descriptor)
  fsync(descriptor, (error) => {
    if (error === null) note()
    done(error)
  })
}) as typeof fs.fsync
fs.fsyncSync = (descriptor) => {
  const note = noteOf(descriptor)
  fsyncSync(descriptor)
  note()
}
syncBuiltinESMExports()
