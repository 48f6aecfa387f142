/** Machines of ours in one workspace, each with a window. */
import type { Machine } from '../rig/machine.ts'
import type { Window, World } from './world.ts'

export interface Member {
  readonly machine: Machine
  readonly window: Window
}

export const JOIN_MS = 600_000

export const inviteTo = async ({ window }: Member, workspace: string): Promise<string> =>
  (await window.run<{ link: string }>('workspace.invite', { workspace })).gives.link

/** A machine that runs, with a window and no workspace, or that of its directory. */
export const startMember = async (world: World, key: string, dataDir?: string): Promise<Member> => {
  const machine = world.addMachine(key, dataDir === undefined ? {} : { dataDir })
  await machine.start()
  return { machine, window: await world.openWindow(machine) }
}

/** Machines `m1` to `m<count>` in one new workspace. */
export const gather = async (world: World, count: number): Promise<{ members: readonly Member[]; workspace: string }> => {
  const first = await startMember(world, 'm1')
  const { workspace } = (await first.window.run<{ workspace: string }>('workspace.create', { name: 'Bench' })).gives
  const members = [first]
  for (let number = 2; number <= count; number++) {
    const member = await startMember(world, `m${number}`)
    await member.window.run('workspace.join', { link: await inviteTo(first, workspace), timeoutMs: JOIN_MS })
    members.push(member)
  }
  return { members, workspace }
}

/** Each sees all others, or on loopback at least the first does. */
export const untilMesh = async (members: readonly Member[], timeoutMs = 60_000): Promise<number> =>
  Math.max(...(await Promise.all(members.map(({ window }) => window.ask<number>('until', { reachable: members.length - 1, timeoutMs })))))

export const createNote = async ({ window }: Member, workspace: string): Promise<string> =>
  (await window.run<{ document: string }>('document.create', { workspace, title: 'Note', markdown: '' })).gives.document
