/** The cables between machines: how long each takes, and which are cut. */
import type { PeerId } from '../base/ids.ts'
import type { MemoryHubOptions } from '../network/memory.ts'
import type { Chance } from './chance.ts'
import type { NetworkPlan } from './plan.ts'

type Link = ReturnType<MemoryHubOptions['link']>

export interface Links {
  /** The hub's policy. */
  link(from: PeerId, to: PeerId): Link
  /** From now on this peer runs on that machine. */
  place(peer: PeerId, machine: number): void
  machineOf(peer: PeerId): number
  /** Machines of different groups can't reach each other. */
  split(groups: readonly (readonly number[])[]): void
  /** Nothing gets from one machine to the other; the way back stays open. */
  cutOneWay(from: number, to: number): void
  setCable(one: number, other: number, state: 'cut' | 'whole'): void
  /** Nothing gets to this machine or from it, until it is not frozen any more. */
  freeze(machine: number, isFrozen: boolean): void
  /** From one machine to the other everything takes this long. */
  slowDown(from: number, to: number, delayMs: number): void
  /** How long from one machine to the other, from and to. */
  delayMs(from: number, to: number): readonly [number, number]
  /** Mends every cut; slow ways stay slow, and frozen machines frozen. */
  heal(): void
  /** Every way takes what it took at first: a dial over the slowest would never succeed. */
  speedUp(): void
}

export const createLinks = (chance: Chance, { shortMs, longMs, longShare, jitterMs }: NetworkPlan): Links => {
  const machines = new Map<PeerId, number>()
  const delays = new Map<string, number>()
  const slow = new Map<string, number>()
  const groupOf = new Map<number, number>()
  const cut = new Set<string>()
  const frozen = new Set<number>()
  const way = (from: number, to: number) => `${from}>${to}`

  const delayOf = (from: number, to: number): number => {
    let delayMs = slow.get(way(from, to)) ?? delays.get(way(from, to))
    if (delayMs === undefined) {
      delayMs = chance.between(...(chance.happens(longShare) ? longMs : shortMs))
      delays.set(way(from, to), delayMs)
    }
    return delayMs
  }
  return {
    link: (fromPeer, toPeer) => {
      const from = machines.get(fromPeer) ?? -1
      const to = machines.get(toPeer) ?? -1
      if (groupOf.get(from) !== groupOf.get(to) || cut.has(way(from, to)) || frozen.has(from) || frozen.has(to)) return { kind: 'cut' }
      return { kind: 'open', delayMs: delayOf(from, to) + chance.below(jitterMs) }
    },
    machineOf: (peer) => machines.get(peer) ?? -1,
    place: (peer, machine) => void machines.set(peer, machine),
    split: (groups) => {
      groups.forEach((group, number) => group.forEach((machine) => groupOf.set(machine, number)))
    },
    cutOneWay: (from, to) => void cut.add(way(from, to)),
    setCable: (one, other, state) => {
      for (const name of [way(one, other), way(other, one)]) {
        if (state === 'cut') cut.add(name)
        else cut.delete(name)
      }
    },
    freeze: (machine, isFrozen) => void (isFrozen ? frozen.add(machine) : frozen.delete(machine)),
    slowDown: (from, to, delayMs) => void slow.set(way(from, to), delayMs),
    speedUp: () => slow.clear(),
    delayMs: (from, to) => [delayOf(from, to), delayOf(from, to) + jitterMs],
    heal: () => {
      groupOf.clear()
      cut.clear()
    },
  }
}
