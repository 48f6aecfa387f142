/** One neighbour on one stream: the handshake, then one exchange for each workspace that both proved to be in. */
import type { Clock } from '../base/clock.ts'
import { codeOf, type ErrorCode } from '../base/errors.ts'
import type { DeviceId, PeerId, SessionId, WorkspaceId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import type { JoinClaim, JoinProof } from '../membership/join-proof.ts'
import type { Stream } from '../network/network.ts'
import { createExchange } from './exchange.ts'
import type { Exchange, ExchangeParts, SyncLog } from './exchange.types.ts'
import { createHandshake, type Effect, type Gate, type Knock } from './handshake.ts'
import { createIntroduction, type Introduction } from './introduction.ts'
import { decodeMessage, encodeMessage, type Channel, type Message } from './messages.ts'
import type { Requests } from './requests.ts'

/** Refused messages after which a neighbour is cut off. */
const REFUSALS_PER_LINK_MAX = 200
/** Rules of the stream itself: whoever breaks one is cut off below, and counted here. */
const STREAM_RULES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['NETWORK_FRAME_TOO_LARGE', 'NETWORK_CREDIT_EXCEEDED', 'BASE_BYTES_MALFORMED'])
/** Time for a last receipt. */
const DISMISS_MS = 2000

/** What a workspace lends to its links. */
export interface SyncGate extends Gate {
  readonly log: SyncLog
  readonly requests: Requests
  admits(device: DeviceId): boolean
  /** Judges a join proof; calls `done` once the admission is saved, with the sealed keys, or with why not. */
  admit(claim: JoinClaim, proof: JoinProof, done: (answer: { box: Uint8Array } | { code: ErrorCode }) => void): void
}

export interface Proven {
  readonly workspace: WorkspaceId
  readonly device: DeviceId
  readonly session: SessionId
  readonly exchange: Exchange
}

/** What happens on links, told to whoever built them. */
export interface LinkEvents {
  proven(link: Link, proven: Proven): void
  room(link: Link, proven: Proven, room: number, payload: Uint8Array): void
  /** A message of a proven member arrived. */
  heard(proven: Proven): void
  progressed(workspace: WorkspaceId): void
  accepted(knock: Knock, admitter: DeviceId, box: Uint8Array): void
  declined(knock: Knock, code: ErrorCode): void
  refused(workspace: WorkspaceId | undefined, code: ErrorCode): void
  closed(link: Link, code: ErrorCode | undefined): void
}

export interface Link {
  readonly peer: PeerId
  readonly proven: ReadonlyMap<Channel, Proven>
  /** Why it was cut off. */
  readonly code: ErrorCode | undefined
  sendRoom(workspace: WorkspaceId, room: number, payload: Uint8Array): void
  refresh(): void
  compare(): void
  /** Asks again for what is missing. */
  reconsider(): void
  close(): void
}

export interface LinkParts {
  readonly stream: Stream
  readonly self: PeerId
  readonly app: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly events: LinkEvents
  gates(): readonly SyncGate[]
  knocks(): readonly Knock[]
}

