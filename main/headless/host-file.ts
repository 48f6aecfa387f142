/** host.json: how the command line, and a second host, find the running one. It holds the token: for its owner's eyes only. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { readSmallFile, writePrivateFile } from '../data-directory.ts'

export interface HostFile {
  /** With the token in its fragment. */
  readonly url: string
  readonly pid: number
  readonly version: string
}

const fileIn = (dataDir: string) => path.join(dataDir, 'host.json')
const URL_SHAPE = /^http:\/\/127\.0\.0\.1:\d{1,5}\/#t=[A-Za-z0-9_-]{43}$/

export const writeHostFile = (dataDir: string, host: HostFile): void => writePrivateFile(fileIn(dataDir), `${JSON.stringify(host)}\n`)

/** Only one's own: a host that starts right after may have written its own. */
export const removeHostFile = (dataDir: string): void => {
  if (parse(dataDir)?.pid === process.pid) rmSync(fileIn(dataDir), { force: true })
}

/** A process that belongs to somebody else counts as gone: its number was used again. */
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const parse = (dataDir: string): HostFile | undefined => {
  try {
    const { url, pid, version } = JSON.parse(readSmallFile(fileIn(dataDir)) ?? 'null') as Record<string, unknown>
    if (typeof url !== 'string' || !URL_SHAPE.test(url) || !Number.isSafeInteger(pid) || Number(pid) < 1) return undefined
    return { url, pid: Number(pid), version: String(version) }
  } catch {
    // Cut off or edited by hand: no host can be found through it.
    return undefined
  }
}

/** The host of this data directory, as far as the file and the process table say. */
export const readHostFile = (dataDir: string): HostFile | undefined => {
  const host = parse(dataDir)
  return host !== undefined && isRunning(host.pid) ? host : undefined
}

export const tokenOf = (url: string): string => new URL(url).hash.slice('#t='.length)
