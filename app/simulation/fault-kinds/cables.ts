/** Cables: cut into groups, cut one way, slow, and cut in the middle of something big. */
import type { Chance } from '../chance.ts'
import type { Machine } from '../machine.ts'
import type { World } from '../world.ts'
import type { Fault, FaultTools } from './tools.ts'

const CUT_MS = [300, 9000] as const
const SLOW_MS_MAX = 1500
const MIDDLE_PROBABILITY = 0.3

/** Every machine in one of two or three groups. */
const groupsOf = (machines: readonly Machine[], chance: Chance): number[][] => {
  const groups: number[][] = Array.from({ length: chance.between(2, Math.min(3, machines.length)) }, () => [])
  for (const machine of chance.shuffled(machines)) chance.pick(groups).push(machine.number)
  return groups
}

const rewire = (world: World, change: () => void): void => {
  if ([...world.streams].some((stream) => stream.queuedBytes > 0)) world.sometimes.healDuringSync += 1
  change()
  world.hub.refreshLinks()
}

export const healAll = (world: World): void => {
  rewire(world, world.links.heal)
  world.trace.tell('every cable is whole again')
}

export const cableFaults = ({ world, chance, later }: FaultTools) => {
  const { links, machines, trace, counts } = world
  const cut = (change: () => void, story: string) => {
    counts.cuts += 1
    rewire(world, change)
    trace.tell(story)
    later(CUT_MS, () => healAll(world))
  }
  const otherThan = (machine: Machine) => chance.pick(machines.filter((candidate) => candidate !== machine))
  const split: Fault = () => {
    const groups = groupsOf(machines, chance)
    const names = groups.map((group) => `{${group.map((number) => machines[number]!.name).join(' ')}}`)
    cut(() => links.split(groups), `split: ${names.join(' | ')}`)
  }
  const oneWay: Fault = (machine) => {
    const other = otherThan(machine)
    cut(() => links.cutOneWay(machine.number, other.number), `nothing gets from ${machine.name} to ${other.name}`)
  }
  const slowLink: Fault = (machine) => {
    const other = otherThan(machine)
    const delayMs = chance.between(1, SLOW_MS_MAX)
    links.slowDown(machine.number, other.number, delayMs)
    trace.tell(`from ${machine.name} to ${other.name} it takes ${delayMs} ms`)
  }
  /** Not now, but whenever a big change is on its way. */
  const inTheMiddle = () => {
    world.onLargeFrame = (from, to) => {
      if (!chance.happens(MIDDLE_PROBABILITY)) return
      // When its first frames have arrived, and not its last.
      later(links.delayMs(from.number, to.number), () => cut(() => links.cutOneWay(from.number, to.number), `in the middle of a big change, nothing gets from ${from.name} to ${to.name}`))
    }
  }
  return { split, oneWay, slowLink, inTheMiddle }
}
