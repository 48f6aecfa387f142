import type { Chance } from '../chance.ts'
import type { Machine } from '../machine.ts'
import type { Power } from '../power.ts'
import type { Workload } from '../workload.ts'
import type { World } from '../world.ts'

/** Something that can go wrong, at or around a machine. */
export type Fault = (machine: Machine) => void

/** What the kinds of faults need. */
export interface FaultTools {
  readonly world: World
  readonly workload: Workload
  readonly power: Power
  readonly chance: Chance
  /** Calls `act` after so many milliseconds, from and to, unless everything is mended by then. */
  later(fromToMs: readonly [number, number], act: () => void): void
}
