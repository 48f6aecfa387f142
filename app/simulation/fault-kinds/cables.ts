/** Cables: cut into groups, cut one way, slow, flapping, and cut in the middle of something big. */
import { nameOf } from '../plan.ts'
import type { World } from '../world.ts'
import { DEFAULT_FOR_MS } from './tools.ts'
import type { Fault, FaultTools } from './tools.ts'

const MIDDLE_MS = [300, 9000] as const

export const rewire = (world: World, change: () => void): void => {
  if ([...world.streams].some((stream) => stream.queuedBytes > 0)) world.sometimes.healDuringSync += 1
  change()
  world.hub.refreshLinks()
}

export const healAll = (world: World): void => {
  rewire(world, world.links.heal)
  world.trace.tell('every cable is whole again')
}

export const cableFaults = ({ world, chance, later }: FaultTools) => {
  const { links, trace, counts } = world
  const cut = (change: () => void, story: string, forMs = DEFAULT_FOR_MS) => {
    counts.cuts += 1
    rewire(world, change)
    trace.tell(story)
    later(forMs, () => healAll(world))
  }
  const split: Fault = (_machine, { groups = [], forMs }) => {
    const names = groups.map((group) => `{${group.map(nameOf).join(' ')}}`)
    cut(() => links.split(groups), `split: ${names.join(' | ')}`, forMs)
  }
  const oneWay: Fault = (machine, { other = 0, forMs }) =>
    cut(() => links.cutOneWay(machine.number, other), `nothing gets from ${machine.name} to ${nameOf(other)}`, forMs)
  const slowWay: Fault = (machine, { other = 0, amountMs = 0 }) => {
    links.slowDown(machine.number, other, amountMs)
    trace.tell(`from ${machine.name} to ${nameOf(other)} it takes ${amountMs} ms`)
  }
  /** Cut and mended again and again. */
  const flap: Fault = (machine, { other = 0, forMs = DEFAULT_FOR_MS, amountMs = DEFAULT_FOR_MS }) => {
    counts.cuts += 1
    trace.tell(`the cable between ${machine.name} and ${nameOf(other)} flaps`)
    const ends = world.time.nowMs() + forMs
    const flip = (isCut: boolean) => {
      rewire(world, () => links.setCable(machine.number, other, isCut ? 'cut' : 'whole'))
      if (isCut || world.time.nowMs() < ends) later(Math.max(1, amountMs), () => flip(!isCut))
    }
    flip(true)
  }
  /** Not now, but whenever a big change is on its way. */
  const inTheMiddle = (probability: number) => {
    world.onLargeFrame = (from, to) => {
      if (!chance.happens(probability)) return
      // When its first frames have arrived, and not its last.
      later(chance.between(...links.delayMs(from.number, to.number)), () =>
        cut(() => links.cutOneWay(from.number, to.number), `in the middle of a big change, nothing gets from ${from.name} to ${to.name}`, chance.between(...MIDDLE_MS)))
    }
  }
  return { kinds: { split, oneWay, slowWay, flap }, inTheMiddle }
}
