/** A host of its own process with its own data directory, and the command line against it, for tests. */
import assert from 'node:assert/strict'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { WorkspaceView } from '../../app/api/views.ts'

const MAIN = path.join(import.meta.dirname, 'main.ts')

interface TestEnd {
  after(fn: () => Promise<void>): void
}

/** The parts of any answer that tests look at. */
export interface Json {
  readonly workspace?: string
  readonly document?: string
  readonly link?: string
  readonly markdown?: string
  readonly machine?: string
  readonly told?: number
  readonly documents?: readonly { readonly here: boolean }[]
  readonly machines?: readonly { readonly name: string; readonly holds: string }[]
  readonly workspaces?: readonly WorkspaceView[]
  readonly error?: { readonly code: string; readonly details: Readonly<Record<string, unknown>> }
}

export interface Outcome {
  readonly exitCode: number
  readonly out: string
  readonly err: string
  /** What it printed, or the error it printed, as JSON. */
  readonly json: Json
}

export interface Ready {
  readonly url: string
  readonly dataDir: string
  readonly addresses: readonly string[]
}

export interface Machine {
  readonly dataDir: string
  /** Starts the host. */
  start(...options: string[]): Promise<Ready>
  /** Ends it with a signal; gives its exit code, null when the signal killed it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
  /** With --json. */
  run(...words: string[]): Promise<Outcome>
  /** As a person runs it. */
  say(...words: string[]): Promise<Outcome>
}

const parse = (text: string): Json => {
  try {
    return JSON.parse(text) as Json
  } catch {
    // A text for people.
    return {}
  }
}

export const runMain = (words: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { timeout: 60_000 }, (error, out, err) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ exitCode, out, err, json: parse(exitCode === 0 ? out : err) })
    })
  })

const firstLine = async (child: ChildProcess): Promise<string> => {
  let text = ''
  for await (const piece of child.stdout!) {
    text += String(piece)
    if (text.includes('\n')) return text
  }
  throw new Error(`the host ended with ${child.exitCode}`)
}

export const createMachine = (name: string, context: TestEnd): Machine => {
  const dataDir = mkdtempSync(path.join(tmpdir(), `lanyard-${name}-`))
  let host: ChildProcess | undefined
  const end = async (signal: NodeJS.Signals) => {
    if (host === undefined || host.exitCode !== null || host.signalCode !== null) return null
    const exited = once(host, 'exit')
    host.kill(signal)
    const [exitCode] = (await exited) as [number | null]
    return exitCode
  }
  context.after(async () => {
    await end('SIGKILL')
    rmSync(dataDir, { recursive: true, force: true })
  })
  return {
    dataDir,
    start: async (...options) => {
      const words = ['serve', '--data-dir', dataDir, '--name', name, '--listen', '/ip4/127.0.0.1/tcp/0', '--no-discovery', ...options]
      host = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
      return JSON.parse(await firstLine(host)) as Ready
    },
    end,
    run: (...words) => runMain(['--data-dir', dataDir, '--json', ...words]),
    say: (...words) => runMain(['--data-dir', dataDir, ...words]),
  }
}

/** Asks again until `isDone`; fails after half a minute with what it got last. */
export const eventually = async <T>(ask: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> => {
  const until = Date.now() + 30_000
  for (;;) {
    const value = await ask()
    if (isDone(value)) return value
    if (Date.now() > until) throw new Error(`never came true: ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

export const twoMachines = (context: TestEnd) => [createMachine('Ada', context), createMachine('Bob', context)] as const

/** What a command printed; fails when it was refused. */
export const done = async (outcome: Promise<Outcome>): Promise<Json> => {
  const { exitCode, err, json } = await outcome
  assert.equal(exitCode, 0, err)
  return json
}

/** The exit code and the code of an error. */
export const refusal = async (outcome: Promise<Outcome>): Promise<string> => {
  const { exitCode, out, json } = await outcome
  assert.equal(out, '', 'an error leaves standard output empty')
  return `${exitCode} ${json.error?.code}`
}

/** A workspace that both are in; gives its link and one note. */
export const joined = async (ada: Machine, bob: Machine) => {
  const { workspace = '' } = await done(ada.run('workspace', 'create', 'Garden'))
  const { link = '' } = await done(ada.run('invite'))
  assert.deepEqual(await done(bob.run('join', link, '--timeout', '40')), { workspace })
  const { document = '' } = await done(ada.run('doc', 'create', '--title', 'Plan'))
  return { workspace, link, document }
}

/** Waits until a note holds `text` there. */
export const shows = (machine: Machine, document: string, text: string) =>
  eventually(() => machine.run('doc', 'show', document), ({ json }) => json.markdown?.includes(text) === true)
