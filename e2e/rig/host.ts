/** One running `lanyard serve`. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { node, program } from './place.ts'

/** What `serve` prints when it is ready. */
export interface Ready {
  readonly url: string
  readonly dataDir: string
  readonly addresses: readonly string[]
}

export interface Host {
  readonly ready: Ready
  readonly pid: number
  signal(name: NodeJS.Signals): void
  /** Resolves once the process has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

const READY_MS = 30_000

const firstLine = (child: ChildProcess, logFile: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(() => reject(new Error(`The host was not ready within ${READY_MS} ms: see ${logFile}`)), READY_MS)
    child.stdout?.on('data', (bytes: Buffer) => {
      text += bytes.toString()
      if (!text.includes('\n')) return
      clearTimeout(timer)
      resolve(text.slice(0, text.indexOf('\n')))
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      reject(new Error(`The host ended with code ${code} before it was ready: ${text} (see ${logFile})`))
    })
  })

/** Puts a command into a machine. */
export type Wrap = (command: readonly string[]) => readonly string[]

export interface HostOptions {
  /** Where its error stream goes. */
  readonly logFile: string
  /** Modules loaded before the program. */
  readonly preload: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export const startHost = async (wrap: Wrap, args: readonly string[], { logFile, preload, env = {} }: HostOptions): Promise<Host> => {
  const [file = '', ...rest] = wrap([node, ...preload.flatMap((module) => ['--import', module]), program, 'serve', '--json', ...args])
  const log = openSync(logFile, 'a')
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', log], env: { ...process.env, ...env } })
  closeSync(log)
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  try {
    const ready = JSON.parse(await firstLine(child, logFile)) as Ready
    return { ready, pid: child.pid ?? 0, ended, signal: (name) => void child.kill(name) }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}
