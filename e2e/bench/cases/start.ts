/** From starting a process to being of use. */
import { spawnSync } from 'node:child_process'
import type { Benchmark, Context } from '../benchmark.types.ts'
import { gather, type Member } from '../cluster.ts'
import { rssMbOf, sharedMs } from '../processes.ts'
import type { Row } from '../result.ts'
import { node, program } from '../../rig/place.ts'
import { createWorld, type World } from '../world.ts'

const row = (id: string, what: string, values: readonly number[], more: Partial<Row> = {}): Row => ({
  id, what, system: 'Lanyard', unit: 'ms', values, processes: '1 peer', network: 'loopback', durability: 'flushed', ...more,
})

const startTimes = async ({ machine }: Member, rounds: number): Promise<{ ready: number[]; rss: number[] }> => {
  const ready: number[] = []
  const rss: number[] = []
  for (let round = 0; round < rounds; round++) {
    await machine.stop()
    const startMs = sharedMs()
    await machine.start()
    ready.push(sharedMs() - startMs)
    rss.push(rssMbOf(machine.pid))
  }
  return { ready, rss }
}

/** The browser runs already: what is waited for is the peer, then the page. */
const paintTimes = async ({ machine }: Member, rounds: number): Promise<{ first: number[]; notes: number[] }> => {
  const first: number[] = []
  const notes: number[] = []
  const page = await machine.openPage()
  for (let round = 0; round < rounds; round++) {
    await page.goto('about:blank')
    await machine.stop()
    const startMs = Date.now()
    await machine.start()
    await page.goto(machine.ready.url)
    await page.getByRole('navigation', { name: 'Workspace' }).waitFor()
    notes.push(Date.now() - startMs)
    first.push((await page.evaluate(() => performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN))) - startMs)
  }
  return { first, notes }
}

const commandTimes = ({ machine }: Member, rounds: number, ...words: readonly string[]): number[] =>
  Array.from({ length: rounds }, () => {
    const startMs = sharedMs()
    const [command = '', ...rest] = machine.wrap([node, program, '--data-dir', machine.dataDir, ...words])
    const { status, stderr } = spawnSync(command, rest, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`lanyard ${words.join(' ')}: ${stderr}`)
    return sharedMs() - startMs
  })

const bareNode = (rounds: number): number[] =>
  Array.from({ length: rounds }, () => {
    const startMs = sharedMs()
    spawnSync(node, ['-e', '0'])
    return sharedMs() - startMs
  })

const measure = async (world: World, { rounds, tell }: Context): Promise<Row[]> => {
  const [member] = (await gather(world, 1)).members as [Member]
  tell('ready')
  const { ready, rss } = await startTimes(member, rounds)
  tell('command line')
  const bare = bareNode(rounds)
  const version = commandTimes(member, rounds, 'version')
  const status = commandTimes(member, rounds, 'status')
  tell('first paint')
  const { first, notes } = await paintTimes(member, rounds)
  return [
    row('start/ready', 'process start to peer ready', ready),
    row('start/paint', 'process start to first paint', first, { processes: '1 peer, Chromium running' }),
    row('start/list', 'process start to the workspace on the screen', notes, { processes: '1 peer, Chromium running' }),
    row('start/rss', 'memory when ready', rss, { unit: 'MB' }),
    row('start/bare', 'node -e 0, start to end', bare, { system: 'Node.js', processes: '1', durability: 'none' }),
    row('start/version', 'lanyard version, start to end', version, { processes: '1 command', durability: 'none' }),
    row('start/status', 'lanyard status, start to end', status, { processes: '1 command, 1 peer', durability: 'none' }),
  ]
}

export const start: Benchmark = {
  name: 'start',
  title: 'Starting',
  run: async (context) => {
    const world = createWorld()
    try {
      return { rows: await measure(world, context) }
    } finally {
      await world.close()
    }
  },
}
