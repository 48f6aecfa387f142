/** Disks: slow, full, copied, and put back as they were. */
import { forgiveLost } from '../forgive.ts'
import { DEFAULT_FOR_MS } from './tools.ts'
import type { Fault, FaultTools } from './tools.ts'

export const FLUSH_MS = 4

export const diskFaults = ({ world, power, later }: FaultTools) => {
  const { trace, counts } = world
  const slowDisk: Fault = (machine, { amountMs = FLUSH_MS, forMs = DEFAULT_FOR_MS }) => {
    machine.disk.flushMs = Math.max(1, amountMs)
    trace.tell(`${machine.name} has a slow disk: ${machine.disk.flushMs} ms`)
    later(forMs, () => {
      machine.disk.flushMs = FLUSH_MS
    })
  }
  const fullDisk: Fault = (machine, { forMs = DEFAULT_FOR_MS }) => {
    machine.disk.isFull = true
    trace.tell(`${machine.name} has a full disk`)
    later(forMs, () => {
      machine.disk.isFull = false
      trace.tell(`${machine.name} has room on its disk again`)
    })
  }
  const clone: Fault = (machine) => {
    const twin = world.clone(machine)
    if (!twin) return
    counts.clones += 1
    trace.tell(`the disk of ${machine.name} is copied, and started a second time as ${twin.name}`)
    void power.start(twin)
  }
  /** Copied now; a while later it breaks, and what was copied is put back. */
  const backup: Fault = (machine, { amountMs = DEFAULT_FOR_MS, forMs = DEFAULT_FOR_MS }) => {
    const copy = machine.disk.image()
    trace.tell(`${machine.name} makes a backup`)
    later(amountMs, () => {
      if (!machine.run?.isUp) return
      forgiveLost(world, machine)
      power.crash(machine, 'kill')
      machine.disk.putBack(copy)
      world.rolledBack.add(machine)
      counts.backups += 1
      trace.tell(`the disk of ${machine.name} breaks, and its backup is put back`)
      world.time.after(forMs, () => {
        if (!machine.run) void power.start(machine)
      })
    })
  }
  return { slowDisk, fullDisk, clone, backup }
}
