/** Is what a machine says of the others true? It may know less than there is, never more. */
import type { Peer } from '../peer.types.ts'
import { blame } from './book.ts'
import { inspectionOf } from './checks.ts'
import type { Inspection } from './checks.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

type Status = Awaited<ReturnType<typeof statusOf>>

const statusOf = async (peer: Peer) => {
  const screen = peer.openScreen()
  try {
    return await screen.run('status', {})
  } finally {
    screen.close()
  }
}

interface Known {
  readonly machine: Machine
  readonly device: string
  readonly inspection: Inspection
  readonly workspace: Status['workspaces'][number]
}

/** All at one moment: the answers say nothing of any other. */
const knowAll = async (world: World): Promise<Known[]> => {
  const there = world.machines.flatMap((machine) => {
    const inspection = inspectionOf(world, machine)
    return inspection ? [{ machine, inspection }] : []
  })
  return Promise.all(there.map(async ({ machine, inspection }) => {
    const workspace = (await statusOf(machine.run!.peer)).workspaces.find(({ id }) => id === world.workspace)!
    return { machine, device: workspace.device, inspection, workspace }
  }))
}

const lacks = (holder: Inspection, said: Inspection): string | undefined => {
  for (const [log, { height }] of said.heights) if ((holder.heights.get(log)?.height ?? 0) < height) return log
  return undefined
}

/** Nobody is said to hold what it doesn't, however its last crash went. */
export const checkTrust = async (world: World): Promise<void> => {
  const known = await knowAll(world)
  for (const teller of known) {
    for (const { device, holds, self } of teller.workspace.members) {
      const holder = known.find((candidate) => candidate.device === device)
      // One device on two disks: what it holds is what either does, until each has heard of the other.
      // Nor can anybody know that a disk broke.
      if (self || holds !== 'all' || !holder || world.twins.has(holder.machine) || world.rolledBack.has(holder.machine)) continue
      const log = lacks(holder.inspection, teller.inspection)
      if (log) blame(world.book, 'trust', `${teller.machine.name} says that ${holder.machine.name} holds everything, which lacks entries of ${log.slice(0, 6)}`)
    }
  }
}

/** Mended and at rest, everybody knows that everybody holds everything. */
export const checkTrustIsWhole = async (world: World): Promise<void> => {
  const devices = world.machines.length - (world.twins.size > 0 ? 1 : 0)
  const known = await knowAll(world)
  // What broken disks took with them for good, an earlier receipt of theirs claims for ever: from then on they are said to be behind.
  const wasPutBack = (device: string) => known.some((other) => other.device === device && world.rolledBack.has(other.machine))
  for (const { machine, workspace } of known) {
    const doubtful = workspace.members.filter(({ device, holds }) => holds !== 'all' && !wasPutBack(device))
    if (workspace.members.length !== devices) blame(world.book, 'trust', `${machine.name} knows ${workspace.members.length} members`)
    for (const { name, holds } of doubtful) blame(world.book, 'trust', `${machine.name} still says of ${name}: ${holds}`)
    if (workspace.unsaved > 0) blame(world.book, 'trust', `${machine.name} has ${workspace.unsaved} entries that are not on its disk`)
  }
}
