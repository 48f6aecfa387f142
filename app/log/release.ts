/** Opens entries and lets them out in causal order: never before everything that their author had seen. */
import type { Cancel } from '../base/clock.ts'
import { equalBytes, toHex, type ByteReader, type ByteWriter } from '../base/codec.ts'
import { createEmitter } from '../base/emitter.ts'
import { codeOf } from '../base/errors.ts'
import { deviceOf, sessionOf, type EntryHash, type LogId } from '../base/ids.ts'
import { InvariantError } from '../base/invariant.ts'
import type { Logger } from '../base/logger.ts'
import type { Chain } from './chain.ts'
import { createCausalPast, createStepTable, takeSteps, type CausalPast } from './causal-past.ts'
import { openContent, openHeads, readHeader, SHORT_HASH_BYTES, type Content, type Dependency, type Header, type Place } from './envelope.ts'
import type { Keyring } from './keyring.ts'
import type { LogNumbers } from './log-numbers.ts'
import type { Entry } from './log.types.ts'
import type { RowTable } from './row-table.ts'

export interface Releaser {
  onEntry(listener: (entry: Entry) => void): Cancel
  /** After each round of entries. */
  onSettled(listener: (released: number) => void): Cancel
  /** Releases what it can, beginning with `log`. */
  release(log: LogId): void
  /** Notes what our next entry, at `seq`, builds on; to be followed by `releaseOwn`. */
  expectOwn(log: LogId, seq: number, heads: readonly Dependency[]): void
  releaseOwn(log: LogId, entries: readonly Entry[]): void
  /** The heads that our next entry must name: released, and in the past of nothing else that it names. */
  newHeads(self: LogId): readonly Dependency[]
  /** How many entries of `other` the author of entry `seq` of `log` had seen. */
  seenBy(log: LogId, seq: number, other: LogId): number
  /** What each author had seen, as rows. */
  readonly steps: RowTable
  write(writer: ByteWriter): void
  /** As `write` left it, once the table of steps has been read and the logs have their numbers. */
  read(reader: ByteReader): void
  /** Entries released, of all logs. */
  readonly released: number
  readonly unreadable: number
}

interface Lane {
  readonly log: LogId
  released: number
  readonly past: CausalPast
}

export interface ReleaserParts {
  readonly keyring: Keyring
  readonly chains: ReadonlyMap<LogId, Chain>
  readonly numbers: LogNumbers
  readonly logger: Logger
}

export const createReleaser = (parts: ReleaserParts): Releaser => {
  const { keyring, chains, numbers, logger } = parts
  const steps = createStepTable()
  /** By the number of their log. */
  const lanes: Lane[] = []
  const waiting = new Map<LogId, Set<LogId>>()
  const entries = createEmitter<Entry>()
  const settled = createEmitter<number>()
  const queue: Entry[] = []
  let isEmitting = false
  let released = 0
  let unreadable = 0
  let told = 0

  const lane = (number: number): Lane =>
    (lanes[number] ??= { log: numbers.log(number), released: 0, past: createCausalPast(steps, number, (other) => lane(other).past) })
  const laneOf = (log: LogId): Lane => lane(numbers.of(log))

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

  const settle = () => {
    if (isEmitting || told === released) return
    const count = released - told
    told = released
    settled.emit(count)
  }

  /** The first head that is not released here, or is another one than its author saw. */
  const missing = (heads: readonly Dependency[]): LogId | undefined =>
    heads.find((head) => {
      const chain = chains.get(head.log)
      if (!chain || head.height < 1 || laneOf(head.log).released < head.height) return true
      return !equalBytes(chain.hashAt(head.height - 1).subarray(0, SHORT_HASH_BYTES), head.shortHash)
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
    for (const head of heads) lane.past.merge(seq, numbers.of(head.log), head.height)
    const content = open(place, header)
    lane.released++
    released++
    const { log } = chain
    if (content) emit(new ReleasedEntry(log, seq, content, chain.hashAt(seq)))
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
    settle()
  }

  const newHeads = (self: LogId): readonly Dependency[] => {
    const own = numbers.of(self)
    const past = lane(own).past
    const changed = [...lanes.keys()].filter((number) => number !== own && lane(number).released > past.now(number))
    const isImplied = (number: number) =>
      changed.some((other) => other !== number && lane(other).past.now(number) >= lane(number).released)
    return changed.filter((number) => !isImplied(number)).map((number) => {
      const { log, released: height } = lane(number)
      return { log, height, shortHash: chains.get(log)!.hashAt(height - 1).slice(0, SHORT_HASH_BYTES) }
    })
  }

  return {
    onEntry: entries.on,
    onSettled: settled.on,
    release,
    newHeads,
    expectOwn: (log, seq, heads) => {
      for (const head of heads) laneOf(log).past.merge(seq, numbers.of(head.log), head.height)
    },
    releaseOwn: (log, own) => {
      laneOf(log).released += own.length
      released += own.length
      // All at once: what a listener appends meanwhile comes after them in the log, and so on its way out.
      emit(...own)
      settle()
    },
    seenBy: (log, seq, other) => laneOf(log).past.at(seq, numbers.of(other)),
    steps,
    write: (writer) => {
      for (let number = 0; number < numbers.size; number++) writer.varint(lane(number).released)
      writer.varint(unreadable)
    },
    read: (reader) => {
      for (let number = 0; number < numbers.size; number++) released += lane(number).released = reader.varint()
      unreadable = reader.varint()
      told = released
      takeSteps(steps, (number) => lane(number).past)
    },
    get released() {
      return released
    },
    get unreadable() {
      return unreadable
    },
  }
}

/** Most entries are never asked for their hash in words. */
class ReleasedEntry implements Entry {
  readonly log: LogId
  readonly seq: number
  readonly kind: Entry['kind']
  readonly document: Entry['document']
  readonly schema: number
  readonly timeMs: number
  readonly screen: number
  readonly part: Entry['part']
  readonly payload: Uint8Array
  readonly #hash: Uint8Array

  constructor(log: LogId, seq: number, content: Content, hash: Uint8Array) {
    this.log = log
    this.seq = seq
    this.kind = content.kind
    this.document = content.document
    this.schema = content.schema
    this.timeMs = content.timeMs
    this.screen = content.screen
    this.part = content.part
    this.payload = content.payload
    this.#hash = hash
  }

  get device() {
    return deviceOf(this.log)
  }

  get session() {
    return sessionOf(this.log)
  }

  get hash(): EntryHash {
    return toHex(this.#hash) as EntryHash
  }
}
