/** What must hold once everything is mended. */
import { blame } from './book.ts'
import { absent, documentDifferences, heightDifferences, inspectionOf, unfinished, withStatesKept } from './checks.ts'
import type { Inspection } from './checks.ts'
import { markersOfState, shownIn, shownInState } from './note-tree.ts'
import type { Power } from './power.ts'
import { START_MS_MAX } from './power.ts'
import type { Workload } from './workload.ts'
import type { World } from './world.ts'

const SETTLE_STEP_MS = 1000
/** From the mending on, everybody must be equal within this. */
const SETTLE_MS_MAX = 90_000
/** Longer than the exchange that neighbours make without cause. */
const QUIET_MS = 15_000
const EMPTY_STATE = Uint8Array.of(0, 0)

export const inspectAll = (world: World): Inspection[] =>
  world.machines.map((machine) => inspectionOf(world, machine)).filter((inspection) => inspection !== undefined)

/** Why they are not all equal and at rest; empty when they are. */
const unequal = (world: World): string[] => {
  const missing = world.machines.filter((machine) => !inspectionOf(world, machine)).map((machine) => `${machine.name} is not up, or has no workspace`)
  const inspections = inspectAll(world).map(withStatesKept)
  const [first, ...others] = inspections
  if (!first) return missing
  const early = [...missing, ...unfinished(world, inspections), ...others.flatMap((other) => heightDifferences(first, other))]
  // A state costs more than everything else here: asked for only once the rest is equal.
  return early.length > 0 ? early : [...inspections.flatMap(absent), ...others.flatMap((other) => documentDifferences(first, other))]
}

/** Waits until all are equal, and for a while longer: equal they must stay. */
export const checkConvergence = async (world: World, when: string): Promise<void> => {
  const endMs = world.time.nowMs() + SETTLE_MS_MAX
  while (unequal(world).length > 0 && world.time.nowMs() < endMs) await world.time.run(SETTLE_STEP_MS)
  world.trace.tell(unequal(world).length > 0 ? 'they never became equal' : 'all are equal')
  await world.time.run(QUIET_MS)
  for (const reason of new Set(unequal(world))) blame(world.book, 'convergence', `${when}: ${reason}`)
}

/** What people see is what their peer has. */
export const checkWindows = (world: World, workload: Workload): void => {
  const opened = world.machines.flatMap((machine) =>
    workload.windowsAt(machine).map((window) => ({ window, inspection: inspectionOf(world, machine) })))
  for (const { window, inspection } of opened) {
    for (const { document, doc } of window.notes()) {
      const state = inspection?.state(document)
      if (!state || shownIn(doc) === shownInState(state)) continue
      blame(world.book, 'windows', `window ${window.name} shows another note ${document.slice(0, 4)} than its peer has`)
    }
  }
}

/** Everything called saved is somewhere, unless somebody deleted it. */
export const checkEdits = (world: World): void => {
  const inspection = inspectAll(world)[0]
  if (!inspection) return
  const found = new Set(inspection.documents.flatMap((document) => markersOfState(inspection.state(document) ?? EMPTY_STATE)))
  for (const { marker, isSaved, by } of world.book.all) {
    if (isSaved && !found.has(marker) && !world.book.isErased(marker)) blame(world.book, 'saved', `edit ${marker} of ${by} was called saved and is gone`)
  }
}

/** What a machine shows is on its own disk: without any neighbour, a new run shows it again. */
export const checkDisks = async (world: World, power: Power): Promise<void> => {
  world.links.split(world.machines.map((machine) => [machine.number]))
  world.hub.refreshLinks()
  for (const machine of world.machines) {
    const before = inspectionOf(world, machine)
    if (!before) continue
    const states = new Map(before.documents.map((document) => [document, before.state(document)]))
    power.crash(machine, 'power')
    await world.time.settle(power.start(machine), START_MS_MAX)
    const after = inspectionOf(world, machine)
    const different = after ? documentDifferences({ ...before, state: (document) => states.get(document) }, after) : ['it is not up']
    for (const what of different) blame(world.book, 'disks', `${machine.name}, started without neighbours, is not as it was: ${what}`)
  }
}
