/** A new machine gets everything: from the moment it asks until all of it is there. */
import type { Benchmark, Context } from '../benchmark.types.ts'
import { inviteTo, JOIN_MS, startMember } from '../cluster.ts'
import { networkBytesOf, peakRssMbOf } from '../processes.ts'
import type { Durability, Row } from '../result.ts'
import { loadTrace, type Trace } from '../trace.ts'
import { copyOf, createWorld, generated, NETWORK, type Generated, type Plan, type World } from '../world.ts'

export interface JoinFigures {
  readonly ms: number
  /** In and out of the joiner's interface; 0 on loopback. */
  readonly mb: number
  readonly rssMb: number
}

export interface Content {
  readonly made: Generated
  /** Characters of a note, and how many notes are opened and checked. */
  readonly length: number
  readonly opened: number
}

/** Ours: joined, all entries here, and then so many notes opened in a window, whole. */
export const joinOurs = async (world: World, { made, length, opened }: Content): Promise<JoinFigures> => {
  const host = await startMember(world, 'm1', copyOf(made, world.folder('host')))
  const guest = await startMember(world, 'm2')
  const link = await inviteTo(host, made.workspace)
  const pid = guest.machine.pid
  const before = networkBytesOf(pid)
  const joined = await guest.window.run('workspace.join', { link, timeoutMs: JOIN_MS })
  await guest.window.ask('until', { entries: made.entries, timeoutMs: JOIN_MS })
  let endMs = 0
  for (const document of made.documents.slice(0, opened)) {
    const note = await guest.window.ask<{ length: number; endMs: number }>('open', { workspace: made.workspace, document })
    if (note.length !== length) throw new Error(`A note of ${note.length} characters, not ${length}.`)
    endMs = note.endMs
  }
  const figures = { ms: endMs - joined.startMs, mb: (networkBytesOf(pid) - before) / 1e6, rssMb: peakRssMbOf(pid) }
  await world.clear()
  return figures
}

interface Served {
  readonly plan: Plan
  /** Characters of each document. */
  readonly length: number
  readonly count: number
}

export const joinRival = async (world: World, system: string, { plan, length, count }: Served): Promise<JoinFigures> => {
  const place = { system, host: world.addressOf('m1'), port: world.freePort() }
  const server = await world.startRival('server', 'm1', { ...place, plan })
  const client = await world.startRival('client', 'm2', place)
  const before = networkBytesOf(client.pid)
  const names = plan.kind === 'trace' ? ['trace'] : Array.from({ length: count }, (_, index) => `d${index}`)
  const { tookMs, whole } = await client.ask<{ tookMs: number; whole: number }>('join', { names, urls: await server.ask('urls'), length })
  if (whole !== count) throw new Error(`${system}: ${whole} of ${count} documents were whole.`)
  const figures = { ms: tookMs, mb: (networkBytesOf(client.pid) - before) / 1e6, rssMb: peakRssMbOf(client.pid) }
  await world.clear()
  return figures
}

interface Contestant {
  readonly system: string
  readonly processes: string
  readonly durability: Durability
  readonly difference?: string
  join(): Promise<JoinFigures>
}

const UNITS = [['ms', 'ms', 'time'], ['mb', 'MB', 'on the wire'], ['rssMb', 'MB', 'peak memory of the joiner']] as const

/** Everybody in turn, every second round backwards. */
const race = async (id: string, what: string, contestants: readonly Contestant[], { rounds, tell }: Context): Promise<Row[]> => {
  const figures = new Map<string, JoinFigures[]>()
  for (let round = 0; round < rounds; round++) {
    tell(`${what}, round ${round + 1}`)
    for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
      figures.set(contestant.system, [...(figures.get(contestant.system) ?? []), await contestant.join()])
    }
  }
  return UNITS.flatMap(([key, unit, name]) =>
    contestants.map(({ system, processes, durability, difference }) => ({
      id: `${id}/${system}/${key}`, what: `${what}, ${name}`, system, unit, processes, durability, network: NETWORK,
      values: figures.get(system)!.map((figure) => figure[key]),
      ...(difference === undefined ? {} : { difference }),
    })))
}

