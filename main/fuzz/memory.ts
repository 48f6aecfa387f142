/** How much more memory a run takes than there was before it. */
import { getHeapStatistics } from 'node:v8'

const MIB = 1024 * 1024
/** Above what was there before, held and at any moment looked at. */
export const MORE_BYTES_MAX = 64 * MIB
const LOOK_EVERY = 16

const usedBytes = () => {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

export type Collect = (options?: { readonly type: 'minor' | 'major'; readonly execution: 'sync' }) => void

/** @param collect the engine's own garbage collection: node --expose-gc */
export const watchMemory = (collect: Collect) => {
  collect()
  const before = usedBytes()
  let highest = 0
  let looks = 0
  return {
    /** After every input. What is garbage is no use of memory: it is collected before it counts. */
    look: () => {
      if (++looks % LOOK_EVERY !== 0) return
      let more = usedBytes() - before
      // The young first: that costs a tenth.
      for (const type of ['minor', 'major'] as const) {
        if (more <= MORE_BYTES_MAX / 2) break
        collect({ type, execution: 'sync' })
        more = usedBytes() - before
      }
      highest = Math.max(highest, more)
    },
    /** More than before, once all is over. */
    heldMib: () => {
      collect()
      return (usedBytes() - before) / MIB
    },
    get highestMib() {
      return highest / MIB
    },
  }
}
