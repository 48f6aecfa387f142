/** Starting, stopping and crashing machines, with their people. */
import { codeOf } from '../base/errors.ts'
import { blame } from './book.ts'
import { inspectionOf } from './checks.ts'
import type { Machine } from './machine.ts'
import type { Workload } from './workload.ts'
import type { World } from './world.ts'

/** A start that failed, for want of space, is tried again. */
const RETRY_MS = 1500
/** In virtual time. */
export const START_MS_MAX = 60_000

export interface Power {
  /** Resolves once it is up; tries again as long as its disk is full. */
  start(machine: Machine): Promise<void>
  stop(machine: Machine): Promise<void>
  crash(machine: Machine, kind: 'kill' | 'power'): void
}

/** Entries that wait in it for others. */
const waitingIn = (world: World, machine: Machine): number => {
  const inspection = inspectionOf(world, machine)
  return inspection ? inspection.pending + inspection.pendingParts : 0
}

export const createPower = (world: World, workload: Workload): Power => {
  const { trace, counts, sometimes } = world
  const start = async (machine: Machine): Promise<void> => {
    try {
      const run = await machine.start()
      trace.tell(`${machine.name} starts, run ${run.number}`)
      workload.arrive(machine)
    } catch (error) {
      const code = codeOf(error)
      trace.tell(`${machine.name} can't start: ${code}`)
      if (code !== 'STORE_FULL') return blame(world.book, 'starts', `${machine.name} can't start: ${String((error as Error).stack)}`)
      await new Promise<void>((resolve) => world.time.after(RETRY_MS, resolve))
      if (!machine.run) await start(machine)
    }
  }
  return {
    start,
    stop: async (machine) => {
      workload.leave(machine)
      await machine.stop()
      trace.tell(`${machine.name} has stopped in good order`)
    },
    crash: (machine, kind) => {
      if (!machine.run) return
      if (waitingIn(world, machine) > 0) sometimes.restartWithPending += 1
      counts.crashes += 1
      workload.leave(machine)
      const lost = machine.crash(kind)
      if (lost > 0) sometimes.lostTail += 1
      trace.tell(kind === 'kill' ? `${machine.name} is killed` : `${machine.name} loses its power, and ${lost} batches with it`)
    },
  }
}
