/** The cables between machines: how long each takes, and which are cut. */
import type { PeerId } from '../base/ids.ts'
import type { MemoryHubOptions } from '../network/memory.ts'
import type { Chance } from './chance.ts'

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
  /** From one machine to the other everything takes this long. */
  slowDown(from: number, to: number, delayMs: number): void
  /** How long from one machine to the other, from and to. */
  delayMs(from: number, to: number): readonly [number, number]
  /** Mends every cut; slow ways stay slow. */
  heal(): void
  /** Every way takes what it took at first: a dial over the slowest would never succeed. */
  speedUp(): void
}

const JITTER_MS = 4

export const createLinks = (chance: Chance): Links => {
  const machines = new Map<PeerId, number>()
  const delays = new Map<string, number>()
  const slow = new Map<string, number>()
  const groupOf = new Map<number, number>()
  const cut = new Set<string>()
  const way = (from: number, to: number) => `${from}>${to}`

  const delayOf = (from: number, to: number): number => {
    let delayMs = slow.get(way(from, to)) ?? delays.get(way(from, to))
    // Most ways of a LAN are short; a few differ so much that news overtakes what it is about.
    if (delayMs === undefined) delays.set(way(from, to), (delayMs = chance.happens(0.25) ? chance.between(50, 400) : chance.between(1, 12)))
    return delayMs
  }
  return {
    link: (fromPeer, toPeer) => {
      const from = machines.get(fromPeer) ?? -1
      const to = machines.get(toPeer) ?? -1
      if (groupOf.get(from) !== groupOf.get(to) || cut.has(way(from, to))) return { kind: 'cut' }
      return { kind: 'open', delayMs: delayOf(from, to) + chance.below(JITTER_MS) }
    },
    machineOf: (peer) => machines.get(peer) ?? -1,
    place: (peer, machine) => void machines.set(peer, machine),
    split: (groups) => {
      groups.forEach((group, number) => group.forEach((machine) => groupOf.set(machine, number)))
    },
    cutOneWay: (from, to) => void cut.add(way(from, to)),
    slowDown: (from, to, delayMs) => void slow.set(way(from, to), delayMs),
    speedUp: () => slow.clear(),
    delayMs: (from, to) => [delayOf(from, to), delayOf(from, to) + JITTER_MS],
    heal: () => {
      groupOf.clear()
      cut.clear()
    },
  }
}
