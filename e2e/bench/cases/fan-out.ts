/** One writes, many read: what each reader more costs. */
import type { Benchmark, Context } from '../benchmark.types.ts'
import { createNote, inviteTo, JOIN_MS, startMember, type Member } from '../cluster.ts'
import { cpuMsOf, sharedMs } from '../processes.ts'
import { percentile } from '../statistics.ts'
import type { Curve, Result, Row } from '../result.ts'
import { createWorld, NETWORK, type Window, type World } from '../world.ts'
import type { Worker } from '../worker.ts'

const READERS = [2, 8, 16, 31]
const GAP_MS = 100

interface Figures {
  readonly p50: number
  readonly p95: number
  /** A key, in milliseconds. */
  readonly writerCpuMs: number
  readonly readerCpuMs: number
  readonly joinMs: number
}

const startReaders = async (world: World, writer: Member, { workspace, count }: { workspace: string; count: number }) => {
  const windows: Window[] = []
  const pids: number[] = []
  let joinMs = 0
  for (let number = 2; number <= count + 1; number++) {
    const { machine, window } = await startMember(world, `m${number}`)
    pids.push(machine.pid)
    const joined = await window.run('workspace.join', { link: await inviteTo(writer, workspace), timeoutMs: JOIN_MS })
    joinMs = joined.tookMs
    windows.push(window)
  }
  return { windows, pids, joinMs }
}

const type = async (writer: Member, windows: readonly Window[], count: number): Promise<number[]> => {
  await Promise.all(windows.map((window) => window.ask('watch', { count })))
  const typed = await writer.window.ask<number[]>('type', { count, gapMs: GAP_MS })
  const shown = await Promise.all(windows.map((window) => window.ask<number[]>('arrivals')))
  return shown.flatMap((times) => times.map((shownMs, key) => shownMs - typed[key]!))
}

const measureSize = async (world: World, readers: number, { rounds, isQuick }: Context): Promise<Figures[]> => {
  const writer = await startMember(world, 'm1')
  const { workspace } = (await writer.window.run<{ workspace: string }>('workspace.create', { name: 'Bench' })).gives
  const document = await createNote(writer, workspace)
  const { windows, pids, joinMs } = await startReaders(world, writer, { workspace, count: readers })
  const { entries } = (await writer.window.run<{ workspaces: readonly { entries: number }[] }>('status', {})).gives.workspaces[0]!
  await Promise.all(windows.map((window) => window.ask('until', { entries, timeoutMs: 60_000 })))
  for (const window of [writer.window, ...windows]) await window.ask('open', { workspace, document })
  const count = isQuick ? 10 : 30
  await type(writer, windows, 20)
  const figures: Figures[] = []
  for (let round = 0; round < rounds; round++) {
    const before = { writer: cpuMsOf(writer.machine.pid), readers: pids.map(cpuMsOf), atMs: sharedMs() }
    const delays = await type(writer, windows, count)
    figures.push({
      p50: percentile(delays, 0.5),
      p95: percentile(delays, 0.95),
      writerCpuMs: (cpuMsOf(writer.machine.pid) - before.writer) / count,
      readerCpuMs: pids.reduce((sum, pid, at) => sum + cpuMsOf(pid) - before.readers[at]!, 0) / count / readers,
      joinMs,
    })
  }
  await world.clear()
  return figures
}

const rivalDelays = async (world: World, readers: number, { rounds, isQuick }: Context) => {
  const place = { system: 'y-websocket', host: world.addressOf('m1'), port: world.freePort() }
  const server = await world.startRival('server', 'm1', place)
  const writer = await world.startRival('client', 'm1', place)
  const clients: Worker[] = []
  for (let number = 2; number <= readers + 1; number++) clients.push(await world.startRival('client', `m${number}`, place))
  for (const client of [writer, ...clients]) await client.ask('open')
  const count = isQuick ? 10 : 30
  const figures: { p50: number; p95: number; serverCpuMs: number }[] = []
  for (let round = -1; round < rounds; round++) {
    const before = cpuMsOf(server.pid)
    await Promise.all(clients.map((client) => client.ask('watch', { count })))
    const typed = await writer.ask<number[]>('type', { count, gapMs: GAP_MS })
    const shown = await Promise.all(clients.map((client) => client.ask<number[]>('arrivals')))
    const delays = shown.flatMap((times) => times.map((shownMs, key) => shownMs - typed[key]!))
    const serverCpuMs = (cpuMsOf(server.pid) - before) / count
    // The first is to warm up.
    if (round >= 0) figures.push({ p50: percentile(delays, 0.5), p95: percentile(delays, 0.95), serverCpuMs })
  }
  await world.clear()
  return figures
}

