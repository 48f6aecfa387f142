/** The way between a window and its peer: in order, each message after a moment, and answers behind the events told before them. */
import { codeOf } from '../base/errors.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { Peer } from '../peer.types.ts'
import type { Chance } from './chance.ts'
import type { PeerClock } from './virtual-time.ts'

export type PeerScreen = ReturnType<Peer['openScreen']>
export type ScreenEvent = Parameters<Parameters<PeerScreen['onEvent']>[0]>[0]

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: ErrorCode; readonly error: unknown }

export interface ScreenPipe {
  /** Calls `ask` at the peer and `done` back here; not at all when the machine dies in between. */
  ask<T>(ask: (screen: PeerScreen) => Promise<T>, done: (answer: Answer<T>) => void): void
  /** The window takes nothing for so long; what was told meanwhile comes after, in order. */
  holdUp(forMs: number): void
  close(): void
}

type OnEvent = (event: ScreenEvent) => void

const DELAY_MS_MAX = 12

const createLane = (clock: PeerClock, chance: Chance) => {
  let lastMs = 0
  return {
    post: (act: () => void): void => {
      lastMs = Math.max(lastMs, clock.monotonicMs() + chance.between(0, DELAY_MS_MAX))
      clock.after(lastMs - clock.monotonicMs(), act)
    },
    holdUp: (forMs: number): void => {
      lastMs = Math.max(lastMs, clock.monotonicMs() + forMs)
    },
  }
}

export const createScreenPipe = (screen: PeerScreen, clock: PeerClock, chance: Chance, onEvent: OnEvent): ScreenPipe => {
  const [toPeer, toWindow] = [createLane(clock, chance), createLane(clock, chance)]
  let isClosed = false
  const here = (act: () => void) => toWindow.post(() => {
    if (!isClosed) act()
  })
  screen.onEvent((event) => here(() => onEvent(event)))
  return {
    ask: (ask, done) => toPeer.post(() => {
      if (isClosed) return
      ask(screen).then(
        (value) => here(() => done({ ok: true, value })),
        (error: unknown) => here(() => done({ ok: false, code: codeOf(error), error })),
      )
    }),
    holdUp: (forMs) => toWindow.holdUp(forMs),
    close: () => {
      isClosed = true
      screen.close()
    },
  }
}
