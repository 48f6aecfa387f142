/** What goes wrong, and when: every seed has its own kinds of trouble. */
import { cableFaults, healAll } from './fault-kinds/cables.ts'
import { FLUSH_MS, machineFaults } from './fault-kinds/machines.ts'
import type { Fault } from './fault-kinds/tools.ts'
import type { Power } from './power.ts'
import type { Workload } from './workload.ts'
import type { World } from './world.ts'

export interface Faults {
  /** Begins; ends with `mend`. */
  start(): void
  /** Nothing new goes wrong; cables and disks are well again. */
  mend(): void
}

const KINDS_MIN = 4
const PAUSE_MS = [400, 3000] as const

export const createFaults = (world: World, workload: Workload, power: Power): Faults => {
  const { machines, time, trace } = world
  const chance = world.chance('faults')
  let isOver = false
  const later = ([from, to]: readonly [number, number], act: () => void) => void time.after(chance.between(from, to), () => {
    if (!isOver) act()
  })
  const tools = { world, workload, power, chance, later }
  const { inTheMiddle, ...cables } = cableFaults(tools)
  const all: Record<string, Fault> = { ...cables, ...machineFaults(tools) }
  const kinds = chance.shuffled(Object.keys(all)).slice(0, chance.between(KINDS_MIN, Object.keys(all).length))

  const next = () => later(PAUSE_MS, () => {
    const machine = chance.pick(machines)
    if (machine.run?.isUp && world.joined.has(machine)) all[chance.pick(kinds)]!(machine)
    next()
  })
  return {
    start: () => {
      trace.tell(`what may go wrong: ${kinds.join(', ')}`)
      inTheMiddle()
      next()
    },
    mend: () => {
      isOver = true
      for (const machine of machines) {
        machine.disk.isFull = false
        machine.disk.flushMs = FLUSH_MS
      }
      world.links.speedUp()
      healAll(world)
    },
  }
}