export const createLink = (parts: LinkParts): Link => {
  const { stream, events, logger } = parts
  const handshake = createHandshake({ ...parts, peer: stream.peer })
  const proven = new Map<Channel, Proven>()
  const introductions = new Map<Channel, Introduction>()
  const dismissed = new Set<Channel>()
  let refusals = 0
  /** Perhaps for now only, as by a full disk: the next comparison offers again. */
  let hasDeclined = false
  let code: ErrorCode | undefined

  const send = (message: Message) => stream.send(encodeMessage(message))

  const refuse = (reason: ErrorCode, workspace: WorkspaceId | undefined, isFatal: boolean) => {
    refusals++
    logger.debug('refused', { code: reason, peer: stream.peer })
    events.refused(workspace, reason)
    if (!isFatal && refusals < REFUSALS_PER_LINK_MAX) return
    code = reason
    // In good order, so that a last word (an unsupported version) still arrives.
    if (reason === 'SYNC_VERSION_UNSUPPORTED') stream.close()
    else stream.abort(reason)
  }

  const gateOf = (workspace: WorkspaceId) => parts.gates().find((candidate) => candidate.workspace === workspace)

  const exchangeParts = (gate: SyncGate, channel: Channel): ExchangeParts => ({
    channel, send,
    log: gate.log,
    requests: gate.requests,
    admits: (device) => gate.admits(device),
    queuedBytes: () => stream.queuedBytes,
    refuse: (reason, details) => {
      logger.warn('sync refused', { code: reason, ...details })
      refuse(reason, gate.workspace, false)
    },
    fail: (reason, details) => {
      logger.warn('sync failed', { code: reason, ...details })
      events.refused(gate.workspace, reason)
    },
    progressed: () => events.progressed(gate.workspace),
  })

  const openExchange = ({ gate: { workspace }, channel, device, session }: Extract<Effect, { kind: 'proven' }>) => {
    const gate = gateOf(workspace)
    if (!gate) return
    introductions.get(channel)?.close()
    introductions.delete(channel)
    const exchange = createExchange(exchangeParts(gate, channel))
    const entry = { workspace, device, session, exchange }
    proven.set(channel, entry)
    events.proven(link, entry)
    exchange.start()
  }

  const hearOut = ({ gate: { workspace }, channel, device }: Extract<Effect, { kind: 'unknown' }>) => {
    const gate = gateOf(workspace)
    // Who was a member and left needs no introduction.
    if (!gate || gate.admits(device)) return
    introductions.get(channel)?.close()
    introductions.set(channel, createIntroduction(exchangeParts(gate, channel)))
  }

  const admit = (effect: Extract<Effect, { kind: 'admit' }>) => {
    const gate = gateOf(effect.gate.workspace)
    gate?.admit(effect.claim, effect.proof, (answer) => {
      if ('box' in answer) return send({ kind: 'accept', channel: effect.channel, box: answer.box })
      send({ kind: 'decline', channel: effect.channel, code: answer.code })
      handshake.declined(effect.channel)
      hasDeclined = true
      refuse(answer.code, gate.workspace, false)
    })
  }

  const perform = (effects: readonly Effect[]) => {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          send(effect.message)
          break
        case 'proven':
          openExchange(effect)
          break
        case 'unknown':
          hearOut(effect)
          break
        case 'admit':
          admit(effect)
          break
        case 'accepted':
          events.accepted(effect.knock, effect.admitter, effect.box)
          break
        case 'declined':
          events.declined(effect.knock, effect.code)
          break
        case 'refuse':
          refuse(effect.code, effect.workspace, effect.isFatal)
      }
    }
  }

  const receive = (message: Message) => {
    if (message.kind !== 'digest' && message.kind !== 'heights' && message.kind !== 'request' && message.kind !== 'run' && message.kind !== 'room') {
      return perform(handshake.receive(message))
    }
    const entry = proven.get(message.channel)
    const introduction = introductions.get(message.channel)
    if (introduction) return introduction.receive(message)
    if (!entry) return refuse('SYNC_HANDSHAKE_FAILED', undefined, false)
    events.heard(entry)
    if (message.kind === 'room') return events.room(link, entry, message.room, message.payload)
    return entry.exchange.receive(message)
  }

  /** Who leaves hears from us once more that its leaving is stored here, then no more. */
  const dismiss = (channel: Channel) => {
    if (dismissed.has(channel)) return
    dismissed.add(channel)
    parts.clock.after(DISMISS_MS, () => stream.abort('MEMBERSHIP_NOT_A_MEMBER'))
  }

  const closeAll = () => {
    for (const { exchange } of proven.values()) exchange.close()
    for (const introduction of introductions.values()) introduction.close()
  }

  const reconsider = () => {
    for (const { exchange } of proven.values()) exchange.reconsider()
    for (const introduction of introductions.values()) introduction.reconsider()
  }

  const link: Link = {
    peer: stream.peer,
    proven,
    get code() {
      return code
    },
    sendRoom: (workspace, room, payload) => {
      for (const [channel, entry] of proven) if (entry.workspace === workspace) send({ kind: 'room', channel, room, payload })
    },
    refresh: () => {
      perform(handshake.refresh())
      for (const [channel, entry] of proven) if (!gateOf(entry.workspace)?.isMember(entry.device)) dismiss(channel)
      reconsider()
    },
    compare: () => {
      if (hasDeclined) perform(handshake.refresh())
      hasDeclined = false
      for (const entry of proven.values()) entry.exchange.compare()
    },
    reconsider,
    close: () => {
      // What still arrives is discarded: nobody need wait for it.
      closeAll()
      stream.close()
    },
  }

  stream.onFrame((frame) => {
    let message: Message
    try {
      message = decodeMessage(frame)
    } catch (error) {
      logger.warn('message malformed', { code: codeOf(error), peer: stream.peer, bytes: frame.length })
      return refuse('SYNC_MESSAGE_MALFORMED', undefined, true)
    }
    receive(message)
  })
  stream.onDrain(() => {
    for (const entry of proven.values()) entry.exchange.pump()
  })
  stream.onClose((reason) => {
    code ??= reason
    if (reason && STREAM_RULES.has(reason)) events.refused(undefined, reason)
    closeAll()
    events.closed(link, code)
    proven.clear()
    introductions.clear()
  })
  perform(handshake.start())
  return link
}
