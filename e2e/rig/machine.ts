/** One whole machine: a data directory, the host that runs on it, its command line, and a browser. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { BrowserContext, Page } from '@playwright/test'
import { openBrowser } from './browser.ts'
import type { WallClock } from './wall-clock.ts'
import { startHost, type Host } from './host.ts'
import type { Socket } from './network.ts'
import { node, program } from './place.ts'
import { runToEnd } from './shell.ts'

export interface MachineOptions {
  readonly name: string
  /** Its name in the network. */
  readonly key: string
  /** Everything of this machine lives here. */
  readonly directory: string
  readonly socket: Socket
  /** Options of `serve` besides the data directory and the name. */
  readonly serveArgs: readonly string[]
  /** Instead of one below `directory`. */
  readonly dataDir?: string | undefined
}

export interface StartOptions {
  readonly args?: readonly string[]
  /** As if this machine's clock were wrong by so much. */
  readonly clockAheadMs?: number
  /** Notes what is really flushed, for cutPower. */
  readonly watchFlushes?: boolean
  /** A wall clock that can jump while the host runs. */
  readonly wallClock?: WallClock | undefined
}

/** To the program, the machine's clock is wrong. */
const wrongClock = (aheadMs: number) => `data:text/javascript,const now=Date.now;Date.now=()=>now()+${aheadMs}`
const flushWatch = new URL('flush-watch.ts', import.meta.url).href

/** How a command ended. */
export interface Answer {
  readonly exitCode: number
  readonly json: Record<string, unknown>
  /** The code of its error; undefined when it succeeded. */
  readonly error: string | undefined
}

export type Machine = ReturnType<typeof createMachine>

const STOP_MS = 10_000

/** The last line of JSON. */
const lastJson = (text: string): Record<string, unknown> | undefined => {
  const line = text.trimEnd().split('\n').findLast((candidate) => candidate.startsWith('{'))
  return line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>)
}

export const createMachine = ({ name, key, directory, socket, serveArgs, dataDir = path.join(directory, 'data') }: MachineOptions) => {
  const logFile = path.join(directory, 'host.log')
  mkdirSync(directory, { recursive: true })
  let host: Host | undefined
  let browser: BrowserContext | undefined

  const running = (): Host => {
    if (host === undefined) throw new Error(`${name} is not running.`)
    return host
  }
  const end = async (signal: NodeJS.Signals) => {
    const ending = running()
    host = undefined
    ending.signal(signal)
    const timer = setTimeout(() => ending.signal('SIGKILL'), STOP_MS)
    const { code } = await ending.ended
    clearTimeout(timer)
    return code
  }
  const start = async ({ args = [], clockAheadMs = 0, watchFlushes = false, wallClock }: StartOptions = {}) => {
    const preload = [...(clockAheadMs === 0 ? [] : [wrongClock(clockAheadMs)]), ...(watchFlushes ? [flushWatch] : [])]
    host = await startHost(socket.wrap, ['--data-dir', dataDir, '--name', name, ...serveArgs, ...args], { logFile, preload, env: wallClock?.env ?? {} })
    return host.ready
  }
  const askIn = async (directoryOfHost: string, ...args: readonly string[]): Promise<Answer> => {
    const { code: exitCode, stdout, stderr } = await runToEnd(socket.wrap([node, program, '--data-dir', directoryOfHost, '--json', ...args]))
    const json = exitCode === 0 ? lastJson(stdout) : (lastJson(stderr) ?? lastJson(stdout))
    if (json === undefined) throw new Error(`lanyard ${args.join(' ')} on ${name} ended with code ${exitCode} and no JSON: ${stdout}${stderr}`)
    return { exitCode, json, error: (json['error'] as { code?: string } | undefined)?.code }
  }
  const ask = (...args: readonly string[]) => askIn(dataDir, ...args)

  return {
    name,
    key,
    directory,
    dataDir,
    logFile,
    /** Undefined on loopback. */
    address: socket.address,
    wrap: socket.wrap,
    start,
    /** The command line on this machine, whatever it answers. */
    ask,
    /** The same with another data directory. */
    askIn,
    get ready() {
      return running().ready
    },
    /** Of the host's process. */
    get pid() {
      return running().pid
    },
    get isRunning() {
      return host !== undefined
    },
    /** The command line on this machine. @throws Error unless it succeeds */
    cli: async (...args: readonly string[]): Promise<Record<string, unknown>> => {
      const { exitCode, json } = await ask(...args)
      if (exitCode !== 0) throw new Error(`lanyard ${args.join(' ')} on ${name} ended with code ${exitCode}: ${JSON.stringify(json)}`)
      return json
    },
    /** As a crash does. */
    kill: () => end('SIGKILL'),
    /** As a person does; gives the exit code. */
    stop: () => end('SIGTERM'),
    freeze: () => running().signal('SIGSTOP'),
    thaw: () => running().signal('SIGCONT'),
    /** Pages that are open now. */
    get pages(): readonly Page[] {
      return browser?.pages() ?? []
    },
    /** A page of this machine's own browser, showing its screens. */
    openPage: async (): Promise<Page> => {
      browser ??= await openBrowser(socket.wrap, directory)
      const page = browser.pages().find((candidate) => candidate.url() === 'about:blank') ?? (await browser.newPage())
      await page.goto(running().ready.url)
      return page
    },
    close: async () => {
      await browser?.close()
      host?.signal('SIGCONT')
      if (host !== undefined) await end('SIGKILL')
    },
  }
}
