/** The one connection to the peer on this machine: found again with back-off whenever it is lost. */
import type { PeerClient } from '../../app/api/client.ts'
import type { CommandKind, Gives, ScreenEvent, Takes } from '../../app/api/commands.ts'
import { codeOf, PeerError, type ErrorCode } from '../../app/base/errors.ts'

export type Link =
  | { readonly kind: 'connecting' }
  /** `round` grows with every new connection: what was attached before must attach again. */
  | { readonly kind: 'open'; readonly round: number }
  | { readonly kind: 'lost'; readonly code: ErrorCode }

export type Run = <Kind extends CommandKind>(kind: Kind, takes: Takes<Kind>) => Promise<Gives<Kind>>

export interface Connection {
  readonly link: () => Link
  readonly onLink: (listener: (link: Link) => void) => () => void
  /** @throws PeerError; API_CHANNEL_CLOSED while there is no connection */
  readonly run: Run
  readonly onEvent: (listener: (event: ScreenEvent) => void) => () => void
  /** Tries now instead of when the back-off ends. */
  readonly retryNow: () => void
  readonly close: () => void
}

/** Grows from a blink to a few seconds: the peer is on this very machine, so an attempt costs nothing. */
const RETRY_DELAYS_MS = [100, 250, 500, 1000, 2000, 3000]
/** A connection that says nothing for this long is given up. */
const WELCOME_MS = 10_000

/** @param dial opens a fresh Channel and speaks over it */
export const createConnection = (dial: () => PeerClient): Connection => {
  const linkListeners = new Set<(link: Link) => void>()
  const eventListeners = new Set<(event: ScreenEvent) => void>()
  let link: Link = { kind: 'connecting' }
  let client: PeerClient | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let rounds = 0
  let isClosed = false

  const become = (next: Link) => {
    link = next
    for (const listener of [...linkListeners]) listener(next)
  }

  const lose = (lost: PeerClient, code: ErrorCode) => {
    if (lost !== client || isClosed) return
    client = undefined
    clearTimeout(timer)
    timer = setTimeout(attempt, RETRY_DELAYS_MS[Math.min(failures, RETRY_DELAYS_MS.length - 1)])
    failures++
    become({ kind: 'lost', code })
  }

  const attempt = () => {
    clearTimeout(timer)
    if (isClosed || client !== undefined) return
    const dialled = dial()
    client = dialled
    timer = setTimeout(() => dialled.close(), WELCOME_MS)
    dialled.onEvent((event) => {
      for (const listener of [...eventListeners]) listener(event)
    })
    dialled.onClose((code) => lose(dialled, code))
    dialled.welcome.then(
      () => {
        if (dialled !== client) return
        clearTimeout(timer)
        failures = 0
        rounds++
        become({ kind: 'open', round: rounds })
      },
      (error: unknown) => lose(dialled, codeOf(error)),
    )
  }

  // The first attempt waits a turn, so that whoever makes the connection can listen to it from its start.
  queueMicrotask(attempt)
  return {
    link: () => link,
    onLink: (listener) => {
      linkListeners.add(listener)
      return () => linkListeners.delete(listener)
    },
    run: (kind, takes) => {
      if (client === undefined || link.kind !== 'open') return Promise.reject(new PeerError('API_CHANNEL_CLOSED'))
      return client.run(kind, takes)
    },
    onEvent: (listener) => {
      eventListeners.add(listener)
      return () => eventListeners.delete(listener)
    },
    retryNow: attempt,
    close: () => {
      isClosed = true
      clearTimeout(timer)
      client?.close()
    },
  }
}
