/** A disk that can be slow, full, and without power: it knows which batches were flushed. */
import type { Clock } from '../base/clock.ts'
import { PeerError } from '../base/errors.ts'
import { invariant } from '../base/invariant.ts'
import { createGroupFlush } from '../store/group-flush.ts'
import type { GroupFlush } from '../store/group-flush.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store, StoreOperation } from '../store/store.ts'
import type { Chance } from './chance.ts'

export interface Disk {
  /** Opens what is on it, for one run of a peer. What an earlier run wrote, killed or not, is flushed first, as SQLite's adapter does.
   *  @param clock of that run: its flushes end with it */
  open(clock: Clock): Store
  /** Becomes what `other` holds at this moment, as if its directory had been copied while it runs. */
  copyFrom(other: Disk): void
  /** What was written so far, flushed or not. */
  image(): Store
  /** From now on it holds an earlier `image`: a backup. Nothing may run on it. */
  putBack(image: Store): void
  /** The process is gone without a word; what it wrote stays. */
  kill(): void
  /** The power is gone: a random tail of what no flush covered goes with it. Gives how many batches. */
  cutPower(): number
  /** Batches that put anything are refused. */
  isFull: boolean
  /** A flush takes between half of this and all of it. */
  flushMs: number
}

const copyOf = (operations: readonly StoreOperation[]): StoreOperation[] =>
  operations.map((operation) => (operation.kind === 'put' ? { ...operation, value: operation.value.slice() } : operation))

const copyAll = (from: Store): Store => {
  const copy = createMemoryStore()
  copy.batch([...from.scan([])].map((item) => ({ kind: 'put', ...item })))
  return copy
}

/** One run's use of the disk. */
interface Use {
  state: 'open' | 'closed' | 'dead'
  /** Of flushes that run. */
  readonly waiting: Set<() => void>
}

interface StoreParts {
  readonly mine: Use
  /** Everything written, flushed or not. */
  readonly written: Store
  readonly group: GroupFlush
  readonly wrote: (operations: StoreOperation[]) => void
  readonly close: () => void
}

const createStoreOf = ({ mine, written, group, wrote, close }: StoreParts): Store => {
  const checkOpen = () => {
    if (mine.state !== 'open') throw new PeerError('STORE_CLOSED')
  }
  return {
    get: (key) => written.get(key),
    batch: (operations) => {
      checkOpen()
      wrote(copyOf(operations))
      group.wrote()
    },
    synced: async () => {
      checkOpen()
      await group.synced()
    },
    scan: (prefix, after) => written.scan(prefix, after),
    close: () => {
      if (mine.state === 'open') close()
    },
  }
}

export const createDisk = (chance: Chance): Disk => {
  let flushed = createMemoryStore()
  let unflushed: StoreOperation[][] = []
  let use: Use | undefined

  const flushFirst = (batches: number) => {
    for (const operations of unflushed.splice(0, batches)) flushed.batch(operations)
  }
  const endUse = (state: 'closed' | 'dead') => {
    if (use) use.state = state
    use = undefined
  }

  const open = (clock: Clock): Store => {
    invariant(!use, 'a disk is open once')
    flushFirst(unflushed.length)
    // A copy for each run: a dead one must not see what the next one writes.
    const written = copyAll(flushed)
    const mine: Use = { state: 'open', waiting: new Set() }
    use = mine
    const flush = () => new Promise<void>((resolve) => {
      if (mine.state === 'closed') return resolve()
      const batches = unflushed.length
      mine.waiting.add(resolve)
      clock.after(chance.between(Math.ceil(disk.flushMs / 2), disk.flushMs), () => {
        if (mine.state !== 'open') return
        flushFirst(batches)
        mine.waiting.delete(resolve)
        resolve()
      })
    })
    const wrote = (operations: StoreOperation[]) => {
      if (disk.isFull && operations.some((operation) => operation.kind === 'put')) throw new PeerError('STORE_FULL')
      written.batch(operations)
      unflushed.push(operations)
    }
    const close = () => {
      flushFirst(unflushed.length)
      endUse('closed')
      written.close()
      for (const resolve of mine.waiting) resolve()
    }
    return createStoreOf({ mine, written, group: createGroupFlush(flush), wrote, close })
  }

  const image = (): Store => {
    const copy = copyAll(flushed)
    for (const operations of unflushed) copy.batch(operations)
    return copy
  }
  const disk: Disk = {
    open,
    copyFrom: (other) => {
      invariant(!use, 'nothing runs on a disk that is written over')
      flushed = other.image()
      unflushed = []
    },
    image,
    putBack: (earlier) => {
      invariant(!use, 'nothing runs on a disk that is written over')
      flushed = copyAll(earlier)
      unflushed = []
    },
    kill: () => endUse('dead'),
    cutPower: () => {
      const before = unflushed.length
      flushFirst(chance.between(0, before))
      const lost = unflushed.length
      unflushed = []
      endUse('dead')
      return lost
    },
    isFull: false,
    flushMs: 4,
  }
  return disk
}
