/** Serves one screen over a Channel: commands in, answers and events out. */
import type { Channel } from './api/channel.ts'
import { CHANNEL_PROTOCOL, decodeRequest, encodePeerMessage, type PeerMessage, type Request } from './api/codec.ts'
import type { ScreenEvent } from './api/commands.ts'
import type { PeerService } from './api/peer-service.ts'
import type { Cancel, Clock } from './base/clock.ts'
import { codeOf, PeerError } from './base/errors.ts'
import { InvariantError } from './base/invariant.ts'
import { CHANNEL_BUSY_BYTES, CHANNEL_QUEUE_BYTES_MAX, COMMANDS_RUNNING_MAX } from './base/limits.ts'
import type { Logger } from './base/logger.ts'

export interface ServeOptions {
  readonly version: string
  readonly clock: Clock
  readonly logger: Logger
  /** A programmer's error inside the peer: the host stops it in good order. */
  readonly onFault: (error: unknown) => void
}

const HELD_RETRY_MS = 50

/** Returns at once; ends by itself when the Channel closes. */
export const serve = (service: PeerService, channel: Channel, options: ServeOptions): void => {
  const screen = service.openScreen()
  const outbox = createOutbox(channel, options)
  let running = 0

  const run = async ({ id, kind, takes }: Request): Promise<PeerMessage> => {
    try {
      return { kind: 'answer', id, gives: await screen.run(kind, takes) }
    } catch (error) {
      if (!(error instanceof PeerError)) options.logger.warn('command failed', { kind, error: String(error) })
      if (error instanceof InvariantError) options.onFault(error)
      return { kind: 'failure', id, code: codeOf(error), details: error instanceof PeerError ? error.details : {} }
    }
  }

  const take = async (message: Uint8Array): Promise<void> => {
    const read = decodeRequest(message)
    if (!read.ok) return outbox.send({ kind: 'failure', id: read.id, code: read.code, details: read.details })
    if (running >= COMMANDS_RUNNING_MAX) return outbox.send({ kind: 'failure', id: read.request.id, code: 'API_BUSY', details: {} })
    running++
    // A screen that gets a document must have it before the first change to it.
    const release = read.request.kind === 'document.attach' ? outbox.holdEvents() : undefined
    // Called before the first await: commands start in the order in which they came.
    const answer = await run(read.request)
    running--
    try {
      outbox.send(answer)
    } catch (error) {
      options.logger.warn('answer not encodable', { kind: read.request.kind, error: String(error) })
      outbox.send({ kind: 'failure', id: read.request.id, code: 'UNKNOWN', details: {} })
    }
    release?.()
  }

  const cancelEvents = screen.onEvent(outbox.sendEvent)
  channel.onClose(() => {
    cancelEvents()
    outbox.close()
    screen.close()
  })
  channel.onMessage((message) => void take(message).catch(options.onFault))
  outbox.send({ kind: 'welcome', welcome: { protocol: CHANNEL_PROTOCOL, version: options.version } })
}

/** Of events with the same key only the newest matters. Updates have none: each must arrive. */
const keyOf = (event: ScreenEvent): string | undefined => {
  if (event.kind === 'status') return 'status'
  if (event.kind === 'documents') return `documents ${event.workspace}`
  if (event.kind === 'where') return `where ${event.workspace} ${event.where.document}`
  if (event.kind === 'presence') return `presence ${event.workspace} ${event.presence.document} ${event.presence.device} ${event.presence.clientId}`
  return undefined
}

/** Holds back what a slow screen could not take anyway, and gives up a screen that takes nothing. */
const createOutbox = (channel: Channel, { clock, logger }: ServeOptions) => {
  const held = new Map<string, ScreenEvent>()
  const afterAnswers: ScreenEvent[] = []
  let answersAwaited = 0
  let cancelRetry: Cancel | undefined
  let isClosed = false

  const send = (message: PeerMessage) => {
    if (isClosed) return
    channel.send(encodePeerMessage(message))
    if (channel.queuedBytes <= CHANNEL_QUEUE_BYTES_MAX) return
    logger.warn('screen too slow', { queuedBytes: channel.queuedBytes })
    close()
    channel.close('API_CHANNEL_CLOSED')
  }

  const isBusy = () => channel.queuedBytes > CHANNEL_BUSY_BYTES

  const sendHeld = () => {
    cancelRetry = undefined
    for (const [key, event] of held) {
      if (isBusy()) break
      held.delete(key)
      send({ kind: 'event', event })
    }
    retryLater()
  }

  const retryLater = () => {
    if (held.size > 0 && !isClosed) cancelRetry ??= clock.after(HELD_RETRY_MS, sendHeld)
  }

  const sendEvent = (event: ScreenEvent) => {
    const key = keyOf(event)
    if (isClosed) return
    if (answersAwaited > 0) return void afterAnswers.push(event)
    if (key === undefined || !(isBusy() || held.has(key))) return send({ kind: 'event', event })
    held.set(key, event)
    retryLater()
  }

  const holdEvents = () => {
    answersAwaited++
    return () => {
      answersAwaited--
      if (answersAwaited === 0) for (const event of afterAnswers.splice(0)) sendEvent(event)
    }
  }

  const close = () => {
    isClosed = true
    held.clear()
    afterAnswers.length = 0
    cancelRetry?.()
  }

  return { send, sendEvent, holdEvents, close }
}
