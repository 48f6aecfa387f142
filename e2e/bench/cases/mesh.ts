/** How soon five machines all see each other: after a start, and after a cut is mended. */
import type { Benchmark, Context } from '../benchmark.types.ts'
import { gather, untilMesh, type Member } from '../cluster.ts'
import { pause, sharedMs } from '../processes.ts'
import type { Result, Row } from '../result.ts'
import { createWorld, NETWORK, type World } from '../world.ts'

const COUNT = 5
/** Longer than it takes to notice that somebody is gone. */
const SPLITS_MS = [6000, 12_000]

const row = (id: string, what: string, values: readonly number[]): Row => ({
  id, what, system: 'Lanyard', unit: 'ms', values, processes: `${COUNT} peers, ${COUNT} windows`, network: NETWORK, durability: 'flushed',
})

const restartAll = async (world: World, members: readonly Member[]): Promise<Member[]> => {
  await Promise.all(members.map(({ machine }) => machine.stop()))
  await Promise.all(members.map(({ machine }) => machine.start()))
  return Promise.all(members.map(async ({ machine }) => ({ machine, window: await world.openWindow(machine) })))
}

/** From the last machine's being ready. */
const meshAfterStart = async (world: World, members: readonly Member[]) => {
  await Promise.all(members.map(({ machine }) => machine.stop()))
  const readyMs = Math.max(...(await Promise.all(members.map(async ({ machine }) => {
    await machine.start()
    return sharedMs()
  }))))
  const again = await Promise.all(members.map(async ({ machine }) => ({ machine, window: await world.openWindow(machine) })))
  return { members: again, tookMs: Math.max(0, (await untilMesh(again)) - readyMs) }
}

const meshAfterHeal = async (world: World, members: readonly Member[], splitMs: number) => {
  const groups = [members.slice(0, 2), members.slice(2)]
  world.network.split(groups.map((group) => group.map(({ machine }) => machine.key)))
  const cutMs = sharedMs()
  const noticed = await Promise.all(groups.flatMap((group) => group.map(({ window }) => window.ask<number>('until', { reachable: group.length - 1, timeoutMs: 30_000 }))))
  await pause(Math.max(0, cutMs + splitMs - sharedMs()))
  const healMs = sharedMs()
  world.network.heal()
  return { noticedMs: Math.max(...noticed) - cutMs, tookMs: (await untilMesh(members)) - healMs }
}

const measure = async (world: World, { rounds, tell }: Context): Promise<Result> => {
  let { members } = await gather(world, COUNT)
  members = await restartAll(world, members)
  await untilMesh(members)
  const [started, noticed, healed]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1}`)
    const begun = await meshAfterStart(world, members)
    members = begun.members
    started.push(begun.tookMs)
    const mended = await meshAfterHeal(world, members, SPLITS_MS[round % SPLITS_MS.length]!)
    noticed.push(mended.noticedMs)
    healed.push(mended.tookMs)
  }
  return {
    rows: [
      row('mesh/start', 'last machine ready to full mesh of 5', started),
      row('mesh/noticed', 'cut to the last machine that says so', noticed),
      row('mesh/heal', 'mended to full mesh of 5', healed),
    ],
    notes: [`Cuts of ${SPLITS_MS.map((splitMs) => splitMs / 1000).join(' and ')} s in turn, two machines from three. Found by mDNS.`],
  }
}

export const mesh: Benchmark = {
  name: 'mesh',
  title: 'Finding each other',
  run: async (context) => {
    const world = createWorld()
    try {
      if (world.network.kind === 'loopback') return { rows: [], notes: ['Needs network namespaces.'] }
      return await measure(world, context)
    } finally {
      await world.close()
    }
  },
}
