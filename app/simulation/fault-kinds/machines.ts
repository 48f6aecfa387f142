/** Machines: their power, their processes, their disks and their clocks. */
import type { Machine } from '../machine.ts'
import type { Fault, FaultTools } from './tools.ts'

const DOWN_MS = [100, 5000] as const
const DISK_MS = [1000, 8000] as const
const SLOW_FLUSH_MS = [100, 2500] as const
export const FLUSH_MS = 4
/** A power cut comes this soon after an edit: while there is a tail to lose. */
const AFTER_EDIT_MS = [5, 40] as const
const CLOCK_JUMP_MS = 3 * 3600_000
const MINUTE_MS = 60_000

export const machineFaults = ({ world, workload, power, chance, later }: FaultTools) => {
  const { trace, counts, time } = world
  // Also after everything is mended: nobody stays off for good.
  const restart = (machine: Machine) => time.after(chance.between(...DOWN_MS), () => {
    if (machine.run) return
    counts.restarts += 1
    void power.start(machine)
  })
  const crash = (machine: Machine, kind: 'kill' | 'power') => {
    power.crash(machine, kind)
    restart(machine)
  }
  const powerCut: Fault = (machine) => workload.afterNextEdit(machine, () => later(AFTER_EDIT_MS, () => {
    if (machine.run?.isUp) crash(machine, 'power')
  }))
  const kill: Fault = (machine) => crash(machine, 'kill')
  const stop: Fault = (machine) => void power.stop(machine).then(() => restart(machine))
  const slowDisk: Fault = (machine) => {
    machine.disk.flushMs = chance.between(...SLOW_FLUSH_MS)
    trace.tell(`${machine.name} has a slow disk: ${machine.disk.flushMs} ms`)
    later(DISK_MS, () => {
      machine.disk.flushMs = FLUSH_MS
    })
  }
  const fullDisk: Fault = (machine) => {
    machine.disk.isFull = true
    trace.tell(`${machine.name} has a full disk`)
    later(DISK_MS, () => {
      machine.disk.isFull = false
      trace.tell(`${machine.name} has room on its disk again`)
    })
  }
  const wrongClock: Fault = (machine) => {
    machine.skewMs = chance.between(-CLOCK_JUMP_MS, CLOCK_JUMP_MS)
    trace.tell(`the clock of ${machine.name} is wrong by ${Math.round(machine.skewMs / MINUTE_MS)} min`)
  }
  const clone: Fault = (machine) => {
    const twin = world.clone(machine)
    if (!twin) return
    counts.clones += 1
    trace.tell(`the disk of ${machine.name} is copied, and started a second time as ${twin.name}`)
    void power.start(twin)
  }
  return { clone, powerCut, kill, stop, slowDisk, fullDisk, wrongClock }
}
