/** Makes an input that fails as small as it will go. */
import { concat } from '../../app/base/codec.ts'

const TRIES_MAX = 2000

/** Cuts out ever smaller pieces, then sets bytes to zero, as long as it still fails. */
export const minimise = (input: Uint8Array, fails: (smaller: Uint8Array) => boolean): Uint8Array => {
  let best = input
  let tries = 0
  const keep = (candidate: Uint8Array) => {
    if (tries++ >= TRIES_MAX || !fails(candidate)) return false
    best = candidate
    return true
  }
  for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < best.length;) {
      if (!keep(concat([best.subarray(0, from), best.subarray(from + size)]))) from += size
    }
  }
  for (let at = 0; at < best.length; at++) {
    if (best[at] === 0) continue
    const zeroed = best.slice()
    zeroed[at] = 0
    keep(zeroed)
  }
  return best
}
