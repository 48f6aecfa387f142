/** Chance of one input: from the seed, the decoder's name and the input's number, and from nothing before it. */
import type { Random } from '../../app/base/random.ts'

export interface Chance extends Random {
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number
  pick<T>(items: readonly T[]): T
  /** True once in `times`. */
  once(times: number): boolean
}

const mix = (state: number): number => {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return (mixed ^ (mixed >>> 14)) >>> 0
}

const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mix(hash >>> 0)
}

/** Mulberry32, begun at a place that `seed`, `name` and `at` choose. */
export const createChance = (seed: number, name: string, at = 0): Chance => {
  let state = mix((hashOf(name) ^ mix(seed >>> 0) ^ mix(Math.imul(at + 1, 0x9e3779b1) >>> 0)) >>> 0)
  const uint32 = () => {
    state = (state + 0x6d2b79f5) >>> 0
    return mix(state)
  }
  const below = (limit: number) => Math.floor((uint32() / 2 ** 32) * limit)
  return {
    below,
    pick: (items) => items[below(items.length)]!,
    once: (times) => below(times) === 0,
    bytes: (length) => Uint8Array.from({ length }, () => uint32() & 255),
    uint53: () => (uint32() & 0x1fffff) * 2 ** 32 + uint32(),
  }
}
