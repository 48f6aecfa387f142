/** Typing while another machine joins and takes ten thousand notes. */
import type { Benchmark, Context } from '../benchmark.types.ts'
import { createNote, inviteTo, JOIN_MS, startMember } from '../cluster.ts'
import { percentile } from '../statistics.ts'
import type { Durability, Row } from '../result.ts'
import { copyOf, createWorld, generated, NETWORK, type Generated, type World } from '../world.ts'
import { typeOnce, type Pair } from './keystroke.ts'

/** Nobody is raced here. */
const ROUNDS_MAX = 3
const SHARES = [['p50', 0.5], ['p95', 0.95]] as const

const measureOnce = async (world: World, made: Generated, isQuick: boolean) => {
  const writer = await startMember(world, 'm1', copyOf(made, world.folder('host')))
  const { workspace } = made
  const join = async (key: string) => {
    const member = await startMember(world, key)
    const link = await inviteTo(writer, workspace)
    return { member, joined: () => member.window.run('workspace.join', { link, timeoutMs: JOIN_MS }) }
  }
  const reader = await join('m2')
  await reader.joined()
  const document = await createNote(writer, workspace)
  const { entries } = (await writer.window.run<{ workspaces: readonly { entries: number }[] }>('status', {})).gives.workspaces[0]!
  await reader.member.window.ask('until', { entries, timeoutMs: JOIN_MS })
  for (const { window } of [writer, reader.member]) await window.ask('open', { workspace, document })
  const pair: Pair = {
    system: 'Lanyard', processes: '3 peers, 3 windows', durability: 'written',
    ask: (who, op, takes) => (who === 'writer' ? writer.window : reader.member.window).ask(op, takes),
  }
  const newcomer = await join('m3')
  await typeOnce(pair, { count: 20, gapMs: 50 })
  const quiet = await typeOnce(pair, { count: isQuick ? 20 : 60, gapMs: 50 })
  await newcomer.joined()
  const filled = newcomer.member.window.ask('until', { entries, timeoutMs: JOIN_MS })
  let isFilled = false
  void filled.then(() => (isFilled = true))
  const busy: number[] = []
  while (!isFilled) busy.push(...(await typeOnce(pair, { count: 10, gapMs: 50 })))
  await filled
  await world.clear()
  return { quiet, busy: busy.length > 0 ? busy : quiet }
}

const measure = async (world: World, { rounds, isQuick, tell }: Context): Promise<Row[]> => {
  const made = await generated({ kind: 'notes', count: isQuick ? 500 : 10_000, noteBytes: 2000 })
  const all: Awaited<ReturnType<typeof measureOnce>>[] = []
  for (let round = 0; round < Math.min(ROUNDS_MAX, rounds); round++) {
    tell(`round ${round + 1}`)
    all.push(await measureOnce(world, made, isQuick))
  }
  const common = { system: 'Lanyard', unit: 'ms', processes: '3 peers, 3 windows', network: NETWORK, durability: 'written' as Durability }
  return SHARES.flatMap(([name, share]): Row[] => [
    { id: `busy/quiet/${name}`, what: `a key shown, nobody joins, ${name}`, values: all.map(({ quiet }) => percentile(quiet, share)), ...common },
    { id: `busy/joining/${name}`, what: `a key shown, while a third machine joins and takes ${made.documents.length.toLocaleString('en')} notes, ${name}`, values: all.map(({ busy }) => percentile(busy, share)), ...common },
  ])
}

export const busy: Benchmark = {
  name: 'busy',
  title: 'Typing while somebody joins',
  run: async (context) => {
    const world = createWorld()
    try {
      return { rows: await measure(world, context) }
    } finally {
      await world.close()
    }
  },
}
