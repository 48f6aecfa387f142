/** What goes wrong, and when: every seed has its own kinds of trouble. */
import type { Chance } from './chance.ts'
import type { Machine } from './machine.ts'
import type { Power } from './power.ts'
import type { Workload } from './workload.ts'
import type { World } from './world.ts'

export interface Faults {
  /** Begins; ends with `mend`. */
  start(): void
  /** Nothing new goes wrong; cables and disks are well again. */
  mend(): void
}

type Kind = 'split' | 'oneWay' | 'power' | 'kill' | 'stop' | 'slowDisk' | 'fullDisk' | 'clock' | 'slowLink'

const KINDS: readonly Kind[] = ['split', 'oneWay', 'power', 'kill', 'stop', 'slowDisk', 'fullDisk', 'clock', 'slowLink']
const KINDS_MIN = 4
const PAUSE_MS = [400, 3000] as const
const CUT_MS = [300, 9000] as const
const DOWN_MS = [100, 5000] as const
const DISK_MS = [1000, 8000] as const
const FAST_FLUSH_MS = 4
const CLOCK_JUMP_MS = 3 * 3600_000

/** Every machine in one of two or three groups. */
const groupsOf = (machines: readonly Machine[], chance: Chance): number[][] => {
  const groups: number[][] = Array.from({ length: chance.between(2, Math.min(3, machines.length)) }, () => [])
  for (const machine of chance.shuffled(machines)) chance.pick(groups).push(machine.number)
  return groups
}

export const createFaults = (world: World, workload: Workload, power: Power): Faults => {
  const { trace, links, hub, machines, counts, sometimes, time } = world
  const chance = world.chance('faults')
  const kinds = chance.shuffled(KINDS).slice(0, chance.between(KINDS_MIN, KINDS.length))
  let isOver = false

  const later = ([low, high]: readonly [number, number], act: () => void) => time.after(chance.between(low, high), () => {
    if (!isOver) act()
  })
  const rewire = (change: () => void) => {
    if ([...world.streams].some((stream) => stream.queuedBytes > 0)) sometimes.healDuringSync += 1
    change()
    hub.refreshLinks()
  }
  const heal = () => {
    rewire(links.heal)
    trace.tell('every cable is whole again')
  }
  const pickUp = () => machines.filter((machine) => machine.run?.isUp && world.joined.has(machine))[chance.below(machines.length)]
  const restart = (machine: Machine) => time.after(chance.between(...DOWN_MS), () => {
    if (machine.run) return
    counts.restarts += 1
    void power.start(machine)
  })
  const crash = (machine: Machine, kind: 'kill' | 'power') => {
    power.crash(machine, kind)
    restart(machine)
  }

  const acts: Record<Kind, (machine: Machine) => void> = {
    split: () => {
      const groups = groupsOf(machines, chance)
      counts.cuts += 1
      rewire(() => links.split(groups))
      trace.tell(`split: ${groups.map((group) => `{${group.map((number) => machines[number]!.name).join(' ')}}`).join(' | ')}`)
      later(CUT_MS, heal)
    },
    oneWay: (machine) => {
      const other = chance.pick(machines.filter((candidate) => candidate !== machine))
      counts.cuts += 1
      rewire(() => links.cutOneWay(machine.number, other.number))
      trace.tell(`nothing gets from ${machine.name} to ${other.name}`)
      later(CUT_MS, heal)
    },
    // Right after an edit: then there is a tail to lose.
    power: (machine) => workload.afterNextEdit(machine, () => time.after(chance.between(5, 40), () => {
      if (!isOver && machine.run?.isUp) crash(machine, 'power')
    })),
    kill: (machine) => crash(machine, 'kill'),
    stop: (machine) => void power.stop(machine).then(() => restart(machine)),
    slowDisk: (machine) => {
      machine.disk.flushMs = chance.between(100, 2500)
      trace.tell(`${machine.name} has a slow disk: ${machine.disk.flushMs} ms`)
      later(DISK_MS, () => {
        machine.disk.flushMs = FAST_FLUSH_MS
      })
    },
    fullDisk: (machine) => {
      machine.disk.isFull = true
      trace.tell(`${machine.name} has a full disk`)
      later(DISK_MS, () => {
        machine.disk.isFull = false
        trace.tell(`${machine.name} has room on its disk again`)
      })
    },
    clock: (machine) => {
      machine.skewMs = chance.between(-CLOCK_JUMP_MS, CLOCK_JUMP_MS)
      trace.tell(`the clock of ${machine.name} is wrong by ${Math.round(machine.skewMs / 60_000)} min`)
    },
    slowLink: (machine) => {
      const other = chance.pick(machines.filter((candidate) => candidate !== machine))
      const delayMs = chance.between(1, 2000)
      links.slowDown(machine.number, other.number, delayMs)
      trace.tell(`from ${machine.name} to ${other.name} it takes ${delayMs} ms`)
    },
  }
  const next = () => later(PAUSE_MS, () => {
    const machine = pickUp()
    if (machine) acts[chance.pick(kinds)](machine)
    next()
  })
  return {
    start: () => {
      trace.tell(`what may go wrong: ${kinds.join(', ')}`)
      next()
    },
    mend: () => {
      isOver = true
      for (const machine of machines) {
        machine.disk.isFull = false
        machine.disk.flushMs = FAST_FLUSH_MS
      }
      heal()
    },
  }
}
