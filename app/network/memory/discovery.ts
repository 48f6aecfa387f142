import { every, type Cancel, type Clock } from '../../base/clock.ts'
import type { PeerId } from '../../base/ids.ts'
import { below, type Random } from '../../base/random.ts'
import type { Lane } from './lane.ts'
import type { Discovery, Sighting } from '../network.ts'

interface Wiring {
  readonly clock: Clock
  readonly random: Random
  readonly laneOf: (from: PeerId, to: PeerId) => Lane
}

interface Listener {
  readonly isUp: () => boolean
  readonly self: () => Sighting
  readonly onSighting: (sighting: Sighting) => void
  readonly onGone: (peer: PeerId) => void
  readonly cancel: Cancel
}

const ANNOUNCE_PERIOD_MS = 10_000
const ANNOUNCE_JITTER_MS = 1000

/** Announcements in memory: at start, on `refresh` and every ten seconds; whoever hears one that asks answers it. */
export const createMemoryDiscovery = ({ clock, random, laneOf }: Wiring) => {
  const listeners = new Map<PeerId, Listener>()

  const tell = (from: PeerId, to: PeerId, isAsking: boolean) => {
    const sender = listeners.get(from)
    if (!sender?.isUp()) return
    const sighting = sender.self()
    laneOf(from, to).post(() => {
      const listener = listeners.get(to)
      if (!listener?.isUp()) return
      listener.onSighting(sighting)
      if (isAsking) tell(to, from, false)
    }, 'drop')
  }
  const announce = (from: PeerId, isAsking: boolean) => {
    for (const to of [...listeners.keys()]) if (to !== from) tell(from, to, isAsking)
  }

  const forget = (peer: PeerId) => {
    listeners.get(peer)?.cancel()
    listeners.delete(peer)
  }

  return {
    forget,
    create: (peer: PeerId, isUp: () => boolean): Discovery => ({
      start: (self, onSighting, onGone = () => {}) => {
        const cancel = every(clock, ANNOUNCE_PERIOD_MS + below(random, ANNOUNCE_JITTER_MS), () => announce(peer, false))
        listeners.set(peer, { isUp, self, onSighting, onGone, cancel })
        announce(peer, true)
      },
      refresh: () => announce(peer, true),
      isWorking: () => true,
      /** Takes back what it announced. */
      stop: async () => {
        forget(peer)
        for (const to of [...listeners.keys()]) laneOf(peer, to).post(() => listeners.get(to)?.isUp() && listeners.get(to)?.onGone(peer), 'drop')
      },
    }),
  }
}
