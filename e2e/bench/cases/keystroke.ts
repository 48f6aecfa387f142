/** From a key that goes down in one window to its letter in a window on another machine. */
import type { Benchmark, Context } from '../benchmark.types.ts'
import { createNote, gather } from '../cluster.ts'
import { percentile } from '../statistics.ts'
import type { Durability, Row } from '../result.ts'
import { createWorld, NETWORK, type World } from '../world.ts'

interface Typing {
  readonly count: number
  readonly gapMs: number
  readonly burst?: number
}

/** A writer and a reader, ready. */
export interface Pair {
  readonly system: string
  readonly processes: string
  readonly durability: Durability
  readonly difference?: string
  ask(who: 'writer' | 'reader', op: string, takes?: object): Promise<unknown>
}

const RIVALS = [
  { system: 'TCP + Yjs', of: 'tcp', durability: 'memory', isStored: false, processes: '2 windows, a relay of bytes' },
  { system: 'y-websocket', of: 'y-websocket', durability: 'memory', isStored: false, processes: '2 windows, 1 server' },
  { system: 'y-websocket + LevelDB', of: 'y-websocket', durability: 'written', isStored: true, processes: '2 windows, 1 server' },
  { system: 'Hocuspocus', of: 'hocuspocus', durability: 'memory', isStored: false, processes: '2 windows, 1 server' },
  { system: 'Hocuspocus + file', of: 'hocuspocus', durability: 'flushed', isStored: true, processes: '2 windows, 1 server' },
] as const

const CLEARTEXT = 'neither signed nor encrypted; the server is on the writer\'s machine'

const rivalPair = async (world: World, { system, of, durability, isStored, processes }: (typeof RIVALS)[number]): Promise<Pair> => {
  const place = { system: of, host: world.addressOf('m1'), port: world.freePort() }
  await world.startRival('server', 'm1', { ...place, directory: isStored ? world.folder('rival') : undefined })
  const [writer, reader] = await Promise.all([world.startRival('client', 'm1', place), world.startRival('client', 'm2', place)])
  await writer.ask('open')
  await reader.ask('open')
  return { system, processes, durability, difference: CLEARTEXT, ask: (who, op, takes) => (who === 'writer' ? writer : reader).ask(op, takes) }
}

export const ourPair = async (world: World): Promise<Pair & { readonly pids: readonly number[] }> => {
  const { members, workspace } = await gather(world, 2)
  const [writer, reader] = members as [typeof members[0], typeof members[0]]
  const document = await createNote(writer!, workspace)
  const { entries } = (await writer!.window.run<{ workspaces: readonly { entries: number }[] }>('status', {})).gives.workspaces[0]!
  await reader!.window.ask('until', { entries, timeoutMs: 30_000 })
  for (const { window } of [writer!, reader!]) await window.ask('open', { workspace, document })
  return {
    system: 'Lanyard', processes: '2 windows, 2 peers', durability: 'written',
    ask: (who, op, takes) => (who === 'writer' ? writer! : reader!).window.ask(op, takes),
    pids: members.map(({ machine }) => machine.pid),
  }
}

/** Milliseconds from each key to its letter. */
export const typeOnce = async ({ ask }: Pair, typing: Typing): Promise<number[]> => {
  await ask('reader', 'watch', { count: typing.count })
  const typed = (await ask('writer', 'type', typing)) as number[]
  const shown = (await ask('reader', 'arrivals')) as number[]
  return typed.map((typedMs, key) => shown[key]! - typedMs)
}

const SHARES = [['p50', 0.5], ['p95', 0.95], ['p99', 0.99]] as const

const createTable = () => {
  const rows = new Map<string, Row & { values: number[] }>()
  return {
    add: (pair: Pair, { id, what }: { id: string; what: string }, values: readonly number[]) => {
      for (const [name, share] of SHARES) {
        const key = `${id}/${pair.system}/${name}`
        const { system, processes, durability, difference } = pair
        const base = { system, processes, durability, network: NETWORK, unit: 'ms', ...(difference === undefined ? {} : { difference }) }
        const row = rows.get(key) ?? { id: key, what: `${what}, ${name}`, values: [], ...base }
        row.values.push(percentile(values, share))
        rows.set(key, row)
      }
    },
    rows: () => [...rows.values()],
  }
}

const held = async (pair: Pair, count: number, table: ReturnType<typeof createTable>) => {
  const keys = (await pair.ask('writer', 'typeHeld', { count, gapMs: 50 })) as { typedMs: number; savedMs: number; heldMs: number }[]
  const flushed = { ...pair, durability: 'flushed' as const }
  table.add(flushed, { id: 'saved', what: 'saved on the writer\'s disk' }, keys.map(({ typedMs, savedMs }) => savedMs - typedMs))
  table.add(flushed, { id: 'held', what: 'saved on both disks, by the reader\'s signed receipt' }, keys.map(({ typedMs, heldMs }) => heldMs - typedMs))
}

const measure = async (world: World, { rounds, isQuick, tell }: Context) => {
  const ours = await ourPair(world)
  const pairs: Pair[] = [ours]
  for (const rival of RIVALS) pairs.push(await rivalPair(world, rival))
  for (const pair of pairs) await typeOnce(pair, { count: 40, gapMs: 20 })
  const table = createTable()
  const count = isQuick ? 20 : 40
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1}`)
    for (const pair of round % 2 === 0 ? pairs : pairs.toReversed()) {
      table.add(pair, { id: 'shown', what: 'shown, a key each 100 ms' }, await typeOnce(pair, { count, gapMs: 100 }))
      table.add(pair, { id: 'burst', what: 'shown, ten keys at once each 300 ms' }, await typeOnce(pair, { count, gapMs: 300, burst: 10 }))
    }
    await held(ours, isQuick ? 3 : 8, table)
  }
  return table.rows()
}

export const keystroke: Benchmark = {
  name: 'keystroke',
  title: 'A key, shown on another machine',
  run: async (context) => {
    const world = createWorld()
    try {
      return {
        rows: await measure(world, context),
        notes: ['Ours is signed, sealed and written to the reader\'s disk before it is shown there. Each window is a process with a Yjs replica, and sends as the app\'s window does: one edit under way, later ones together.'],
      }
    } finally {
      await world.close()
    }
  },
}
