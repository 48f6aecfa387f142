/** What goes wrong in a swarm while people write: links are cut or become slow, peers vanish and come back. */
import type { MemoryHub } from '../../network/memory.ts'
import type { Chance } from '../chance.ts'
import type { VirtualTime } from '../virtual-time.ts'
import type { SwarmPeer } from './swarm-peer.ts'
import type { Edges } from './topology.ts'
import type { Wires } from './wires.ts'

export interface Trouble {
  start(): void
  /** No more of it: every wire is whole, everybody comes back. */
  mend(): void
  readonly cuts: number
  readonly killed: number
}

export interface TroubleParts {
  readonly time: VirtualTime
  readonly wires: Wires
  readonly hub: MemoryHub
  readonly edges: Edges
  readonly peers: readonly SwarmPeer[]
  /** Theirs stays on: what only a dead machine holds nobody can have. */
  readonly writers: readonly SwarmPeer[]
  readonly chance: Chance
}

/** Of links cut, of links slow, of peers that vanish. */
const SHARE = 0.05
const SLOW_MS = 1500
const BEGIN_MS_MAX = 6000
const AWAY_MS_MAX = 8000

export const createTrouble = ({ time, wires, hub, edges, peers, writers, chance }: TroubleParts): Trouble => {
  const some = <T>(items: readonly T[]) => items.filter(() => chance.happens(SHARE))
  let isMended = false
  let cuts = 0
  let killed = 0
  const later = (act: () => void) => time.after(chance.below(BEGIN_MS_MAX), () => {
    if (!isMended) act()
  })

  return {
    get cuts() {
      return cuts
    },
    get killed() {
      return killed
    },
    start: () => {
      for (const [a, b] of some(edges)) {
        later(() => {
          cuts += 1
          wires.cut(a, b)
          hub.refreshLinks()
        })
      }
      for (const [a, b] of some(edges)) later(() => wires.slowDown(a, b, SLOW_MS))
      for (const peer of some(peers.filter((candidate) => !writers.includes(candidate)))) {
        later(() => {
          killed += 1
          peer.kill()
          time.after(chance.below(AWAY_MS_MAX), () => !peer.isUp && peer.start())
        })
      }
    },
    mend: () => {
      isMended = true
      wires.mend()
      hub.refreshLinks()
      for (const peer of peers) if (!peer.isUp) peer.start()
    },
  }
}
