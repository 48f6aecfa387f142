/** How a workspace comes together: one machine makes it, the others join by a link, as people do. */
import { codeOf } from '../base/errors.ts'
import { invariant } from '../base/invariant.ts'
import type { DocumentId, WorkspaceId } from '../base/ids.ts'
import { markerText } from './book.ts'
import type { Chance } from './chance.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

const JOIN_TIMEOUT_MS = 15_000
/** An attempt whose inviter died is given up, and another made. */
const ATTEMPT_MS = 20_000

const screenOf = (machine: Machine) => {
  invariant(machine.run?.isUp, 'the machine is up')
  return machine.run.peer.openScreen()
}

export const createWorkspace = async (machine: Machine): Promise<WorkspaceId> => {
  const screen = screenOf(machine)
  const { workspace } = await screen.run('workspace.create', { name: 'Simulated' })
  screen.close()
  return workspace
}

/** A first note, so that there is something to meet in. */
export const createNote = async (world: World, machine: Machine): Promise<DocumentId> => {
  const screen = screenOf(machine)
  const marker = world.book.write({ by: machine.name, text: undefined, seen: new Set() })
  const { document } = await screen.run('document.create', { workspace: world.workspace, title: `Note ${marker}`, markdown: `${markerText(marker)} begins\n\nthe corner` })
  world.book.saved([marker])
  screen.close()
  return document
}

export const join = async (world: World, inviter: Machine, machine: Machine): Promise<void> => {
  const [from, to] = [screenOf(inviter), screenOf(machine)]
  const { link } = await from.run('workspace.invite', { workspace: world.workspace })
  const { workspace } = await to.run('workspace.join', { link, timeoutMs: JOIN_TIMEOUT_MS })
  from.close()
  to.close()
  invariant(workspace === world.workspace, 'the link leads to the workspace it was made in')
  world.joined.add(machine)
  world.trace.tell(`${machine.name} joined through ${inviter.name}`)
}

/** It joined, and died before anybody heard so. */
const isMember = (world: World, machine: Machine): boolean => {
  try {
    return machine.run?.isUp === true && machine.run.peer.inspect(world.workspace).heights.size > 0
  } catch (error) {
    if (codeOf(error) === 'MEMBERSHIP_WORKSPACE_UNKNOWN') return false
    throw error
  }
}

/** Joins when it can, among all that goes wrong; calls `then` once it has. */
export const joinLate = (world: World, machine: Machine, chance: Chance, then: () => void): void => {
  if (world.joined.has(machine)) return
  if (isMember(world, machine)) {
    world.joined.add(machine)
    return then()
  }
  const inviters = world.machines.filter((candidate) => world.joined.has(candidate) && candidate.run?.isUp)
  if (inviters.length > 0 && machine.run?.isUp) {
    join(world, chance.pick(inviters), machine).then(then, (error: unknown) => world.trace.tell(`${machine.name} could not join: ${codeOf(error)}`))
  }
  world.time.after(ATTEMPT_MS, () => joinLate(world, machine, chance, then))
}
