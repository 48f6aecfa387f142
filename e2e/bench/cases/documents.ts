/** What many notes cost: the list, a new one, an import; and what typing costs on the disk. */
import { statSync } from 'node:fs'
import path from 'node:path'
import type { Benchmark, Context } from '../benchmark.types.ts'
import { startMember, type Member } from '../cluster.ts'
import { rssMbOf } from '../processes.ts'
import { median } from '../statistics.ts'
import type { Curve, Result, Row } from '../result.ts'
import { copyOf, createWorld, generated, type World } from '../world.ts'

/** Nobody is raced here. */
const ROUNDS_MAX = 3
const COUNTS = [100, 1000, 10_000]
const NOTE_BYTES = 2000

interface Figures {
  readonly listMs: number
  readonly createMs: number
  readonly rssMb: number
}

const figuresOf = async (world: World, count: number): Promise<Figures> => {
  const made = await generated({ kind: 'notes', count, noteBytes: NOTE_BYTES })
  const { machine, window } = await startMember(world, 'm1', copyOf(made, world.folder('host')))
  const list = await window.run<{ documents: readonly unknown[] }>('document.list', { workspace: made.workspace, trash: false })
  if (list.gives.documents.length !== count) throw new Error(`${list.gives.documents.length} of ${count} notes are listed.`)
  const created = await window.run('document.create', { workspace: made.workspace, title: 'One more', markdown: '' })
  const figures = { listMs: list.tookMs, createMs: created.tookMs, rssMb: rssMbOf(machine.pid) }
  await world.clear()
  return figures
}

const UNITS = [['listMs', 'the list of notes in a window', 'ms'], ['createMs', 'a new note, saved', 'ms'], ['rssMb', 'memory', 'MB']] as const

const measureDocuments = async (world: World, { rounds, isQuick, tell }: Context): Promise<Result> => {
  const rows: Row[] = []
  const points: Record<keyof Figures, [number, number][]> = { listMs: [], createMs: [], rssMb: [] }
  for (const count of isQuick ? COUNTS.slice(0, 2) : COUNTS) {
    tell(`${count} notes`)
    const figures: Figures[] = []
    for (let round = 0; round < Math.min(ROUNDS_MAX, rounds); round++) figures.push(await figuresOf(world, count))
    for (const [key, what, unit] of UNITS) {
      const values = figures.map((figure) => figure[key])
      rows.push({ id: `documents/${count}/${key}`, what: `${count.toLocaleString('en')} notes: ${what}`, unit, values, system: 'Lanyard', processes: '1 peer, 1 window', network: 'none', durability: 'flushed' })
      points[key].push([count, median(values)])
    }
  }
  const x = { label: 'notes', isLog: true }
  const curves: Curve[] = [
    { id: 'documents-list', title: 'The list, and a new note, by notes', x, y: { label: 'ms', isLog: true }, lines: [{ name: 'list', points: points.listMs }, { name: 'new note', points: points.createMs }] },
    { id: 'documents-memory', title: 'Memory, by notes', x, y: { label: 'MB' }, lines: [{ name: 'peer', points: points.rssMb }] },
  ]
  return { rows, curves }
}

const inWorld = (run: (world: World, context: Context) => Promise<Result>) => async (context: Context) => {
  const world = createWorld()
  try {
    return await run(world, context)
  } finally {
    await world.close()
  }
}

export const documents: Benchmark = { name: 'documents', title: 'Many notes', run: inWorld(measureDocuments) }

/** Headings, lists and paragraphs, as people write them. */
const markdownOf = (bytes: number): string => {
  const part = (index: number) => `## Part ${index}\n\nSome **words** about a [thing](https://example.org/${index}), and what it is *not*.\n\n- one\n- two\n  - three\n\n`
  let text = ''
  for (let index = 0; text.length < bytes; index++) text += part(index)
  return text.slice(0, text.lastIndexOf('\n\n', bytes))
}

const measureImport = async (world: World, { rounds, isQuick }: Context): Promise<Result> => {
  const member: Member = await startMember(world, 'm1')
  const { workspace } = (await member.window.run<{ workspace: string }>('workspace.create', { name: 'Bench' })).gives
  const rows: Row[] = []
  for (const kilobytes of isQuick ? [10, 100] : [10, 100, 1000]) {
    const values: number[] = []
    for (let round = 0; round < rounds; round++) {
      const made = await member.window.run('document.create', { workspace, title: `Import ${round}`, markdown: markdownOf(kilobytes * 1000) })
      values.push(made.tookMs)
    }
    rows.push({ id: `import/${kilobytes}`, what: `Markdown of ${kilobytes} kB, read and saved`, unit: 'ms', values, system: 'Lanyard', processes: '1 peer, 1 window', network: 'none', durability: 'flushed' })
  }
  return { rows }
}

export const markdownImport: Benchmark = { name: 'import', title: 'Importing Markdown', run: inWorld(measureImport) }

/** Pauses between keys: a burst within BURST_MS of 50 ms becomes one entry. */
const GAPS_MS = [5, 10, 25, 60, 200]
const KEYS = 4000

const sizeOf = (directory: string): number => statSync(path.join(directory, 'lanyard.db')).size

const measureStored = async ({ isQuick, tell }: Context): Promise<Result> => {
  const rows: Row[] = []
  const keys = isQuick ? KEYS / 4 : KEYS
  const empty = await generated({ kind: 'typed', documents: 1, keys: 1, gapMs: 60 })
  const points: [number, number][] = []
  for (const gapMs of GAPS_MS) {
    tell(`a key each ${gapMs} ms`)
    const made = await generated({ kind: 'typed', documents: 1, keys, gapMs })
    const value = (sizeOf(made.directory) - sizeOf(empty.directory)) / keys
    rows.push({
      id: `stored/${gapMs}`, what: `stored bytes a key, one each ${gapMs} ms (${made.written.toLocaleString('en')} entries for ${keys.toLocaleString('en')} keys)`,
      unit: 'B', values: [value], system: 'Lanyard', processes: '1 peer', network: 'none', durability: 'flushed', difference: 'the clock is turned by hand; the database after a clean stop',
    })
    points.push([gapMs, value])
  }
  return { rows, curves: [{ id: 'stored-bytes', title: 'Stored bytes of a key, by typing speed', x: { label: 'ms between keys' }, y: { label: 'bytes' }, lines: [{ name: 'Lanyard', points }] }] }
}

export const stored: Benchmark = { name: 'stored', title: 'What typing leaves on the disk', run: measureStored }
