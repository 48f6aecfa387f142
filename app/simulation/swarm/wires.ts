/** The wires of a swarm: short and steady as on a LAN; some can be cut, some become slow. */
import type { Link } from '../../network/memory.ts'
import type { Chance } from '../chance.ts'

export interface Wires {
  link(from: number, to: number): Link
  /** Both directions. */
  cut(a: number, b: number): void
  slowDown(from: number, to: number, delayMs: number): void
  mend(): void
}

const DELAY_MS_MIN = 1
const DELAY_MS_MAX = 5
/** A packet that was lost is sent again, as TCP does, and what is behind it waits. */
const LOST_OF = 500
const RESEND_MS = 200

export const createWires = (chance: Chance): Wires => {
  const delays = new Map<string, number>()
  const slow = new Map<string, number>()
  const cuts = new Set<string>()
  const way = (from: number, to: number) => `${from}>${to}`
  const delayOf = (name: string) => {
    const known = slow.get(name) ?? delays.get(name)
    if (known !== undefined) return known
    const delayMs = chance.between(DELAY_MS_MIN, DELAY_MS_MAX)
    delays.set(name, delayMs)
    return delayMs
  }
  return {
    link: (from, to) => {
      const name = way(from, to)
      if (cuts.has(name)) return { kind: 'cut' }
      return { kind: 'open', delayMs: delayOf(name) + (chance.below(LOST_OF) === 0 ? RESEND_MS : 0) }
    },
    cut: (a, b) => void cuts.add(way(a, b)).add(way(b, a)),
    slowDown: (from, to, delayMs) => void slow.set(way(from, to), delayMs),
    mend: () => {
      cuts.clear()
      slow.clear()
    },
  }
}
