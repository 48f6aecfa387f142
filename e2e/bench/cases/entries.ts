/** A workspace with a long history: starting it, opening a note of it, and what that costs by the number of entries. */
import type { Benchmark, Context } from '../benchmark.types.ts'
import { startMember } from '../cluster.ts'
import { pause, peakRssMbOf, rssMbOf, sharedMs } from '../processes.ts'
import { median } from '../statistics.ts'
import type { Curve, Result, Row } from '../result.ts'
import { copyOf, createWorld, generated, type Generated, type World } from '../world.ts'

const DOCUMENTS = 100
const SIZES = [1000, 10_000, 100_000]
const MILLION = 1_000_000
/** Notes opened, one after the other, each for the first time since the start. */
const OPENED = 10
/** Nobody is raced here. */
const ROUNDS_MAX = 3

interface Figures {
  readonly readyMs: number
  readonly usableMs: number
  readonly openMs: number
  readonly settledMs: number
  readonly rssMb: number
  readonly peakMb: number
}

/** As a directory that is in use: what a run leaves for the next one to start from is there. */
const useOnce = async (world: World, made: Generated): Promise<void> => {
  const { machine, window } = await startMember(world, 'm1', made.directory)
  for (const document of made.documents.slice(0, OPENED)) await window.ask('open', { workspace: made.workspace, document })
  await window.ask('until', { entries: made.entries, timeoutMs: 600_000 })
  await machine.stop()
  await world.clear()
}

/** Usable: the status and the list of notes are there. Settled: no work is left behind that. */
const startOnce = async (world: World, made: Generated): Promise<Figures> => {
  const dataDir = copyOf(made, world.folder('host'))
  const worker = await world.startWindows('m1')
  const machine = world.addMachine('m1', { dataDir })
  const startMs = sharedMs()
  await machine.start()
  const readyMs = sharedMs() - startMs
  const window = await world.openWindow(machine, worker)
  await window.run('status', {})
  const { documents } = (await window.run<{ documents: readonly unknown[] }>('document.list', { workspace: made.workspace, trash: false })).gives
  const usableMs = sharedMs() - startMs
  if (documents.length !== made.documents.length) throw new Error(`${documents.length} of ${made.documents.length} notes are listed.`)
  const openMs: number[] = []
  for (const document of made.documents.slice(0, OPENED)) openMs.push((await window.ask<{ tookMs: number }>('open', { workspace: made.workspace, document })).tookMs)
  await window.ask('until', { entries: made.entries, timeoutMs: 600_000 })
  const settledMs = sharedMs() - startMs
  await pause(1000)
  const figures = { readyMs, usableMs, openMs: median(openMs), settledMs, rssMb: rssMbOf(machine.pid), peakMb: peakRssMbOf(machine.pid) }
  await world.clear()
  return figures
}

const UNITS = [
  ['readyMs', 'process start to ready', 'ms'], ['usableMs', 'process start to the list of notes in a window', 'ms'], ['openMs', 'opening a note', 'ms'],
  ['settledMs', 'process start until all of it is counted, nothing waiting', 'ms'], ['rssMb', 'memory a second later', 'MB'], ['peakMb', 'most memory', 'MB'],
] as const

const rowsOf = (size: number, written: number, figures: readonly Figures[]): Row[] =>
  UNITS.map(([key, what, unit]) => ({
    id: `entries/${size}/${key}`, what: `${written.toLocaleString('en')} entries: ${what}`, unit, values: figures.map((figure) => figure[key]),
    system: 'Lanyard', processes: '1 peer, 1 window', network: 'none', durability: 'flushed',
  }))

const measureSizes = async (world: World, sizes: readonly number[], { rounds, tell }: Context): Promise<Result> => {
  const rows: Row[] = []
  const curve = (key: keyof Figures, all: readonly { size: number; figures: readonly Figures[] }[]): [number, number][] =>
    all.map(({ size, figures }) => [size, median(figures.map((figure) => figure[key]))])
  const all: { size: number; figures: Figures[] }[] = []
  for (const size of sizes) {
    tell(`${size.toLocaleString('en')} entries: typing them (once)`)
    const made = await generated({ kind: 'typed', documents: Math.min(DOCUMENTS, size / 100), keys: size, gapMs: 60 })
    await useOnce(world, made)
    const figures: Figures[] = []
    for (let round = 0; round < Math.min(ROUNDS_MAX, rounds); round++) {
      tell(`${size.toLocaleString('en')} entries, round ${round + 1}`)
      figures.push(await startOnce(world, made))
    }
    all.push({ size, figures })
    rows.push(...rowsOf(size, made.written, figures))
  }
  const x = { label: 'entries', isLog: true }
  const curves: Curve[] = [
    { id: 'entries-start', title: 'Starting, by entries', x, y: { label: 'ms', isLog: true }, lines: [{ name: 'usable', points: curve('usableMs', all) }, { name: 'a note opened', points: curve('openMs', all) }] },
    { id: 'entries-memory', title: 'Memory, by entries', x, y: { label: 'MB' }, lines: [{ name: 'a second after', points: curve('rssMb', all) }, { name: 'most', points: curve('peakMb', all) }] },
  ]
  return { rows, curves: sizes.length > 1 ? curves : [] }
}

const inWorld = (sizesOf: (context: Context) => readonly number[]) => async (context: Context) => {
  const world = createWorld()
  try {
    return await measureSizes(world, sizesOf(context), context)
  } finally {
    await world.close()
  }
}

export const entries: Benchmark = {
  name: 'entries', title: 'A long history', run: inWorld(({ isQuick }) => (isQuick ? SIZES.slice(0, 2) : SIZES)),
}
export const million: Benchmark = {
  name: 'million', title: 'A million entries', run: inWorld(({ isQuick }) => [isQuick ? MILLION / 50 : MILLION]),
}
