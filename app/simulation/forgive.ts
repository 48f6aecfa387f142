/** A disk that breaks takes with it what nobody else has: no program can give that back. */
import type { Machine } from './machine.ts'
import { markersOfState } from './note-tree.ts'
import type { World } from './world.ts'

const markersAt = (world: World, machine: Machine): number[] => {
  if (!machine.run?.isUp || !world.joined.has(machine)) return []
  const { documents, state } = machine.run.peer.inspect(world.workspace)
  return documents.flatMap((document) => {
    const bytes = state(document)
    return bytes ? markersOfState(bytes) : []
  })
}

/** What only this machine is seen to have need not be there any more. What others hold must be. */
export const forgiveLost = (world: World, machine: Machine): void => {
  const elsewhere = new Set(world.machines.filter((other) => other !== machine).flatMap((other) => markersAt(world, other)))
  const { book } = world
  book.erase(book.all.map(({ marker }) => marker).filter((marker) => !elsewhere.has(marker)))
}
