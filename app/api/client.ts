/** The peer as a screen or the command line sees it, over a Channel. */
import { PeerError, type ErrorCode } from '../base/errors.ts'
import type { Channel } from './channel.ts'
import { CHANNEL_PROTOCOL, decodePeerMessage, encodeRequest, type PeerMessage, type Request, type Welcome } from './codec.ts'
import type { CommandKind, Gives, ScreenEvent, Takes } from './commands.ts'

export interface PeerClient {
  /** What the peer said of itself. Rejects when the Channel closes before, or speaks another protocol. */
  readonly welcome: Promise<Welcome>
  /** @throws PeerError with a code of the table; API_CHANNEL_CLOSED, or the reason given, when the Channel is or gets closed */
  run<Kind extends CommandKind>(kind: Kind, takes: Takes<Kind>): Promise<Gives<Kind>>
  onEvent(listener: (event: ScreenEvent) => void): () => void
  /** Called once when the peer is gone, with the reason; at once if it is already. */
  onClose(listener: (code: ErrorCode) => void): void
  close(): void
}

interface Waiting {
  resolve(gives: unknown): void
  reject(error: PeerError): void
}

export const createClient = (channel: Channel): PeerClient => {
  const waiting = new Map<number, Waiting>()
  const listeners = new Set<{ readonly listener: (event: ScreenEvent) => void }>()
  const closeListeners: ((code: ErrorCode) => void)[] = []
  const welcome = Promise.withResolvers<Welcome>()
  let closed: ErrorCode | undefined
  let lastId = 0
  // A caller may not care for the welcome; its rejection is told through `run` and `onClose` as well.
  welcome.promise.catch(() => undefined)

  const failAll = (code: ErrorCode) => {
    welcome.reject(new PeerError(code))
    for (const { reject } of waiting.values()) reject(new PeerError(code))
    waiting.clear()
  }

  const end = (code: ErrorCode) => {
    if (closed !== undefined) return
    closed = code
    failAll(code)
    for (const listener of closeListeners) listener(code)
  }

  const giveUp = (code: ErrorCode) => {
    end(code)
    channel.close()
  }

  const settle = (message: Extract<PeerMessage, { kind: 'answer' | 'failure' }>) => {
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.kind === 'answer') call?.resolve(message.gives)
    else if (message.id === 0) failAll(message.code)
    else call?.reject(new PeerError(message.code, message.details))
  }

  const take = (message: PeerMessage) => {
    if (message.kind === 'event') for (const { listener } of [...listeners]) listener(message.event)
    else if (message.kind !== 'welcome') settle(message)
    else if (message.welcome.protocol === CHANNEL_PROTOCOL) welcome.resolve(message.welcome)
    else giveUp('API_MESSAGE_MALFORMED')
  }

  channel.onMessage((bytes) => {
    if (closed !== undefined) return
    let message: PeerMessage
    try {
      message = decodePeerMessage(bytes)
    } catch {
      // A peer that can't be understood is of another version: the sentence of this code says what to do.
      return giveUp('API_MESSAGE_MALFORMED')
    }
    take(message)
  })
  channel.onClose((code) => end(code ?? 'API_CHANNEL_CLOSED'))

  return {
    welcome: welcome.promise,
    run: <Kind extends CommandKind>(kind: Kind, takes: Takes<Kind>) => {
      if (closed !== undefined) return Promise.reject(new PeerError(closed))
      const id = ++lastId
      const call = Promise.withResolvers<Gives<Kind>>()
      waiting.set(id, { resolve: (gives) => call.resolve(gives as Gives<Kind>), reject: call.reject })
      channel.send(encodeRequest({ id, kind, takes } as Request))
      return call.promise
    },
    onEvent: (listener) => {
      const entry = { listener }
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
    onClose: (listener) => {
      if (closed !== undefined) listener(closed)
      else closeListeners.push(listener)
    },
    close: () => giveUp('API_CHANNEL_CLOSED'),
  }
}
