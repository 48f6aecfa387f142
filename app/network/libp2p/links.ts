import type { Connection, Stream as RawStream, StreamMessageEvent } from '@libp2p/interface'
import type { Cancel, Clock } from '../../base/clock.ts'
import type { PeerId } from '../../base/ids.ts'
import { PROBE_MS } from '../../base/limits.ts'
import type { PeerChange } from '../network.ts'
import { createLinkTable, type Link } from './link-table.ts'

/** The stream that settles which of several connections to one peer is kept, and tells that the other end lives.
 *  libp2p keeps all that are opened, so that two peers who dial each other at once end with two; and its own ping opens
 *  a stream for each. Here the lower PeerId decides: the higher says on each new connection whether it has another one,
 *  the lower answers `take` or `drop`. Up is told after that, so no stream is ever opened on the doomed one.
 *  One byte a message. */
export const LINK_PROTOCOL = '/lanyard/link/1'
const HELLO_ALONE = 1
const HELLO_ANOTHER = 2
const TAKE = 3
const DROP = 4
const BEAT = 5
/** Answered by a beat at once. */
const CALL = 6

/** A connection is settled within this, or closed. */
const SETTLE_MS_MAX = 3000
const BEAT_MS = 2000
/** A beat may be two seconds late, by a pause of the collector or a busy machine, before we call it silence. */
const SILENCE_MS = 4000
const TICK_MS = 500
const CLOSE_MS_MAX = 1000

interface LinksInit {
  readonly self: PeerId
  readonly clock: Clock
  readonly emit: (change: PeerChange) => void
}

/** The connections of a node, each settled or dropped. */
export const createLinks = ({ self, clock, emit }: LinksInit) => {
  const table = createLinkTable(emit)

  const manage = (connection: Connection) => {
    const peer = connection.remotePeer.toString() as PeerId
    const cancelSettle = clock.after(SETTLE_MS_MAX, () => drop(link))
    const heardMs = clock.monotonicMs()
    const openedAt = table.nextStep()
    const link: Link = { connection, peer, flows: new Set(), state: 'new', openedAt, settledAt: 0, raw: undefined, heardMs, cancelSettle }
    table.links.set(connection, link)
    connection.addEventListener('close', () => link.state !== 'over' && table.over(link))
    if (connection.status !== 'open') return table.over(link)
    if (connection.direction !== 'outbound') return
    connection.newStream([LINK_PROTOCOL], { signal: clock.deadline(SETTLE_MS_MAX) }).then((raw) => attach(link, raw), () => drop(link))
  }
  const attach = (link: Link, raw: RawStream) => {
    if (link.state !== 'new' || link.raw) return raw.abort(new Error('one is enough'))
    link.raw = raw
    raw.addEventListener('message', ({ data }: StreamMessageEvent) => {
      for (const byte of data.subarray()) take(link, byte)
    })
    raw.addEventListener('remoteCloseWrite', () => drop(link))
    raw.addEventListener('close', () => drop(link))
    if (self > link.peer) say(link, table.hasAnother(link) ? HELLO_ANOTHER : HELLO_ALONE)
  }
  const take = (link: Link, byte: number) => {
    link.heardMs = clock.monotonicMs()
    if (link.state === 'over' || byte === BEAT) return
    if (byte === CALL && link.state === 'settled') return say(link, BEAT)
    const isHello = byte === HELLO_ALONE || byte === HELLO_ANOTHER
    if (link.state === 'new' && self < link.peer && isHello) decide(link, byte === HELLO_ANOTHER)
    else if (link.state === 'new' && self > link.peer && byte === TAKE) settle(link)
    else drop(link)
  }
  const decide = (link: Link, theyHaveAnother: boolean) => {
    // Whoever says it has no other has lost the one that we still believe in; but not if this one is older than that: then both were
    // under way at once, and the word was true when it set out.
    const kept = table.settled.get(link.peer)
    const isTaken = !kept || (!theyHaveAnother && link.openedAt > kept.settledAt)
    say(link, isTaken ? TAKE : DROP)
    if (isTaken) settle(link)
    else drop(link)
  }
  const settle = (link: Link) => {
    const old = table.settled.get(link.peer)
    if (old) drop(old)
    table.settle(link)
  }
  /** Over at once here, in good order below. */
  const drop = (link: Link) => {
    if (link.state === 'over') return
    table.over(link)
    const { connection } = link
    connection.close({ signal: clock.deadline(CLOSE_MS_MAX) }).catch(() => abort(connection))
  }

  return { ...table, manage, attach, drop }
}

export type Links = ReturnType<typeof createLinks>

/** Beats on every settled link, and drops those that fell silent. Answers how to stop. */
export const keepAlive = ({ settled }: Links, clock: Clock): Cancel => {
  let tickedMs = clock.monotonicMs()
  let beatMs = tickedMs
  const tick = () => {
    const nowMs = clock.monotonicMs()
    // We slept ourselves: what the others said meanwhile is still unread.
    const wasAsleep = nowMs - tickedMs > 2 * TICK_MS
    const isBeat = nowMs - beatMs >= BEAT_MS
    tickedMs = nowMs
    if (isBeat) beatMs = nowMs
    for (const link of [...settled.values()]) {
      if (wasAsleep) link.heardMs = nowMs
      if (nowMs - link.heardMs > SILENCE_MS) abort(link.connection)
      else if (isBeat) say(link, BEAT)
    }
    cancel = clock.after(TICK_MS, tick)
  }
  let cancel = clock.after(TICK_MS, tick)
  return () => cancel()
}

/** Ends every connection that does not answer a call. */
export const probeAll = ({ settled }: Links, clock: Clock): void => {
  for (const link of [...settled.values()]) {
    const calledMs = clock.monotonicMs()
    link.heardMs = Math.min(link.heardMs, calledMs - 1)
    say(link, CALL)
    clock.after(PROBE_MS, () => link.state === 'settled' && link.heardMs < calledMs && abort(link.connection))
  }
}

const say = (link: Link, byte: number) => {
  try {
    link.raw?.send(Uint8Array.of(byte))
  } catch {
    // It ended below; its close event follows.
  }
}

const abort = (connection: Connection) => connection.abort(new Error('the other end is silent'))
