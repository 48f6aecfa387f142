/** Machines in network namespaces on one switch: a kernel of their own for all that a network is. Needs root. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface MachineEvent {
  readonly event: string
  readonly atMs: number
  readonly peers: number
  readonly [detail: string]: unknown
}

export interface Machine {
  readonly child: ChildProcess
  readonly events: MachineEvent[]
  readonly last: (event: string) => MachineEvent | undefined
  readonly say: (line: string) => void
  readonly peers: () => number
}

const MACHINE = fileURLToPath(new URL('./machine.ts', import.meta.url))
const ip = (...words: string[]) => execFileSync('ip', words, { stdio: ['ignore', 'pipe', 'pipe'] })

/** Why namespaces can't be made here, or undefined. */
export const whyNoNamespaces = (): string | undefined => {
  if (process.platform !== 'linux') return 'network namespaces are a matter of Linux'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  try {
    ip('netns', 'list')
    return undefined
  } catch {
    return 'the ip command is missing'
  }
}

/** `count` machines, each with one cable to the switch and nothing else: no default route, no route for multicast. */
export const createNamespaces = (count: number) => {
  const prefix = `lynet${process.pid}`
  const hub = `${prefix}sw`
  const names = Array.from({ length: count }, (_, at) => `${prefix}h${at}`)
  const children: ChildProcess[] = []

  const plug = (at: number, name: string, { port, cidr, bridge }: { port: string; cidr: string; bridge: string }) => {
    const cable = `${port}${at}`
    ip('link', 'add', cable, 'netns', hub, 'type', 'veth', 'peer', 'name', port, 'netns', name)
    ip('-n', hub, 'link', 'set', cable, 'master', bridge, 'up')
    ip('-n', name, 'addr', 'add', cidr, 'dev', port)
    ip('-n', name, 'link', 'set', port, 'up')
  }
  ip('netns', 'add', hub)
  for (const bridge of ['left', 'right']) {
    ip('-n', hub, 'link', 'add', bridge, 'type', 'bridge')
    ip('-n', hub, 'link', 'set', bridge, 'up')
  }
  for (const [at, name] of names.entries()) {
    ip('netns', 'add', name)
    ip('-n', name, 'link', 'set', 'lo', 'up')
    plug(at, name, { port: 'eth', cidr: `10.77.0.${at + 1}/24`, bridge: 'left' })
  }

  return {
    addressOf: (at: number) => `10.77.0.${at + 1}`,
    /** Puts machine `at` on another switch. */
    move: (at: number, bridge: 'left' | 'right') => ip('-n', hub, 'link', 'set', `eth${at}`, 'master', bridge),
    /** A second cable, into the other switch, on another subnet. */
    plugSecond: (at: number) => plug(at, names[at]!, { port: 'sec', cidr: `10.78.0.${at + 1}/24`, bridge: 'right' }),
    renumber: (at: number) => {
      ip('-n', names[at]!, 'addr', 'flush', 'dev', 'eth')
      ip('-n', names[at]!, 'addr', 'add', `10.78.0.${at + 1}/24`, 'dev', 'eth')
    },
    boot: (at: number, options: object): Machine => {
      const child = spawn('ip', ['netns', 'exec', names[at]!, process.execPath, MACHINE, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'pipe'] })
      children.push(child)
      return listenTo(child)
    },
    remove: async () => {
      await Promise.all(children.map(end))
      for (const name of [...names, hub]) ip('netns', 'del', name)
    },
  }
}

const listenTo = (child: ChildProcess): Machine => {
  const events: MachineEvent[] = []
  let rest = ''
  let problems = ''
  child.stderr!.on('data', (bytes) => (problems = `${problems}${bytes}`.slice(-20_000)))
  child.stdout!.on('data', (bytes) => {
    const lines = `${rest}${bytes}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) events.push(JSON.parse(line) as MachineEvent)
  })
  child.on('exit', (code) => code && events.push({ event: 'crashed', atMs: Date.now(), peers: 0, problems }))
  return {
    child,
    events,
    last: (event) => events.findLast((each) => each.event === event),
    say: (line) => void child.stdin!.write(`${line}\n`),
    peers: () => events.at(-1)?.peers ?? 0,
  }
}

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    const timer = setTimeout(() => child.kill('SIGKILL'), 4000)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.stdin!.end()
  })

/** Waits until `isTrue`, for a machine that is busy with others too. */
export const until = async (what: string, isTrue: () => boolean, patienceMs = 30_000): Promise<number> => {
  const startMs = Date.now()
  while (!isTrue()) {
    if (Date.now() - startMs > patienceMs) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return Date.now() - startMs
}
