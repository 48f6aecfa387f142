/** A disk that breaks takes with it what nobody else has: no program can give that back. */
import { inspectionOf } from './checks.ts'
import type { Machine } from './machine.ts'
import { markersOfState } from './note-tree.ts'
import type { World } from './world.ts'

const markersAt = (world: World, machine: Machine): number[] => {
  const inspection = inspectionOf(world, machine)
  if (!inspection) return []
  return inspection.documents.flatMap((document) => {
    const bytes = inspection.state(document)
    return bytes ? markersOfState(bytes) : []
  })
}

/** What only this machine is seen to have need not be there any more. What others hold must be. */
export const forgiveLost = (world: World, machine: Machine): void => {
  const elsewhere = new Set(world.machines.filter((other) => other !== machine).flatMap((other) => markersAt(world, other)))
  const { book } = world
  book.erase(book.all.map(({ marker }) => marker).filter((marker) => !elsewhere.has(marker)))
}
