/** What goes wrong, as the plan has it. */
import { cableFaults, healAll } from './fault-kinds/cables.ts'
import { diskFaults, FLUSH_MS } from './fault-kinds/disks.ts'
import { machineFaults } from './fault-kinds/machines.ts'
import type { Fault } from './fault-kinds/tools.ts'
import type { FaultKind, Plan, Step } from './plan.ts'
import type { Power } from './power.ts'
import type { Workload } from './workload.ts'
import type { World } from './world.ts'

export interface Faults {
  /** Begins with what waits for its moment. */
  start(plan: Plan): void
  /** One step; nothing when its machine is not there for it. */
  act(kind: FaultKind, step: Step): void
  /** Nothing new goes wrong; cables and disks are well again, and everybody is back. */
  mend(): void
}

export const createFaults = (world: World, workload: Workload, power: Power): Faults => {
  const { machines, time } = world
  let isOver = false
  const later = (delayMs: number, act: () => void) => void time.after(delayMs, () => {
    if (!isOver) act()
  })
  const tools = { world, workload, power, chance: world.chance('faults'), later, isOver: () => isOver }
  const cables = cableFaults(tools)
  const kinds: Record<FaultKind, Fault> = { ...cables.kinds, ...machineFaults(tools), ...diskFaults(tools) }
  return {
    start: ({ middleCuts }) => {
      if (middleCuts > 0) cables.inTheMiddle(middleCuts)
    },
    act: (kind, step) => {
      const machine = machines[step.machine]
      if (!machine?.run?.isUp || !world.joined.has(machine)) return
      if (step.other !== undefined && (!machines[step.other] || step.other === step.machine)) return
      world.happened[kind] = (world.happened[kind] ?? 0) + 1
      kinds[kind](machine, step)
    },
    mend: () => {
      isOver = true
      for (const machine of machines) {
        machine.disk.isFull = false
        machine.disk.flushMs = FLUSH_MS
      }
      for (const machine of world.away) if (!machine.run) void power.start(machine)
      world.links.speedUp()
      healAll(world)
    },
  }
}
