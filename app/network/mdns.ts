/** Finds peers on the local network by multicast DNS, on every interface, under a name that says nothing about anybody. */
import { systemClock, type Cancel, type Clock } from '../base/clock.ts'
import { toHex } from '../base/codec.ts'
import type { PeerId } from '../base/ids.ts'
import { MDNS_PACKETS_PER_SECOND_MAX } from '../base/limits.ts'
import { silentLogger, type Logger } from '../base/logger.ts'
import { below, systemRandom, type Random } from '../base/random.ts'
import { announcement, goodbyesIn, isQuestionForUs, QUESTION, sightingsIn } from './mdns-packet.ts'
import { createMdnsSockets, multicastInterfaces, type MdnsProblem } from './mdns-sockets.ts'
import type { Discovery, Sighting } from './network.ts'

export interface MdnsOptions {
  readonly clock?: Clock
  readonly random?: Random
  readonly logger?: Logger
  readonly port?: number
  /** IPv4 addresses of the interfaces to speak on, asked again and again. */
  readonly interfaces?: () => readonly string[]
}

export interface MdnsDiscovery extends Discovery {
  /** Interfaces on which it does not work now: a screen says so, and offers a typed address. */
  problems(): readonly MdnsProblem[]
}

const PERIOD_MS = 10_000
const PERIOD_JITTER_MS = 2000
/** A start or a network change is said three times: multicast loses packets, on Wi-Fi many. */
const BURST_MS = [0, 1000, 3000]
/** Answers are spread, so that a question does not bring all of them at once. */
const ANSWER_DELAY_MS = 20
const ANSWER_JITTER_MS = 100
/** What was said this recently is not said again for a question (RFC 6762, section 6). */
const RESTRAINT_MS = 1000
const GOODBYE_MS_MAX = 300

/** Announces at start, on `refresh`, and every ten seconds; answers those who ask. Where there is no multicast it goes on without,
 *  and says so in `problems`. */
export const createMdnsDiscovery = (options: MdnsOptions = {}): MdnsDiscovery => {
  const { clock = systemClock(), random = systemRandom(), logger = silentLogger, port = 5353, interfaces = multicastInterfaces } = options
  const mayTake = createRateLimit(clock, MDNS_PACKETS_PER_SECOND_MAX)
  let self: () => Sighting | undefined = () => undefined
  let onSighting: (sighting: Sighting) => void = () => {}
  let onGone: (peer: PeerId) => void = () => {}

  const take = (packet: unknown, sourceIp: string) => {
    const { type, questions, answers, additionals } = packet as Readonly<Record<string, unknown>>
    if (type === 'query' && isQuestionForUs(questions) && mayTake()) return speaker.answer()
    if (type !== 'response') return
    const records = [answers, additionals].flat()
    for (const peer of goodbyesIn(records)) if (peer !== self()?.peer && mayTake()) onGone(peer)
    const sightings = sightingsIn(records, sourceIp)
    for (const sighting of sightings) if (sighting.peer !== self()?.peer && mayTake()) onSighting(sighting)
  }
  const sockets = createMdnsSockets({ clock, logger, port, interfaces, onPacket: take, onReady: () => speaker.burst() })
  const speaker = createSpeaker({ clock, random, sockets, self: () => self() })

  return {
    problems: sockets.problems,
    isWorking: sockets.isWorking,
    start: (ownSighting, listener, goneListener = () => {}) => {
      self = ownSighting
      onSighting = listener
      onGone = goneListener
      sockets.start()
      speaker.repeat()
    },
    refresh: () => {
      sockets.watchNow()
      speaker.burst()
    },
    stop: async () => {
      await speaker.stop()
      sockets.stop()
    },
  }
}

interface SpeakerInit {
  readonly clock: Clock
  readonly random: Random
  readonly sockets: ReturnType<typeof createMdnsSockets>
  readonly self: () => Sighting | undefined
}

/** Says when to say what. The name it speaks under is made for this run. */
const createSpeaker = ({ clock, random, sockets, self }: SpeakerInit) => {
  const instance = toHex(random.bytes(8))
  const pending = new Set<Cancel>()
  let saidMs = -Infinity
  let burstMs = -Infinity
  let isAnswering = false

  const later = (delayMs: number, jitterMs: number, fn: () => void) => {
    const cancel = clock.after(delayMs + below(random, jitterMs), () => {
      pending.delete(cancel)
      fn()
    })
    pending.add(cancel)
  }
  const announce = () => {
    const own = self()
    if (!own || own.addresses.length === 0) return
    saidMs = clock.monotonicMs()
    void sockets.sendAll((socket, done) => socket.respond(announcement(own, instance), done))
  }
  const announceAndAsk = () => {
    announce()
    void sockets.sendAll((socket, done) => socket.query({ questions: QUESTION }, done))
  }
  const repeat = () =>
    later(PERIOD_MS, PERIOD_JITTER_MS, () => {
      announce()
      repeat()
    })

  return {
    repeat,
    burst: () => {
      // Several interfaces that come up together are one start.
      if (clock.monotonicMs() - burstMs < RESTRAINT_MS / 2) return
      burstMs = clock.monotonicMs()
      for (const delayMs of BURST_MS) later(delayMs, ANSWER_JITTER_MS, announceAndAsk)
    },
    answer: () => {
      if (isAnswering || clock.monotonicMs() - saidMs < RESTRAINT_MS) return
      isAnswering = true
      later(ANSWER_DELAY_MS, ANSWER_JITTER_MS, () => {
        isAnswering = false
        announce()
      })
    },
    /** Takes back what was announced. */
    stop: async () => {
      for (const cancel of pending) cancel()
      const own = self()
      if (!own) return
      const goodbye = sockets.sendAll((socket, done) => socket.respond(announcement(own, instance, true), done))
      await Promise.race([goodbye, new Promise<void>((resolve) => void clock.after(GOODBYE_MS_MAX, resolve))])
    },
  }
}

/** Says yes so many times a second. */
const createRateLimit = (clock: Clock, perSecond: number) => {
  let startMs = -Infinity
  let taken = 0
  return (): boolean => {
    const nowMs = clock.monotonicMs()
    if (nowMs - startMs >= 1000) {
      startMs = nowMs
      taken = 0
    }
    return taken++ < perSecond
  }
}
