/** Machines, windows and rivals of one benchmark, all in one place, and gone after it. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createMachine, type Machine } from '../rig/machine.ts'
import { createNamespaces, removeLeftovers } from '../rig/namespaces.ts'
import { loopbackNetwork, type Socket } from '../rig/network.ts'
import { node, root } from '../rig/place.ts'
import { runLong } from './run-long.ts'
import { startWorker, type Worker } from './worker.ts'

const onNamespaces = process.env['LANYARD_MACHINES'] === 'namespaces'
export const NETWORK = onNamespaces ? 'a namespace each, one bridge' : 'loopback'
const WINDOWS = path.join(root, 'main/bench/screens.ts')
const GENERATOR = path.join(root, 'main/bench/generate.ts')
const RIVALS = path.join(root, 'e2e/bench/rivals')
const CACHE = path.join(root, 'node_modules/.cache/bench')
let nextPort = 24_000 + (process.pid % 10_000)

/** As main/bench/generate.ts takes it, without the directory. */
export type Plan =
  | { readonly kind: 'notes'; readonly count: number; readonly noteBytes: number }
  | { readonly kind: 'trace'; readonly edits: string; readonly gapMs: number }
  | { readonly kind: 'typed'; readonly documents: number; readonly keys: number; readonly gapMs: number }

export interface Generated {
  readonly directory: string
  readonly workspace: string
  readonly documents: readonly string[]
  /** All of the workspace. */
  readonly entries: number
  /** Those that the plan made. */
  readonly written: number
}

export interface Window {
  readonly worker: Worker
  readonly as: string
  run<Answer = Record<string, unknown>>(kind: string, takes: object): Promise<{ gives: Answer; startMs: number; tookMs: number }>
  ask<Answer = unknown>(op: string, takes?: object): Promise<Answer>
}

const isProfiled = () => (process.env['NODE_OPTIONS'] ?? '').includes('--cpu-prof')

export type World = ReturnType<typeof createWorld>

export const createWorld = () => {
  if (onNamespaces) removeLeftovers()
  const directory = mkdtempSync(path.join(tmpdir(), 'lanyard-bench-'))
  const network = onNamespaces ? createNamespaces() : loopbackNetwork()
  const sockets = new Map<string, Socket>()
  const workers: Worker[] = []
  const machines: Machine[] = []
  let windows = 0

  /** Places on the network stay, whoever lives there. */
  const socketOf = (key: string): Socket => {
    const found = sockets.get(key) ?? network.addMachine(key)
    sockets.set(key, found)
    return found
  }
  const addMachine = (key: string, { dataDir }: { readonly dataDir?: string } = {}): Machine => {
    const serveArgs = onNamespaces ? [] : ['--listen', `/ip4/127.0.0.1/tcp/${nextPort++}`, '--no-discovery']
    const home = mkdtempSync(path.join(directory, `${key}-`))
    const machine = createMachine({ name: key.toUpperCase(), key, directory: home, socket: socketOf(key), serveArgs, dataDir })
    machines.push(machine)
    return machine
  }
  /** A process for windows, beside one machine or on its own. */
  const startWindows = async (key: string): Promise<Worker> => {
    const worker = await startWorker(socketOf(key).wrap, WINDOWS)
    workers.push(worker)
    return worker
  }
  const openWindow = async (machine: Machine, worker?: Worker): Promise<Window> => {
    const at = worker ?? (await startWindows(machine.key))
    const as = `w${++windows}`
    await at.ask('connect', { as, dataDir: machine.dataDir })
    const ask: Window['ask'] = (op, takes = {}) => at.ask(op, { as, ...takes })
    return { worker: at, as, ask, run: (kind, takes) => ask('run', { kind, takes }) }
  }
  const startRival = async (role: 'server' | 'client', key: string, options: Record<string, unknown>): Promise<Worker> => {
    const worker = await startWorker(socketOf(key).wrap, path.join(RIVALS, `${role}.mjs`), [JSON.stringify(options)])
    workers.push(worker)
    return worker
  }
  const clear = async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()))
    await Promise.all(machines.splice(0).map(async (machine) => {
      // A host that is killed leaves no profile.
      if (isProfiled() && machine.isRunning) await machine.stop()
      await machine.close()
    }))
  }
  return {
    directory,
    network,
    addMachine,
    startWindows,
    openWindow,
    startRival,
    /** A directory of its own that goes with the world. */
    folder: (name: string) => mkdtempSync(path.join(directory, `${name}-`)),
    addressOf: (key: string) => socketOf(key).address ?? '127.0.0.1',
    freePort: () => nextPort++,
    /** Ends every process, and keeps the places. */
    clear,
    close: async () => {
      await clear()
      network.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A filled data directory, made by the peer's own rooms, once: kept until its plan changes. `fresh` makes it anew. */
export const generated = async (plan: Plan, name = 'A'): Promise<Generated> => {
  const key = createHash('sha256').update(JSON.stringify({ name, plan: plan.kind === 'trace' ? { ...plan, edits: readFileSync(plan.edits, 'utf8') } : plan })).digest('hex').slice(0, 12)
  const home = path.join(CACHE, `${plan.kind}-${key}`)
  const note = `${home}.json`
  const directory = path.join(home, 'data')
  if (!existsSync(note)) {
    rmSync(home, { recursive: true, force: true })
    mkdirSync(home, { recursive: true })
    const { code, stdout, stderr } = await runLong([node, GENERATOR, JSON.stringify({ dataDir: directory, name, ...plan })])
    if (code !== 0) throw new Error(`The generator ended with code ${code}: ${stderr}`)
    writeFileSync(note, stdout)
  }
  return { directory, ...(JSON.parse(readFileSync(note, 'utf8')) as Omit<Generated, 'directory'>) }
}

/** A copy that a host may write to. */
export const copyOf = ({ directory }: Generated, target: string): string => {
  cpSync(directory, target, { recursive: true })
  return target
}

export const dropGenerated = (): void => rmSync(CACHE, { recursive: true, force: true })
