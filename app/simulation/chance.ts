/** Chance from a seed: the same seed, the same run. */
import type { Random } from '../base/random.ts'

/** One concern's own stream: a draw more in one shifts no other. */
export interface Chance extends Random {
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** True with this probability. */
  happens(probability: number): boolean
  /** One of `choices`, which must not be empty. */
  pick<T>(choices: readonly T[]): T
  shuffled<T>(items: readonly T[]): T[]
}

const rotated = (value: number, by: number) => (value << by) | (value >>> (32 - by))

/** FNV-1a, then mixed: streams of neighbouring seeds and names share nothing. */
const hashText = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** SplitMix32, which its authors give for seeding generators of the xoshiro family. @see https://prng.di.unimi.it/ */
const splitMix = (seed: number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
}

/** xoshiro128**, 32 bits a call. @see https://prng.di.unimi.it/xoshiro128starstar.c */
export const xoshiro = (seed: readonly [number, number, number, number]) => {
  let [a, b, c, d] = seed
  return (): number => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotated(d, 11)
    return result
  }
}

/** The stream named `name` of `seed`. */
export const createChance = (seed: number, name: string): Chance => {
  const start = splitMix(hashText(`${seed} ${name}`))
  const uint32 = xoshiro([start(), start(), start(), start()])
  const uint53 = () => (uint32() >>> 11) * 2 ** 32 + uint32()
  const below = (limit: number) => Math.floor((uint53() / 2 ** 53) * limit)
  const shuffled = <T>(items: readonly T[]): T[] => {
    const left = [...items]
    return items.map(() => left.splice(below(left.length), 1)[0]!)
  }
  return {
    bytes: (length) => Uint8Array.from({ length }, () => uint32() & 255),
    uint53,
    below,
    between: (low, high) => low + below(high - low + 1),
    happens: (probability) => uint53() / 2 ** 53 < probability,
    pick: (choices) => choices[below(choices.length)]!,
    shuffled,
  }
}