const rival = (world: World, [system, of]: readonly [string, string], what: Served): Contestant => ({
  system, processes: '1 server, 1 client', durability: 'memory', join: () => joinRival(world, of, what),
  difference: 'in memory, in the clear, each document opened',
})

const RIVALS = [['TCP + Yjs', 'tcp'], ['y-websocket', 'y-websocket'], ['Hocuspocus', 'hocuspocus']] as const

const ourTrace = (world: World, { made, length, difference }: { made: Generated; length: number; difference: string }): Contestant => ({
  system: 'Lanyard', difference, processes: '2 peers, 1 window', durability: 'written', join: () => joinOurs(world, { made, length, opened: 1 }),
})
const saying = ({ name, edits, length }: Trace) => `${name}: ${edits.toLocaleString('en')} edits, ${length.toLocaleString('en')} characters`

const raceTrace = async (world: World, context: Context): Promise<Row[]> => {
  const trace = loadTrace(world.folder('trace'), context.trace, context.isQuick ? 0.1 : 1)
  const plan = { kind: 'trace', edits: trace.file, gapMs: 0 } as const
  const made = await generated(plan)
  const difference = `as one import: ${made.written} entries; admitted, verified, decrypted, written, opened`
  return race('join-trace', `join one note, ${saying(trace)}`, [
    ourTrace(world, { made, length: trace.length, difference }),
    ...[...RIVALS, ['automerge-repo', 'automerge-repo'] as const].map((names) => rival(world, names, { plan, length: trace.length, count: 1 })),
  ], context)
}

const TYPED_ROUNDS_MAX = 3

const joinAsTyped = async (world: World, context: Context): Promise<Row[]> => {
  const trace = loadTrace(world.folder('trace'), context.trace, context.isQuick ? 0.02 : 1)
  context.tell('typing the trace (once)')
  const made = await generated({ kind: 'trace', edits: trace.file, gapMs: 60 })
  const difference = `every key an entry, signed by itself: ${made.written.toLocaleString('en')} entries`
  return race('join-typed', `join one note as it was typed, ${saying(trace)}`, [
    ourTrace(world, { made, length: trace.length, difference }),
  ], { ...context, rounds: Math.min(TYPED_ROUNDS_MAX, context.rounds) })
}

const NOTE_BYTES = 2000
/** The title is a document's own business; what we open is its text. */
const raceNotes = async (world: World, count: number, context: Context): Promise<Row[]> => {
  const plan = { kind: 'notes', count, noteBytes: NOTE_BYTES } as const
  context.tell(`writing ${count} notes (once)`)
  const made = await generated(plan)
  return race(`join-${count}`, `join ${count.toLocaleString('en')} notes of 2 kB`, [
    {
      system: 'Lanyard', processes: '2 peers, 1 window', durability: 'written',
      difference: 'all verified and written to disk; a note is opened when it is looked at: here ten are',
      join: () => joinOurs(world, { made, length: NOTE_BYTES, opened: 10 }),
    },
    ...RIVALS.map((names) => rival(world, names, { plan, length: NOTE_BYTES, count })),
  ], context)
}

const inWorld = (run: (world: World, context: Context) => Promise<Row[]>) => async (context: Context) => {
  const world = createWorld()
  try {
    return { rows: await run(world, context) }
  } finally {
    await world.close()
  }
}

export const joinTrace: Benchmark = { name: 'join-trace', title: 'Joining: one long note', run: inWorld(raceTrace) }
export const joinTyped: Benchmark = { name: 'join-typed', title: 'Joining: one note, key by key', run: inWorld(joinAsTyped) }
export const join1000: Benchmark = {
  name: 'join-1000', title: 'Joining: a thousand notes', run: inWorld((world, context) => raceNotes(world, context.isQuick ? 100 : 1000, context)),
}
export const join10000: Benchmark = {
  name: 'join-10000', title: 'Joining: ten thousand notes', run: inWorld((world, context) => raceNotes(world, context.isQuick ? 500 : 10_000, context)),
}
