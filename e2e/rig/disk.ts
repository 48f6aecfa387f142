/** A small disk of its own, in memory, that can be filled up. Needs the rights that namespaces need. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { attempt, must } from './shell.ts'

const PREFIX = path.join(tmpdir(), 'lanyard-disk-')
let disks = 0

export interface SmallDisk {
  readonly directory: string
  /** Leaves `freeBytes` of room. */
  fill(freeBytes: number): void
  free(): void
  remove(): void
}

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false // no such process
  }
}

/** What a run that was killed left mounted. */
export const removeLeftoverDisks = () => {
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const directory = line.split(' ')[1] ?? ''
    if (!directory.startsWith(PREFIX) || isRunning(Number(directory.slice(PREFIX.length).split('-')[0]))) continue
    attempt('umount', '--lazy', directory)
    rmSync(directory, { recursive: true, force: true })
  }
}

export const createSmallDisk = (mebibytes: number): SmallDisk => {
  const directory = `${PREFIX}${process.pid}-${++disks}`
  const filler = path.join(directory, 'filler')
  mkdirSync(directory)
  must('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', directory)
  const freeNow = () => {
    const [, blocks = '0'] = must('df', '--block-size=1', '--output=avail', directory).trim().split('\n')
    return Number(blocks)
  }
  return {
    directory,
    fill: (freeBytes) => {
      try {
        writeFileSync(filler, new Uint8Array(Math.max(0, freeNow() - freeBytes)))
      } catch (error) {
        // The host wrote in between: the disk is full, which is what was asked for.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    },
    free: () => rmSync(filler, { force: true }),
    remove: () => {
      attempt('umount', '--lazy', directory)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
