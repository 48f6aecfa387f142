/** Two joined Channels in one process: the memory twin of MessagePort and WebSocket. */
import type { ErrorCode } from '../base/errors.ts'
import type { Channel } from './channel.ts'

export interface PairedChannel extends Channel {
  /** While paused the other side takes nothing: what is sent to it waits here. */
  pause(): void
  resume(): void
}

interface End {
  readonly inbox: Uint8Array[]
  inboxBytes: number
  readonly messageListeners: ((message: Uint8Array) => void)[]
  readonly closeListeners: ((code?: ErrorCode) => void)[]
  isPaused: boolean
}

const createEnd = (): End => ({ inbox: [], inboxBytes: 0, messageListeners: [], closeListeners: [], isPaused: false })

/** In the order of the calls, and never while the caller is still at work. */
const soon = (act: () => void) => Promise.resolve().then(act)

const deliver = (end: End) => {
  while (!end.isPaused && end.messageListeners.length > 0) {
    const message = end.inbox.shift()
    if (message === undefined) return
    end.inboxBytes -= message.length
    for (const listener of end.messageListeners) listener(message)
  }
}

export const createChannelPair = (): readonly [PairedChannel, PairedChannel] => {
  const a = createEnd()
  const b = createEnd()
  let isClosed = false

  const shut = (by: End, code?: ErrorCode) => {
    if (isClosed) return
    isClosed = true
    for (const end of [a, b]) {
      // Only the other side hears the reason: who closes knows it.
      void soon(() => end.closeListeners.forEach((listener) => listener(end === by ? undefined : code)))
    }
  }

  const side = (near: End, far: End): PairedChannel => ({
    send: (message) => {
      if (isClosed) return
      far.inbox.push(message.slice())
      far.inboxBytes += message.length
      void soon(() => deliver(far))
    },
    get queuedBytes() {
      return far.inboxBytes
    },
    onMessage: (listener) => {
      near.messageListeners.push(listener)
      void soon(() => deliver(near))
    },
    onClose: (listener) => void near.closeListeners.push(listener),
    close: (code) => shut(near, code),
    pause: () => {
      near.isPaused = true
    },
    resume: () => {
      near.isPaused = false
      void soon(() => deliver(near))
    },
  })

  return [side(a, b), side(b, a)]
}
