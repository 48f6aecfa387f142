/** Chance from a seed: the same seed draws the same story. */

export interface Chance {
  /** A whole number, both ends included. */
  whole(from: number, to: number): number
  pick<T>(items: readonly T[]): T
  shuffled<T>(items: readonly T[]): T[]
  /** From 0 up to 1. */
  fraction(): number
}

/** Mulberry32: small, even, and not for secrets. */
const generator = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

export const createChance = (seed: number): Chance => {
  const fraction = generator(seed)
  const whole = (from: number, to: number) => from + Math.floor(fraction() * (to - from + 1))
  return {
    whole,
    fraction,
    pick: (items) => items[whole(0, items.length - 1)] as (typeof items)[number],
    shuffled: (items) => {
      const left = [...items]
      return items.map(() => left.splice(whole(0, left.length - 1), 1)[0] as (typeof items)[number])
    },
  }
}
