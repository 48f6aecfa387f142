import type { ErrorCode } from '../../base/errors.ts'
import type { Address, PeerId } from '../../base/ids.ts'
import { PLACES_MAX } from '../../base/limits.ts'
import { below, type Random } from '../../base/random.ts'

/** An address where a peer may answer. */
export interface Place {
  readonly address: Address
  /** Who answered there last, or said so; a hint. */
  peer: PeerId | undefined
  /** From the address book, an invitation, or typed: kept until forgotten. */
  isRemembered: boolean
  /** A member says that a member listens there. */
  isTold: boolean
  /** It turned out to be this machine. */
  isSelf: boolean
  wasConnected: boolean
  /** The peer said goodbye. */
  isLeaving: boolean
  /** When it was last announced. */
  sightedMs: number | undefined
  /** Since when nobody connected answers there. */
  missingMs: number
  /** The last sign of life, or the last reason to try anew. */
  hopeMs: number
  /** Not dialled before. */
  dueMs: number
  /** Connections in a row that were hung up as soon as they stood: a stranger to the rooms above. */
  hangUps: number
  dial: AbortController | undefined
  code: ErrorCode | undefined
}

const MINUTE_MS = 60_000
/** A place that was only announced is dropped this long after the last announcement. */
const SIGHTING_MS = 10 * MINUTE_MS
const SLOW_MS = 2000
const SLOWEST_MS = 10_000
const HANG_UP_MS = 1000
const HANG_UP_MS_MAX = 30_000

/** How long to wait from one dial to the next. A peer that was here comes back within minutes: the loop stays fast for it as long as a
 *  meeting lasts; an address alone may be dead for good. */
export const pauseMs = (place: Place, nowMs: number, random: Random): number => {
  const absentMs = nowMs - place.hopeMs
  const [fastMs, slowMs] = place.peer ? [10 * MINUTE_MS, 60 * MINUTE_MS] : [10_000, 10 * MINUTE_MS]
  const absence = absentMs < fastMs ? 0 : absentMs < slowMs ? SLOW_MS : SLOWEST_MS
  const hangUp = place.hangUps > 0 ? Math.min(HANG_UP_MS_MAX, HANG_UP_MS * 2 ** place.hangUps) : 0
  const pause = Math.max(absence, hangUp)
  return pause > 0 ? pause + below(random, Math.ceil(pause / 4)) : 0
}

/** The addresses we know, at most PLACES_MAX. */
export const createPlaces = () => {
  const places = new Map<Address, Place>()

  const makeRoom = (): boolean => {
    if (places.size < PLACES_MAX) return true
    const least = [...places.values()]
      .filter((place) => !place.isRemembered && !place.wasConnected && !place.dial)
      .sort((one, other) => Number(one.isTold) - Number(other.isTold) || (one.sightedMs ?? 0) - (other.sightedMs ?? 0))[0]
    return least !== undefined && places.delete(least.address)
  }

  const remove = (place: Place) => {
    place.dial?.abort()
    places.delete(place.address)
  }

  return {
    all: () => [...places.values()],
    of: (peer: PeerId) => [...places.values()].filter((place) => place.peer === peer),
    get: (address: Address) => places.get(address),
    /** The place, made if it is new; undefined when there is no room for it. */
    ensure: (address: Address, nowMs: number): Place | undefined => {
      const known = places.get(address)
      if (known || !makeRoom()) return known
      const place: Place = {
        address,
        peer: undefined,
        isRemembered: false,
        isTold: false,
        isSelf: false,
        wasConnected: false,
        isLeaving: false,
        sightedMs: undefined,
        missingMs: nowMs,
        hopeMs: nowMs,
        dueMs: nowMs,
        hangUps: 0,
        dial: undefined,
        code: undefined,
      }
      places.set(address, place)
      return place
    },
    remove,
    /** Its peer has left: nothing is known of it but what others told us, and that is dialled less often. */
    release: (place: Place, nowMs: number) => {
      if (!place.isRemembered && !place.isTold) return remove(place)
      place.isLeaving = false
      place.peer = undefined
      place.hopeMs = nowMs - 10_000
      place.missingMs = nowMs
      place.dueMs = nowMs + SLOW_MS
    },
    /** No member says so any more. Whoever else knows of it, or answers there, keeps it. */
    untell: (place: Place) => {
      place.isTold = false
      if (!place.isRemembered && !place.wasConnected && place.sightedMs === undefined) remove(place)
    },
    expire: (nowMs: number, isConnected: (place: Place) => boolean) => {
      for (const place of places.values()) {
        const isFresh = nowMs - (place.sightedMs ?? place.hopeMs) < SIGHTING_MS
        if (!place.isRemembered && !place.isTold && !isFresh && !place.dial && !isConnected(place)) places.delete(place.address)
      }
    },
  }
}

export type Places = ReturnType<typeof createPlaces>