const createLine = (): [number, number][] => []

const measure = async (world: World, context: Context): Promise<Result> => {
  const rows: Row[] = []
  const points = {
    ours: createLine(), theirs: createLine(), writer: createLine(), reader: createLine(), server: createLine(), join: createLine(),
  }
  for (const readers of context.isQuick ? READERS.slice(0, 2) : READERS) {
    context.tell(`${readers} readers`)
    const ours = await measureSize(world, readers, context)
    const theirs = await rivalDelays(world, readers, context)
    const common = { network: NETWORK }
    const our = (what: string, unit: string, key: keyof Figures): Row => ({
      id: `fan-out/${readers}/${key}`, what: `${readers} readers: ${what}`, unit, values: ours.map((figure) => figure[key]), system: 'Lanyard',
      processes: `${readers + 1} peers, a window each`, durability: 'written', ...common,
    })
    const their = (what: string, unit: string, key: 'p50' | 'p95' | 'serverCpuMs'): Row => ({
      id: `fan-out/${readers}/y-websocket/${key}`, what: `${readers} readers: ${what}`, unit, values: theirs.map((figure) => figure[key]), system: 'y-websocket',
      processes: `1 server, ${readers + 1} windows`, durability: 'memory', difference: 'neither signed nor encrypted, one server', ...common,
    })
    rows.push(
      our('key shown, p50 over all', 'ms', 'p50'), their('key shown, p50 over all', 'ms', 'p50'),
      our('key shown, p95 over all', 'ms', 'p95'), their('key shown, p95 over all', 'ms', 'p95'),
      our('processor time of the writer\'s peer, a key', 'ms', 'writerCpuMs'), our('processor time of a reader\'s peer, a key', 'ms', 'readerCpuMs'),
      their('processor time of the server, a key', 'ms', 'serverCpuMs'),
    )
    const middle = (values: readonly number[]) => percentile(values, 0.5)
    points.ours.push([readers, middle(ours.map(({ p50 }) => p50))])
    points.theirs.push([readers, middle(theirs.map(({ p50 }) => p50))])
    points.writer.push([readers, middle(ours.map(({ writerCpuMs }) => writerCpuMs))])
    points.reader.push([readers, middle(ours.map(({ readerCpuMs }) => readerCpuMs))])
    points.server.push([readers, middle(theirs.map(({ serverCpuMs }) => serverCpuMs))])
    points.join.push([readers + 1, ours[0]!.joinMs])
  }
  const curves: Curve[] = [
    { id: 'fan-out-latency', title: 'A key shown on all readers, by how many they are', x: { label: 'readers' }, y: { label: 'p50, ms' }, lines: [{ name: 'Lanyard', points: points.ours }, { name: 'y-websocket', points: points.theirs }] },
    { id: 'fan-out-cpu', title: 'Processor time of one key', x: { label: 'readers' }, y: { label: 'ms' }, lines: [{ name: 'writer\'s peer', points: points.writer }, { name: 'one reader\'s peer', points: points.reader }, { name: 'y-websocket server', points: points.server }] },
    { id: 'members-join', title: 'Admitting one more member', x: { label: 'members after it' }, y: { label: 'ms' }, lines: [{ name: 'workspace.join', points: points.join }] },
  ]
  return { rows, curves, notes: ['All machines share the cores of this one: with 31 readers a key costs the work of 32 peers on them.'] }
}

export const fanOut: Benchmark = {
  name: 'fan-out',
  title: 'One writes, many read',
  run: async (context) => {
    const world = createWorld()
    try {
      return await measure(world, context)
    } finally {
      await world.close()
    }
  },
}
