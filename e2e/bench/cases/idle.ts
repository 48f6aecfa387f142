/** What a machine costs that does nothing. */
import type { Benchmark, Context } from '../benchmark.types.ts'
import { gather } from '../cluster.ts'
import { cpuMsOf, networkBytesOf, pause, rssMbOf } from '../processes.ts'
import type { Row } from '../result.ts'
import { createWorld, NETWORK, type World } from '../world.ts'

const COUNT = 3
const SETTLE_MS = 15_000
/** Nobody is raced here. */
const ROUNDS_MAX = 3

const row = (id: string, what: string, unit: string, values: readonly number[]): Row => ({
  id, what, unit, values, system: 'Lanyard', processes: `${COUNT} peers, no window`, network: NETWORK, durability: 'flushed',
})

const measure = async (world: World, { rounds, isQuick, tell }: Context): Promise<Row[]> => {
  const { members } = await gather(world, COUNT)
  for (const { window } of members) await window.ask('close')
  const pids = members.map(({ machine }) => machine.pid)
  const spanMs = isQuick ? 5000 : 30_000
  const figures: { cpu: number; bytes: number; rss: number }[] = []
  await pause(isQuick ? 1000 : SETTLE_MS)
  for (let round = 0; round < Math.min(ROUNDS_MAX, rounds); round++) {
    tell(`round ${round + 1}`)
    const before = pids.map((pid) => ({ cpuMs: cpuMsOf(pid), bytes: networkBytesOf(pid) }))
    await pause(spanMs)
    const spent = pids.map((pid, at) => ({ cpuMs: cpuMsOf(pid) - before[at]!.cpuMs, bytes: networkBytesOf(pid) - before[at]!.bytes }))
    figures.push({
      cpu: (100 * spent.reduce((sum, { cpuMs }) => sum + cpuMs, 0)) / COUNT / spanMs,
      // Each byte is counted where it leaves and where it arrives, and goes to one of COUNT - 1 neighbours.
      bytes: spent.reduce((sum, { bytes }) => sum + bytes, 0) / COUNT / (COUNT - 1) / 2 / (spanMs / 1000),
      rss: Math.max(...pids.map(rssMbOf)),
    })
  }
  return [
    row('idle/rss', 'memory, the largest of the three', 'MB', figures.map(({ rss }) => rss)),
    row('idle/cpu', 'of one core, a machine', '%', figures.map(({ cpu }) => cpu)),
    row('idle/bytes', 'sent a second to each neighbour, all headers included', 'B/s', figures.map(({ bytes }) => bytes)),
  ]
}

export const idle: Benchmark = {
  name: 'idle',
  title: 'Doing nothing',
  run: async (context) => {
    const world = createWorld()
    try {
      return { rows: await measure(world, context) }
    } finally {
      await world.close()
    }
  },
}
