import type { Chance } from '../chance.ts'
import type { Machine } from '../machine.ts'
import type { Step } from '../plan.ts'
import type { Power } from '../power.ts'
import type { Workload } from '../workload.ts'
import type { World } from '../world.ts'

/** Something that goes wrong, at or around a machine. */
export type Fault = (machine: Machine, step: Step) => void

/** What the kinds of faults need. */
export interface FaultTools {
  readonly world: World
  readonly workload: Workload
  readonly power: Power
  readonly chance: Chance
  /** Calls `act` after so long, unless everything is mended by then. */
  later(delayMs: number, act: () => void): void
  /** Everything is mended. */
  isOver(): boolean
}

/** Of a step whose plan leaves it out. */
export const DEFAULT_FOR_MS = 1000
