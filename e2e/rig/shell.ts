/** Runs system commands to the end. */
import { execFile, execFileSync } from 'node:child_process'

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const TIMEOUT_MS = 60_000

export const runToEnd = (command: readonly string[]): Promise<Finished> =>
  new Promise((resolve) => {
    const [file = '', ...args] = command
    execFile(file, args, { timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, stdout, stderr: stderr || (error?.message ?? '') })
    })
  })

/** @throws Error with what the command said */
export const must = (...command: readonly string[]): string => {
  const [file = '', ...args] = command
  return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** For cleaning up: what is already gone is fine. */
export const attempt = (...command: readonly string[]): string => {
  try {
    return must(...command)
  } catch {
    return ''
  }
}
