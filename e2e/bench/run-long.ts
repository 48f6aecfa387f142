/** Runs a command to its end, however long that takes. */
import { execFile } from 'node:child_process'
import type { Finished } from '../rig/shell.ts'

export const runLong = (command: readonly string[]): Promise<Finished> =>
  new Promise((resolve) => {
    const [file = '', ...args] = command
    execFile(file, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, stdout, stderr: stderr || (error?.message ?? '') })
    })
  })
