import type { Cancel, Clock } from '../../base/clock.ts'

/** What a hub's policy says of one direction between two peers. */
export type Link = { readonly kind: 'open'; readonly delayMs: number } | { readonly kind: 'cut' }

interface Parcel {
  dueMs: number
  readonly deliver: () => void
  readonly whenCut: 'wait' | 'drop'
}

/** One direction between two peers: delayed, in order. What waits for a cut link is delivered when it opens, as TCP would. */
/** @param notBefore nothing arrives before what was sent on this lane by now */
export const createLane = (clock: Clock, link: () => Link, notBefore?: { readonly lastDueMs: number }) => {
  const parcels: Parcel[] = []
  let lastDueMs = notBefore?.lastDueMs ?? 0
  let cancel: Cancel | undefined

  const dueMs = (delayMs: number) => (lastDueMs = Math.max(lastDueMs, clock.monotonicMs() + delayMs))
  const schedule = () => {
    const first = parcels[0]
    if (first) cancel ??= clock.after(Math.max(0, first.dueMs - clock.monotonicMs()), run)
  }
  const run = () => {
    cancel = undefined
    for (let first = parcels[0]; first && first.dueMs <= clock.monotonicMs(); first = parcels[0]) {
      const isCut = link().kind === 'cut'
      if (isCut && first.whenCut === 'wait') return
      parcels.shift()
      if (!isCut) first.deliver()
    }
    schedule()
  }

  return {
    get lastDueMs() {
      return lastDueMs
    },
    post: (deliver: () => void, whenCut: 'wait' | 'drop') => {
      const state = link()
      if (state.kind === 'cut' && whenCut === 'drop') return
      parcels.push({ dueMs: dueMs(state.kind === 'open' ? state.delayMs : 0), deliver, whenCut })
      schedule()
    },
    /** The policy changed: what waited sets out again. */
    refresh: () => {
      const state = link()
      if (state.kind === 'cut' || cancel || parcels.length === 0) return
      for (const parcel of parcels) parcel.dueMs = dueMs(state.delayMs)
      schedule()
    },
  }
}

export type Lane = ReturnType<typeof createLane>
