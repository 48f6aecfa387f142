/** An EntryLog in memory, faithful to its contract: sessions with logs of their own, causal release, a disk that fills up. */
import { createHash } from 'node:crypto'
import { createEmitter } from '../base/emitter.ts'
import { PeerError } from '../base/errors.ts'
import { deviceId, deviceOf, entryHash, logId, sessionId, sessionOf, type DeviceId, type LogId } from '../base/ids.ts'
import type { Draft, Entry, EntryLog, EntryRef } from '../log/log.types.ts'

/** An entry and what its author had seen of every other log. */
export interface Sealed {
  readonly entry: Entry
  readonly past: ReadonlyMap<LogId, number>
}

export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest())
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
export const testDevice = (name: string): DeviceId => deviceId(hashOf(name))

export interface MemoryLog extends EntryLog {
  /** Releases what is on disk. */
  start(): void
  /** Takes an entry in any order; releases it when everything before it is here. */
  accept(sealed: Sealed): void
  /** Everything here, in the order of release: what another peer or the next session gets. */
  readonly disk: readonly Sealed[]
  /** From now on the disk is full, until it isn't. */
  isFull: boolean
  /** Appends that were written. */
  readonly appends: number
  /** Also for forgers: seals as if this log's author had written it. */
  forge(draft: Draft, past?: ReadonlyMap<LogId, number>): Sealed
}

interface Options {
  readonly device: string
  readonly session: number
  /** What earlier sessions left. Released at start in this order, which must be causal. */
  readonly disk?: readonly Sealed[]
  readonly nowMs?: () => number
}

export const createMemoryLog = ({ device, session, disk = [], nowMs = () => 0 }: Options): MemoryLog => {
  const self = logId(testDevice(device), sessionId(session.toString(16).padStart(32, '0')))
  const released: Sealed[] = []
  const lanes = new Map<LogId, Sealed[]>()
  const waiting = new Set<Sealed>()
  const entries = createEmitter<Entry>()
  const settled = createEmitter<number>()
  let isFull = false
  let appends = 0

  const lane = (log: LogId): Sealed[] => {
    let found = lanes.get(log)
    if (!found) lanes.set(log, (found = []))
    return found
  }
  const heights = () => new Map([...lanes].map(([log, sealed]) => [log, sealed.length]))
  const queue: Entry[] = []
  let isEmitting = false

  const emit = (entry: Entry) => {
    queue.push(entry)
    if (isEmitting) return
    isEmitting = true
    try {
      for (let next = queue.shift(); next; next = queue.shift()) entries.emit(next)
    } finally {
      isEmitting = false
    }
    settled.emit(1)
  }

  const release = (sealed: Sealed) => {
    released.push(sealed)
    lane(sealed.entry.log).push(sealed)
    emit(sealed.entry)
  }

  const isReady = ({ entry, past }: Sealed) =>
    entry.seq === lane(entry.log).length && [...past].every(([log, height]) => lane(log).length >= height)

  const accept = (sealed: Sealed) => {
    if (sealed.entry.seq < lane(sealed.entry.log).length) return
    waiting.add(sealed)
    for (let ready: Sealed | undefined = sealed; ready; ready = [...waiting].find(isReady)) {
      if (!isReady(ready)) continue
      waiting.delete(ready)
      release(ready)
    }
  }

  const seal = (draft: Draft | undefined, seq: number, past: ReadonlyMap<LogId, number>): Sealed => {
    const content = draft ?? { kind: 'start' as const, schema: 0, screen: 0, part: { index: 0, count: 1 }, payload: new Uint8Array(0) }
    const hash = entryHash(hashOf(`${self} ${seq}`))
    const place = { log: self, device: deviceOf(self), session: sessionOf(self), seq, hash }
    // A disk knows no views of larger buffers.
    return { entry: { ...content, ...place, document: draft?.document, timeMs: nowMs(), payload: content.payload.slice() }, past }
  }

  const append = (drafts: readonly Draft[]): readonly Entry[] => {
    if (isFull) throw new PeerError('STORE_FULL')
    appends++
    const past = heights()
    past.delete(self)
    const first = lane(self).length
    const all = first === 0 ? [undefined, ...drafts] : drafts
    const sealed = all.map((draft, index) => seal(draft, first + index, past))
    for (const one of sealed) {
      released.push(one)
      lane(self).push(one)
    }
    for (const { entry } of sealed) emit(entry)
    return sealed.slice(all.length - drafts.length).map(({ entry }) => entry)
  }

  const at = (ref: EntryRef): Sealed => {
    const sealed = lane(ref.log)[ref.seq]
    if (!sealed) throw new PeerError('LOG_ENTRY_MISSING', { ...ref })
    return sealed
  }

  return {
    self,
    append,
    accept,
    onEntry: entries.on,
    onSettled: settled.on,
    read: (ref) => at(ref).entry,
    startHash: (log) => {
      if (log === self && lane(self).length === 0) append([])
      return at({ log, seq: 0 }).entry.hash
    },
    seenBy: (ref, other) => (other === ref.log ? ref.seq : (at(ref).past.get(other) ?? 0)),
    saved: (ref) => Promise.resolve(void at(ref)),
    start: () => {
      for (const sealed of disk) release(sealed)
    },
    forge: (draft, past = new Map([...heights()].filter(([log]) => log !== self))) => {
      if (lane(self).length === 0) append([])
      return seal(draft, lane(self).length, past)
    },
    get disk() {
      return released
    },
    get appends() {
      return appends
    },
    get isFull() {
      return isFull
    },
    set isFull(value) {
      isFull = value
    },
  }
}
