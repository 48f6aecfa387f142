import type { Cancel, Clock } from '../base/clock.ts'
import { codeOf } from '../base/errors.ts'
import type { Address, PeerId } from '../base/ids.ts'
import { ADDRESSES_PER_PEER_MAX, PLACES_TOLD_MAX, REDIALS_MAX } from '../base/limits.ts'
import type { Logger } from '../base/logger.ts'
import { below, type Random } from '../base/random.ts'
import { withoutPeer } from './address.ts'
import type { NeighbourView, Neighbours } from './neighbours.types.ts'
import { createPlaces, pauseMs, type Place, type Places } from './neighbours/places.ts'
import type { Discovery, Network, PeerChange, Sighting } from './network.ts'

export interface NeighboursInit {
  readonly network: Network
  readonly discoveries: readonly Discovery[]
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** The loop that NETWORK measured: 0.6 to 1.3 s from heal to full mesh. */
const TICK_MS = 300
const TICK_JITTER_MS = 30
/** A machine that has just started is busy for a second or more. */
const DIAL_MS_MAX = 2000
/** A person who typed an address waits a little longer. */
const CONNECT_MS_MAX = 5000
/** The higher id lets the lower dial first, so that the two don't dial each other at once. */
const YIELD_MS = 1000
/** Who hangs up sooner than this did not want us; a cut line takes longer to notice. */
const SHORT_MS = 2000
/** An address that answered with somebody who was connected already can wait. */
const KNOWN_ALREADY_MS = 2000

/** Dials whoever is known and not connected, again and again, and tells the discoveries who we are.
 *  Needs nothing but a Network and a Clock, so it runs in simulation as it is. */
export const createNeighbours = (init: NeighboursInit): Neighbours => {
  const { network, discoveries, clock, logger } = init
  const places = createPlaces()
  const dialler = createDialler(init, places)
  const tracker = createTracker(init, places, dialler.dialDue)
  let cancels: Cancel[] = []

  const remember = (address: Address): Place | undefined => {
    const place = places.ensure(withoutPeer(address), clock.monotonicMs())
    if (place) place.isRemembered = true
    else logger.warn('neighbours.full', { address })
    return place
  }
  const hopeAnew = (nowMs: number) => {
    for (const place of places.all()) {
      place.hopeMs = nowMs
      place.dueMs = nowMs
      place.hangUps = 0
      place.isSelf = false
      // Whoever changed is the one to call: the others don't know where.
      place.missingMs = nowMs - YIELD_MS
    }
  }

  return {
    start: () => {
      cancels = [network.onPeer(tracker.changed), dialler.start()]
      const self = (): Sighting => ({ peer: network.self, addresses: network.addresses() })
      for (const discovery of discoveries) discovery.start(self, tracker.sighted, tracker.gone)
    },
    stop: async () => {
      for (const cancel of cancels) cancel()
      for (const place of places.all()) places.remove(place)
      await Promise.all(discoveries.map((discovery) => discovery.stop()))
    },
    connect: async (address) => {
      // A malformed one is refused before it is remembered.
      const dialled = network.dial(address, clock.deadline(CONNECT_MS_MAX))
      try {
        const peer = await dialled
        const place = remember(address)
        if (place) tracker.answered(place, peer)
        return peer
      } catch (error) {
        if (codeOf(error) === 'NETWORK_DIAL_FAILED') remember(address)
        throw error
      }
    },
    remember: (addresses) => addresses.forEach(remember),
    setTold: (addresses) => {
      const told = new Set(addresses.slice(0, PLACES_TOLD_MAX).map(withoutPeer))
      for (const place of places.all()) if (place.isTold && !told.has(place.address)) places.untell(place)
      for (const address of told) {
        const place = places.ensure(address, clock.monotonicMs())
        if (place) place.isTold = true
      }
      if (cancels.length > 0) dialler.dialDue()
    },
    answeredAt: (peer) => places.of(peer).filter((place) => place.wasConnected).map((place) => place.address),
    forget: (addresses) => {
      for (const address of addresses) {
        const place = places.get(withoutPeer(address))
        if (place) places.remove(place)
      }
    },
    list: () => viewOf(places, network),
    refresh: () => {
      hopeAnew(clock.monotonicMs())
      for (const discovery of discoveries) discovery.refresh()
      dialler.dialDue()
    },
  }
}

/** Keeps what we know of each place up to date. */
const createTracker = ({ network, clock }: NeighboursInit, places: Places, dialDue: () => void) => {
  const upMs = new Map<PeerId, number>()
  return {
    sighted: ({ peer, addresses }: Sighting) => {
      if (peer === network.self) return
      const nowMs = clock.monotonicMs()
      for (const address of addresses.slice(0, ADDRESSES_PER_PEER_MAX)) {
        const place = places.ensure(withoutPeer(address), nowMs)
        if (!place) continue
        place.sightedMs = nowMs
        place.hopeMs = nowMs
        place.isLeaving = false
        if (place.peer !== peer) place.missingMs = nowMs
        place.peer = peer
        if (place.hangUps === 0) place.dueMs = Math.min(place.dueMs, nowMs)
      }
      dialDue()
    },
    /** It said goodbye, or somebody did in its name: a connection that stands is not touched, and what others told us stays. */
    gone: (peer: PeerId) => {
      for (const place of places.of(peer)) {
        place.isLeaving = true
        if (network.addressOf(peer) === undefined) places.release(place, clock.monotonicMs())
      }
    },
    answered: (place: Place, peer: PeerId) => {
      place.peer = peer
      place.wasConnected = true
      place.code = undefined
    },
    changed: ({ kind, peer }: PeerChange) => {
      const nowMs = clock.monotonicMs()
      const wasShort = kind === 'down' && nowMs - (upMs.get(peer) ?? 0) < SHORT_MS
      if (kind === 'up') upMs.set(peer, nowMs)
      else upMs.delete(peer)
      for (const place of places.of(peer)) {
        // Another of its addresses answered: this dial could only make a second connection.
        if (kind === 'up') place.dial?.abort()
        else if (place.isLeaving) places.release(place, nowMs)
        else lost(place, wasShort, nowMs)
      }
      if (kind === 'down') dialDue()
    },
  }
}

const lost = (place: Place, wasShort: boolean, nowMs: number) => {
  place.missingMs = nowMs
  place.hopeMs = nowMs
  place.hangUps = wasShort ? place.hangUps + 1 : 0
}

/** Dials what is due. */
const createDialler = ({ network, clock, random, logger }: NeighboursInit, places: Places) => {
  let dialling = 0
  let isStopped = false

  const isConnected = (place: Place) => place.peer !== undefined && network.addressOf(place.peer) !== undefined
  const isDue = (place: Place, nowMs: number) => {
    if (place.isSelf || place.dial || nowMs < place.dueMs || isConnected(place)) return false
    return place.peer === undefined || network.self < place.peer || nowMs >= place.missingMs + YIELD_MS
  }
  const dialDue = () => {
    const nowMs = clock.monotonicMs()
    places.expire(nowMs, isConnected)
    const dialled = new Set<PeerId>()
    for (const place of places.all().filter((each) => isDue(each, nowMs)).sort(byPromise)) {
      if (dialling >= REDIALS_MAX) return
      // One more of a peer's addresses with each tick: the first that answers wins, and a dead one holds up nobody.
      if (place.peer && dialled.has(place.peer)) continue
      if (place.peer) dialled.add(place.peer)
      dial(place)
    }
  }
  const dial = (place: Place) => {
    const controller = new AbortController()
    const cancel = clock.after(DIAL_MS_MAX, () => controller.abort())
    const wasUp = new Set(network.peers())
    place.dial = controller
    dialling++
    const finish = () => {
      cancel()
      dialling--
      place.dial = undefined
      place.dueMs = clock.monotonicMs() + pauseMs(place, clock.monotonicMs(), random)
    }
    network.dial(place.address, controller.signal).then((peer) => {
      finish()
      place.peer = peer
      place.wasConnected = true
      place.code = undefined
      if (wasUp.has(peer)) place.dueMs += KNOWN_ALREADY_MS
    }, (error) => {
      finish()
      place.code = codeOf(error)
      if (place.code === 'NETWORK_DIAL_SELF') place.isSelf = true
      logger.debug('neighbours.dial.failed', { address: place.address, code: place.code })
    })
  }
  const start = (): Cancel => {
    let cancel: Cancel = () => {}
    const tick = () => {
      if (isStopped) return
      cancel = clock.after(TICK_MS + below(random, TICK_JITTER_MS), tick)
      dialDue()
    }
    tick()
    return () => {
      isStopped = true
      cancel()
    }
  }
  return { start, dialDue }
}

/** Those who were here come first, then those we were told of: whoever forges sightings waits behind them. */
const byPromise = (one: Place, other: Place): number =>
  Number(other.wasConnected) - Number(one.wasConnected)
  || Number(other.isRemembered) - Number(one.isRemembered)
  || Number(other.isTold) - Number(one.isTold)
  || one.dueMs - other.dueMs

const viewOf = (places: Places, network: Network): NeighbourView[] => {
  const connected = new Set(network.peers())
  const known = places.all().filter((place) => !place.isSelf)
  const views = known.map((place): NeighbourView => {
    const isUp = place.peer !== undefined && connected.has(place.peer)
    return { address: place.address, peer: place.peer, state: isUp ? 'connected' : place.dial ? 'dialling' : 'unreachable', code: isUp ? undefined : place.code }
  })
  const placed = new Set(known.map((place) => place.peer))
  const callers = [...connected].filter((peer) => !placed.has(peer)).flatMap((peer): NeighbourView[] => {
    const address = network.addressOf(peer)
    return address ? [{ address, peer, state: 'connected', code: undefined }] : []
  })
  return [...views, ...callers]
}
