/** Opens entries and lets them out in causal order: never before everything that their author had seen. */
import type { Cancel } from '../base/clock.ts'
import { equalBytes, toHex } from '../base/codec.ts'
import { createEmitter } from '../base/emitter.ts'
import { codeOf } from '../base/errors.ts'
import { deviceOf, entryHash, sessionOf, type LogId } from '../base/ids.ts'
import { InvariantError } from '../base/invariant.ts'
import type { Logger } from '../base/logger.ts'
import type { Chain } from './chain.ts'
import { createCausalPast } from './causal-past.ts'
import { openContent, openHeads, readHeader, SHORT_HASH_BYTES, type Content, type Dependency, type Header, type Place } from './envelope.ts'
import type { Keyring } from './keyring.ts'
import type { Entry } from './log.types.ts'

type Past = ReturnType<typeof createCausalPast>

export interface Releaser {
  onEntry(listener: (entry: Entry) => void): Cancel
  /** Releases what it can, beginning with `log`. */
  release(log: LogId): void
  /** Notes what our next entry, at `seq`, builds on; to be followed by `releaseOwn`. */
  expectOwn(log: LogId, seq: number, heads: readonly Dependency[]): void
  releaseOwn(log: LogId, entries: readonly Entry[]): void
  /** The heads that our next entry must name: released, and in the past of nothing else that it names. */
  newHeads(self: LogId): readonly Dependency[]
  pastOf(log: LogId): Past
  /** Entries released, of all logs. */
  readonly released: number
  readonly unreadable: number
}

interface Lane {
  released: number
  readonly past: Past
}

export const createReleaser = (parts: { keyring: Keyring; chains: ReadonlyMap<LogId, Chain>; logger: Logger }): Releaser => {
  const { keyring, chains, logger } = parts
  const lanes = new Map<LogId, Lane>()
  const waiting = new Map<LogId, Set<LogId>>()
  const entries = createEmitter<Entry>()
  const queue: Entry[] = []
  let isEmitting = false
  let released = 0
  let unreadable = 0

  const laneOf = (log: LogId): Lane => {
    let lane = lanes.get(log)
    if (!lane) lanes.set(log, (lane = { released: 0, past: createCausalPast(log, (other) => laneOf(other).past) }))
    return lane
  }

  /** The entry is in the log, whatever a listener makes of it: the others behind it still go out. */
  const tell = (entry: Entry) => {
    try {
      entries.emit(entry)
    } catch (error) {
      if (error instanceof InvariantError) throw error
      logger.warn('entry not taken', { code: codeOf(error), log: entry.log, seq: entry.seq, error: String(error) })
    }
  }

  /** An entry that a listener appends while another is on its way out comes after it. */
  const emit = (...fresh: readonly Entry[]) => {
    queue.push(...fresh)
    if (isEmitting) return
    isEmitting = true
    for (let next = queue.shift(); next; next = queue.shift()) tell(next)
    isEmitting = false
  }

  /** The first head that is not released here, or is another one than its author saw. */
  const missing = (heads: readonly Dependency[]): LogId | undefined =>
    heads.find((head) => {
      if (laneOf(head.log).released < head.height || head.height < 1) return true
      const ours = chains.get(head.log)!.hashAt(head.height - 1).subarray(0, SHORT_HASH_BYTES)
      return !equalBytes(ours, head.shortHash)
    })?.log

  const open = (place: Place, header: Header): Content | undefined => {
    try {
      return openContent(keyring, place, header)
    } catch (error) {
      logger.warn('entry malformed inside', { code: codeOf(error), log: place.log, seq: place.seq })
      return undefined
    }
  }

  const headsOf = (place: Place, header: Header): readonly Dependency[] => {
    try {
      return openHeads(keyring, place, header) ?? []
    } catch (error) {
      logger.warn('heads malformed', { code: codeOf(error), log: place.log, seq: place.seq })
      return []
    }
  }

  /** Releases the next entry of `log`; answers the log it waits for, if it does. */
  const step = (chain: Chain, lane: Lane): LogId | undefined => {
    const seq = lane.released
    const place = chain.place(seq)
    const header = readHeader(chain.read(seq).body)
    const heads = headsOf(place, header)
    const blocker = missing(heads)
    if (blocker) return blocker
    for (const head of heads) lane.past.merge(seq, head.log, head.height)
    const content = open(place, header)
    lane.released++
    released++
    const { log } = chain
    if (content) emit({ ...content, log, device: deviceOf(log), session: sessionOf(log), seq, hash: entryHash(toHex(chain.hashAt(seq))) })
    else unreadable++
    return undefined
  }

  const release = (first: LogId) => {
    const work = [first]
    for (let log = work.pop(); log !== undefined; log = work.pop()) {
      const chain = chains.get(log)
      const lane = laneOf(log)
      const before = lane.released
      while (chain && lane.released < chain.height) {
        const blocker = step(chain, lane)
        if (!blocker) continue
        waiting.set(blocker, (waiting.get(blocker) ?? new Set()).add(log))
        break
      }
      if (lane.released === before) continue
      work.push(...(waiting.get(log) ?? []))
      waiting.delete(log)
    }
  }

  const newHeads = (self: LogId): readonly Dependency[] => {
    const past = laneOf(self).past
    const changed = [...lanes].filter(([log, lane]) => log !== self && lane.released > past.now(log))
    const isImplied = (log: LogId, height: number) => changed.some(([other, lane]) => other !== log && lane.past.now(log) >= height)
    return changed
      .filter(([log, lane]) => !isImplied(log, lane.released))
      .map(([log, { released: height }]) => ({ log, height, shortHash: chains.get(log)!.hashAt(height - 1).slice(0, SHORT_HASH_BYTES) }))
  }

  return {
    onEntry: entries.on,
    release,
    newHeads,
    expectOwn: (log, seq, heads) => {
      for (const head of heads) laneOf(log).past.merge(seq, head.log, head.height)
    },
    releaseOwn: (log, own) => {
      laneOf(log).released += own.length
      released += own.length
      // All at once: what a listener appends meanwhile comes after them in the log, and so on its way out.
      emit(...own)
    },
    pastOf: (log) => laneOf(log).past,
    get released() {
      return released
    },
    get unreadable() {
      return unreadable
    },
  }
}
