/** What the command line says of a workspace, and waiting for machines to agree. */
import { expect } from '@playwright/test'
import type { Lab } from './lab.ts'
import type { Machine } from './machine.ts'

export interface MemberStatus {
  readonly device: string
  readonly name: string
  readonly self: boolean
  readonly reachable: boolean
  readonly lastHeardMs: number | null
  readonly hasLeft: boolean
  readonly holds: 'all' | 'behind' | 'unknown'
}
export interface WorkspaceStatus {
  readonly id: string
  readonly name: string
  readonly device: string
  readonly members: readonly MemberStatus[]
  readonly documents: number
  readonly entries: number
  readonly headsHash: string
  readonly pending: number
  readonly refusals: Readonly<Record<string, number>>
}

/** The only, or the first, workspace of a machine. */
export const workspaceOf = async (machine: Machine): Promise<WorkspaceStatus> => {
  const { workspaces } = (await machine.cli('status')) as { workspaces?: readonly WorkspaceStatus[] }
  const [first] = workspaces ?? []
  if (first === undefined) throw new Error(`${machine.name} has no workspace.`)
  return first
}

export const invite = async (machine: Machine): Promise<string> => String((await machine.cli('invite'))['link'])

export const joinBy = async (machine: Machine, link: string): Promise<string> => String((await machine.cli('join', link, '--timeout', '30'))['workspace'])

export const createDocument = async (machine: Machine, title: string): Promise<string> => String((await machine.cli('doc', 'create', '--title', title))['document'])

export const markdownOf = async (machine: Machine, document: string): Promise<string> =>
  String((await machine.cli('doc', 'show', document, '--format', 'md'))['markdown'])

/** All the same entries, by their hashes, and none of them waiting. */
export const expectEqual = async (machines: readonly Machine[], timeoutMs = 30_000): Promise<void> => {
  await expect(async () => {
    const [first, ...others] = await Promise.all(machines.map(workspaceOf))
    for (const { headsHash, pending } of others) {
      expect(pending).toBe(0)
      expect(headsHash).toBe(first?.headsHash)
    }
    expect(first?.pending).toBe(0)
  }).toPass({ timeout: timeoutMs, intervals: [100, 200, 400] })
}

export const expectReachable = async (machine: Machine, others: number): Promise<void> => {
  await expect
    .poll(async () => (await workspaceOf(machine)).members.filter(({ self, reachable }) => !self && reachable).length, { timeout: 30_000 })
    .toBe(others)
}

/** Nothing that anybody wrote was refused: no fork, no bad signature, no gap. A handshake that came before its admission may have been. */
export const expectNoEntryRefused = async (machines: readonly Machine[]): Promise<void> => {
  for (const machine of machines) {
    const { refusals } = await workspaceOf(machine)
    expect(Object.keys(refusals).filter((code) => /^(LOG|DOCUMENTS|SYNC_MESSAGE|SYNC_LIMIT)_/.test(code)), machine.name).toEqual([])
  }
}

/** Machines of these names in one workspace, each admitted by an invitation, all with the same entries. */
export const gather = async (lab: Lab, names: readonly string[]): Promise<readonly Machine[]> => {
  const machines = await Promise.all(names.map((name) => lab.startMachine(name)))
  const [first, ...others] = machines as [Machine, ...Machine[]]
  await first.cli('workspace', 'create', 'Studio')
  for (const other of others) await joinBy(other, await invite(first))
  await lab.introduce(machines)
  await expectEqual(machines)
  return machines
}
