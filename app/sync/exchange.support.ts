/** Exchanges over real logs, joined by queues that a test delivers from in any order it likes. */
import assert from 'node:assert/strict'
import type { Clock } from '../base/clock.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { DeviceId, LogId } from '../base/ids.ts'
import { FRAME_BYTES_MAX, FRAME_COST_BYTES, STREAM_CREDIT_BYTES } from '../base/limits.ts'
import { draft, openLog, type TestLog } from '../log/log.support.ts'
import { createManualClock } from '../network/testing/world.ts'
import { createExchange } from './exchange.ts'
import type { Exchange } from './exchange.types.ts'
import { decodeMessage, encodeMessage, type WorkspaceMessage } from './messages.ts'
import { createRequests } from './requests.ts'

export interface Party {
  readonly log: TestLog
  readonly exchanges: Set<Exchange>
  /** Refusals, in order. */
  readonly refusals: ErrorCode[]
  /** What failed here by no fault of a neighbour's. */
  readonly failures: ErrorCode[]
  /** Whose entries count here; everybody's until a test says otherwise. */
  admits(device: DeviceId): boolean
  readonly grown: Set<LogId>
  readonly requests: ReturnType<typeof createRequests>
}

/** One direction of a link. */
export interface Way {
  readonly from: Party
  readonly to: Party
  readonly frames: Uint8Array[]
  /** Nothing is delivered while it is held. */
  isHeld: boolean
  /** What a dishonest neighbour makes of its messages; undefined: it is never sent. */
  tamper: (message: WorkspaceMessage) => WorkspaceMessage | undefined
  queuedBytes: number
  /** Frames that were ever sent, by kind. */
  readonly sent: Map<WorkspaceMessage['kind'], number>
  readonly sentBytes: { total: number; mostQueued: number }
  readonly exchange: Exchange
}

const CHANNEL = 'c4'.repeat(8)

export const createParty = (clock: Clock, log: TestLog = openLog()): Party => {
  const party: Party = {
    log, exchanges: new Set(), refusals: [], failures: [], admits: () => true, grown: new Set(), requests: createRequests(clock),
  }
  log.onStored((stored) => {
    if (stored.isOwn) for (const exchange of party.exchanges) exchange.push(stored)
    else party.grown.add(stored.log)
  })
  return party
}

export const createExchangeWorld = () => {
  const clock = createManualClock()
  const ways: Way[] = []

  const createWay = (from: Party, to: Party): Way => {
    const way: Way = {
      from, to, frames: [], isHeld: false, tamper: (message) => message, queuedBytes: 0,
      sent: new Map(), sentBytes: { total: 0, mostQueued: 0 },
      exchange: createExchange({
        channel: CHANNEL, log: from.log, requests: from.requests,
        admits: (device) => from.admits(device),
        send: (honest) => {
          const message = way.tamper(honest)
          if (!message) return
          const frame = encodeMessage(message)
          if (frame.length > FRAME_BYTES_MAX) throw new Error(`a frame of ${frame.length} bytes`)
          way.frames.push(frame)
          way.queuedBytes += frame.length + FRAME_COST_BYTES
          way.sent.set(message.kind, (way.sent.get(message.kind) ?? 0) + 1)
          way.sentBytes.total += frame.length
          way.sentBytes.mostQueued = Math.max(way.sentBytes.mostQueued, way.queuedBytes)
        },
        queuedBytes: () => way.queuedBytes,
        refuse: (code) => void from.refusals.push(code),
        fail: (code) => void from.failures.push(code),
        progressed: () => {},
      }),
    }
    from.exchanges.add(way.exchange)
    ways.push(way)
    return way
  }

  /** Delivers the oldest frame of one way. */
  const deliver = (way: Way) => {
    const before = way.queuedBytes
    const frame = way.frames.shift()
    if (!frame) return
    way.queuedBytes -= frame.length + FRAME_COST_BYTES
    const back = ways.find((other) => other.from === way.to && other.to === way.from)
    back?.exchange.receive(decodeMessage(frame) as Exclude<WorkspaceMessage, { kind: 'room' }>)
    if (before > STREAM_CREDIT_BYTES / 2 && way.queuedBytes <= STREAM_CREDIT_BYTES / 2) way.exchange.pump()
  }

  const offer = () => {
    for (const party of new Set(ways.map((way) => way.from))) {
      if (party.grown.size === 0) continue
      const grown = [...party.grown]
      party.grown.clear()
      for (const exchange of party.exchanges) exchange.offer(grown)
    }
  }

  return {
    clock,
    /** A link, not yet started: `[there, back]`. */
    join: (a: Party, b: Party): readonly [Way, Way] => [createWay(a, b), createWay(b, a)],
    cut: (...some: Way[]) => {
      for (const way of some) {
        way.exchange.close()
        way.from.exchanges.delete(way.exchange)
        ways.splice(ways.indexOf(way), 1)
      }
    },
    deliver,
    offer,
    /** One frame of each way. */
    settleOnce: () => {
      for (const way of [...ways]) if (!way.isHeld) deliver(way)
    },
    /** Delivers everything, the next way chosen by `choose`, until nobody has anything left to say. */
    settle: (choose: (count: number) => number = () => 0) => {
      for (let steps = 0; steps < 100_000; steps++) {
        const ready = ways.filter((way) => way.frames.length > 0 && !way.isHeld)
        if (ready.length > 0) deliver(ready[choose(ready.length)]!)
        else if (ways.some((way) => way.from.grown.size > 0)) offer()
        else return
      }
      throw new Error('they never stop talking')
    },
  }
}
export type ExchangeWorld = ReturnType<typeof createExchangeWorld>

export const write = (party: Party, count: number, text = 'entry') => {
  for (let index = 0; index < count; index++) party.log.append([draft(`${text} ${index}`)])
}

export const assertEqual = (...parties: Party[]) => {
  for (const party of parties) assert.equal(party.log.headsHash(), parties[0]!.log.headsHash())
}

/** A link on which both have begun. */
export const pair = (world: ExchangeWorld, a: Party, b: Party): readonly [Way, Way] => {
  const link = world.join(a, b)
  for (const way of link) way.exchange.start()
  return link
}

export const createWorldOf = (count: number) => {
  const world = createExchangeWorld()
  return { world, parties: Array.from({ length: count }, () => createParty(world.clock)) }
}
