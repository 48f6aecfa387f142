/** Flow control of one stream, whatever carries it: the same rules run over libp2p and in the simulator.
 *  Every frame costs credit, which comes back when the other side's consumer has taken it. So neither side ever
 *  holds more than STREAM_CREDIT_BYTES for a slow consumer, and a sender more than STREAM_QUEUE_BYTES_MAX behind it. */
import type { Cancel, Clock } from '../base/clock.ts'
import { PeerError, type ErrorCode } from '../base/errors.ts'
import type { PeerId } from '../base/ids.ts'
import { FRAME_BYTES_MAX, FRAME_COST_BYTES, STREAM_CREDIT_BYTES, STREAM_QUEUE_BYTES_MAX } from '../base/limits.ts'
import type { Stream } from './network.ts'

/** What the two ends of a stream tell each other, in order. */
export type FlowMessage =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  /** The consumer took frames of this cost. */
  | { readonly kind: 'credit'; readonly bytes: number }
  /** No frame follows. The answer is `closed`. */
  | { readonly kind: 'close' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'abort'; readonly code: ErrorCode }

export interface FlowInit {
  readonly peer: PeerId
  readonly protocol: string
  readonly clock: Clock
  /** Carries a message to the other end, in order. Never throws, never waits. */
  readonly post: (message: FlowMessage) => void
  /** Called once, before the listeners of the stream: nothing will be posted or taken any more. */
  readonly onEnd: (code: ErrorCode | undefined) => void
}

export interface Flow {
  readonly stream: Stream
  /** Takes what the other end posted. */
  take(message: FlowMessage): void
  /** The carrier is gone: ends without telling the other end. */
  lose(code: ErrorCode): void
  /** The machine is gone: ends without telling anybody. */
  silence(): void
}

/** Credit is told at once from here on, and after CREDIT_DELAY_MS below: a message a keystroke would double the packets. */
const CREDIT_TOLD_AT_BYTES = STREAM_CREDIT_BYTES / 8
const CREDIT_DELAY_MS = 50
/** How long a close may wait for the other side's consumer. */
const CLOSE_MS_MAX = 10_000
const HALF = STREAM_CREDIT_BYTES / 2

/** What a frame costs: its length, and what holding even an empty one takes. */
export const frameCost = (frame: Uint8Array): number => frame.length + FRAME_COST_BYTES

/** Our end of a stream. `close` discards frames that still arrive; `queuedBytes` counts FRAME_COST_BYTES a frame beside its length.
 *  A consumer that throws ends the stream: with the code of a PeerError, or else with UNKNOWN and rethrown. */
export const createFlow = (init: FlowInit): Flow => {
  const outbox = createOutbox((bytes) => init.post({ kind: 'frame', bytes }))
  const inbox = createInbox(init.clock, (bytes) => init.post({ kind: 'credit', bytes }))
  const drainListeners: (() => void)[] = []
  let closeListeners: ((code: ErrorCode | undefined) => void)[] = []
  let state: 'open' | 'closing' | 'ended' = 'open'
  let isCloseTold = false
  let theyClosed = false
  let endedWith: ErrorCode | undefined
  let cancelClose: Cancel = () => {}

  const end = (code: ErrorCode | undefined) => {
    if (state === 'ended') return
    forget()
    endedWith = code
    init.onEnd(code)
    const listeners = closeListeners
    closeListeners = []
    for (const listener of listeners) listener(code)
  }
  const forget = () => {
    state = 'ended'
    cancelClose()
    outbox.clear()
    inbox.clear()
  }
  const abort = (code: ErrorCode) => {
    if (state === 'ended') return
    init.post({ kind: 'abort', code })
    end(code)
  }
  const finishIfTheyClosed = () => {
    if (state === 'ended' || !theyClosed || inbox.heldBytes > 0) return
    init.post({ kind: 'closed' })
    end(undefined)
  }
  const pump = () => {
    outbox.pump()
    if (state !== 'closing' || isCloseTold || outbox.waitingBytes > 0) return
    isCloseTold = true
    init.post({ kind: 'close' })
  }
  const takeFrame = (bytes: Uint8Array) => {
    if (bytes.length > FRAME_BYTES_MAX || theyClosed || !inbox.put(bytes)) return abort('NETWORK_CREDIT_EXCEEDED')
    if (state === 'closing') inbox.discard()
    else deliver()
  }
  const deliver = () => {
    try {
      inbox.deliver()
    } catch (error) {
      abort(error instanceof PeerError ? error.code : 'UNKNOWN')
      if (!(error instanceof PeerError)) throw error
    }
    finishIfTheyClosed()
  }
  const takeCredit = (bytes: number) => {
    const before = outbox.queuedBytes
    if (!outbox.credit(bytes)) return abort('NETWORK_CREDIT_EXCEEDED')
    pump()
    if (before > HALF && outbox.queuedBytes <= HALF) for (const listener of [...drainListeners]) listener()
  }
  const takeClosed = () => (isCloseTold ? end(undefined) : abort('NETWORK_STREAM_CLOSED'))

  const stream: Stream = {
    peer: init.peer,
    protocol: init.protocol,
    get queuedBytes() {
      return outbox.queuedBytes
    },
    send: (frame) => {
      if (frame.length > FRAME_BYTES_MAX) throw new PeerError('NETWORK_FRAME_TOO_LARGE', { bytes: frame.length })
      if (state !== 'open') return
      if (outbox.waitingBytes + frameCost(frame) > STREAM_QUEUE_BYTES_MAX) return abort('NETWORK_QUEUE_FULL')
      outbox.push(frame)
    },
    onFrame: (listener) => {
      inbox.listen(listener)
      // Not from within this call: the caller may not have built yet what its listener uses.
      init.clock.after(0, () => state === 'open' && deliver())
    },
    onDrain: (listener) => void drainListeners.push(listener),
    onClose: (listener) => {
      if (state === 'ended') init.clock.after(0, () => listener(endedWith))
      else closeListeners.push(listener)
    },
    close: () => {
      if (state !== 'open') return
      state = 'closing'
      cancelClose = init.clock.after(CLOSE_MS_MAX, () => abort('NETWORK_STREAM_CLOSED'))
      inbox.discard()
      pump()
      finishIfTheyClosed()
    },
    abort,
  }

  return {
    stream,
    take: (message) => {
      if (state === 'ended') return
      if (message.kind === 'frame') takeFrame(message.bytes)
      else if (message.kind === 'credit') takeCredit(message.bytes)
      else if (message.kind === 'abort') end(message.code)
      else if (message.kind === 'closed') takeClosed()
      else {
        theyClosed = true
        finishIfTheyClosed()
      }
    },
    lose: end,
    silence: forget,
  }
}

