/** The data directory and the disk below it. Nothing is made that was not there; the file that is tried is gone again. */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import type { DiskFact } from '../facts.types.ts'

/** Of statfs(2). */
const FILESYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'nfs', 0xff534d42: 'cifs', 0xfe534d42: 'cifs', 0x517b: 'cifs', 0x65735546: 'fuse', 0x01021997: '9p', 0x01021994: 'tmpfs',
}
const TRIES = 5
const TRIED_BYTES = 4096
const PRIVATE = ['lanyard.db', 'lanyard.db-wal', 'token', 'host.json']

const nearest = (directory: string): string => (existsSync(directory) ? directory : nearest(path.dirname(directory)))

/** The median of some flushes. */
const tryFlush = (directory: string): number | string => {
  const file = path.join(directory, `.doctor-${process.pid}`)
  try {
    const descriptor = openSync(file, 'wx', 0o600)
    try {
      const times = Array.from({ length: TRIES }, () => {
        const beganMs = performance.now()
        writeSync(descriptor, new Uint8Array(TRIED_BYTES))
        fsyncSync(descriptor)
        return performance.now() - beganMs
      })
      return times.sort((a, b) => a - b)[Math.floor(TRIES / 2)] ?? 0
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN'
  } finally {
    try {
      rmSync(file, { force: true })
    } catch {
      // Where nothing can be written there is nothing to remove.
    }
  }
}

const sizeOf = (file: string): number | null => (existsSync(file) ? statSync(file).size : null)

/** Who holds a lock on the database, by its inode. */
const lockedBy = (file: string): number | null | undefined => {
  try {
    const { ino } = statSync(file)
    const line = readFileSync('/proc/locks', 'utf8').split('\n').find((candidate) => candidate.includes(`:${ino} `))
    return line === undefined ? null : Number(line.trim().split(/\s+/)[4])
  } catch {
    return undefined // no /proc, or no database yet
  }
}

const filesIn = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory).filter((name) => PRIVATE.includes(name)).map((name) => path.join(directory, name))
  } catch {
    return [] // not ours to read: said by its rights
  }
}

/** Rights of others on what must be private. A closed directory closes everything in it. */
const openTo = (directory: string): string | null => {
  if (process.platform === 'win32' || (statSync(directory).mode & 0o011) === 0) return null
  const open = filesIn(directory).map((file) => statSync(file).mode & 0o777).find((mode) => (mode & 0o077) !== 0)
  return open === undefined ? null : open.toString(8)
}

/** When the newest file of the data directory was written; null: there is none. */
export const newestFileMs = (directory: string): number | null =>
  filesIn(directory).reduce<number | null>((newest, file) => Math.max(newest ?? 0, statSync(file).mtimeMs), null)

export const readDisk = (dataDir: string): DiskFact => {
  const exists = existsSync(dataDir)
  const directory = nearest(dataDir)
  const { type, bavail, bsize } = statfsSync(directory)
  const database = path.join(dataDir, 'lanyard.db')
  return {
    directory: dataDir,
    exists,
    filesystem: FILESYSTEMS[type] ?? null,
    freeBytes: bavail * bsize,
    flush: tryFlush(directory),
    walBytes: sizeOf(`${database}-wal`),
    openTo: exists ? openTo(dataDir) : null,
    isOwn: !exists || process.getuid === undefined || statSync(dataDir).uid === process.getuid(),
    lockedBy: existsSync(database) ? lockedBy(database) : null,
  }
}
