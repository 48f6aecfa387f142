/** A wall clock for one host that jumps while it runs: libfaketime, told by a file. What only measures durations goes on evenly. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'

const LIBRARY = 'faketime/libfaketimeMT.so.1'
const PLACES = ['/usr/lib', '/usr/lib64', '/usr/local/lib']

const findLibrary = (): string | undefined => {
  const folders = PLACES.filter((place) => existsSync(place)).flatMap((place) => [place, ...readdirSync(place).map((name) => `${place}/${name}`)])
  return folders.map((folder) => `${folder}/${LIBRARY}`).find((file) => existsSync(file))
}

export interface WallClock {
  /** For the host's process. */
  readonly env: Readonly<Record<string, string>>
  /** From now on it is wrong by so much; noticed within a second. */
  set(aheadMs: number): void
}

/** Undefined without Debian's libfaketime. */
export const createWallClock = (file: string): WallClock | undefined => {
  const library = findLibrary()
  if (library === undefined) return undefined
  const set = (aheadMs: number) => writeFileSync(file, `${aheadMs < 0 ? '-' : '+'}${Math.abs(aheadMs) / 1000}\n`)
  set(0)
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_RESET: '1',
      NO_FAKE_STAT: '1',
    },
    set,
  }
}