/** Frames on their way out: those that wait for credit, and the cost of those sent and not yet taken. */
const createOutbox = (post: (frame: Uint8Array) => void) => {
  const waiting = createQueue()
  let sentBytes = 0
  const pump = () => {
    for (let frame = waiting.peek(); frame && sentBytes + frameCost(frame) <= STREAM_CREDIT_BYTES; frame = waiting.peek()) {
      waiting.shift()
      sentBytes += frameCost(frame)
      post(frame)
    }
  }
  return {
    get waitingBytes() {
      return waiting.bytes
    },
    get queuedBytes() {
      return waiting.bytes + sentBytes
    },
    pump,
    push: (frame: Uint8Array) => {
      waiting.push(frame)
      pump()
    },
    /** False for more than there is outstanding. */
    credit: (bytes: number): boolean => {
      if (!(bytes > 0 && bytes <= sentBytes)) return false
      sentBytes -= bytes
      return true
    },
    clear: () => {
      waiting.clear()
      sentBytes = 0
    },
  }
}

/** Frames that wait for the consumer, and the cost of those taken and not yet told. */
const createInbox = (clock: Clock, tell: (bytes: number) => void) => {
  const held = createQueue()
  let listener: ((frame: Uint8Array) => void) | undefined
  let untoldBytes = 0
  let isDelivering = false
  let cancelTell: Cancel | undefined

  const tellNow = () => {
    cancelTell?.()
    cancelTell = undefined
    const bytes = untoldBytes
    untoldBytes = 0
    if (bytes > 0) tell(bytes)
  }
  const taken = (bytes: number) => {
    untoldBytes += bytes
    if (untoldBytes >= CREDIT_TOLD_AT_BYTES) tellNow()
    else if (untoldBytes > 0) cancelTell ??= clock.after(CREDIT_DELAY_MS, tellNow)
  }
  return {
    get heldBytes() {
      return held.bytes
    },
    listen: (consumer: (frame: Uint8Array) => void) => void (listener = consumer),
    /** False for more than the credit that was given. */
    put: (frame: Uint8Array): boolean => {
      if (held.bytes + untoldBytes + frameCost(frame) > STREAM_CREDIT_BYTES) return false
      held.push(frame)
      return true
    },
    deliver: () => {
      // A listener that sends may be answered before it returns: the frame after must not overtake it.
      if (!listener || isDelivering) return
      isDelivering = true
      try {
        for (let frame = held.peek(); frame; frame = held.peek()) {
          listener(frame)
          // The listener may have ended the stream, which empties the queue.
          if (held.shift() === frame) taken(frameCost(frame))
        }
      } finally {
        isDelivering = false
      }
    },
    discard: () => {
      const bytes = held.bytes
      held.clear()
      taken(bytes)
    },
    clear: () => {
      cancelTell?.()
      held.clear()
      untoldBytes = 0
      listener = undefined
    },
  }
}

/** First in, first out, in constant time however many there are. */
const createQueue = () => {
  let frames: Uint8Array[] = []
  let at = 0
  let bytes = 0
  return {
    get bytes() {
      return bytes
    },
    peek: () => frames[at],
    push: (frame: Uint8Array) => {
      frames.push(frame)
      bytes += frameCost(frame)
    },
    shift: () => {
      const frame = frames[at]
      if (!frame) return undefined
      bytes -= frameCost(frame)
      at++
      if (2 * at > frames.length) {
        frames = frames.slice(at)
        at = 0
      }
      return frame
    },
    clear: () => {
      frames = []
      at = 0
      bytes = 0
    },
  }
}
