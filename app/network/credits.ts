/** Flow control of one stream, whatever carries it: the same rules run over libp2p and in the simulator.
 *  Every frame costs credit, which comes back when the other side's consumer has taken it. So neither side ever
 *  holds more than STREAM_CREDIT_BYTES for a slow consumer, and a sender more than STREAM_QUEUE_BYTES_MAX behind it. */
import type { Cancel, Clock } from '../base/clock.ts'
import { PeerError, type ErrorCode } from '../base/errors.ts'
import type { PeerId } from '../base/ids.ts'
import { FRAME_BYTES_MAX, STREAM_CREDIT_BYTES, STREAM_QUEUE_BYTES_MAX } from '../base/limits.ts'
import { frameCost } from './credits/frame-queue.ts'
import { createInbox } from './credits/inbox.ts'
import { createOutbox } from './credits/outbox.ts'
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

/** How long a close may wait for the other side's consumer. */
const CLOSE_MS_MAX = 10_000
const HALF = STREAM_CREDIT_BYTES / 2

/** Our end of a stream. `close` discards frames that still arrive; `queuedBytes` counts FRAME_COST_BYTES a frame beside its length.
 *  A consumer that throws ends the stream: with the code of a PeerError, or else with UNKNOWN and rethrown. */
export const createFlow = (init: FlowInit): Flow => {
  const core = createCore(init)
  const take = createTaker(core)
  return {
    stream: createStreamOf(init, core),
    take: (message) => {
      if (core.state !== 'ended') take(message)
    },
    lose: core.end,
    silence: core.forget,
  }
}

/** What the stream and what the other end posts both move. */
const createCore = ({ clock, post, onEnd }: FlowInit) => {
  const outbox = createOutbox((bytes) => post({ kind: 'frame', bytes }))
  const inbox = createInbox(clock, (bytes) => post({ kind: 'credit', bytes }))
  let cancelClose: Cancel = () => {}

  const core = {
    outbox,
    inbox,
    state: 'open' as 'open' | 'closing' | 'ended',
    isCloseTold: false,
    theyClosed: false,
    endedWith: undefined as ErrorCode | undefined,
    drainListeners: [] as (() => void)[],
    closeListeners: [] as ((code: ErrorCode | undefined) => void)[],
    forget: () => {
      core.state = 'ended'
      cancelClose()
      outbox.clear()
      inbox.clear()
    },
    end: (code: ErrorCode | undefined) => {
      if (core.state === 'ended') return
      core.forget()
      core.endedWith = code
      onEnd(code)
      for (const listener of core.closeListeners.splice(0)) listener(code)
    },
    abort: (code: ErrorCode) => {
      if (core.state === 'ended') return
      post({ kind: 'abort', code })
      core.end(code)
    },
    close: () => {
      core.state = 'closing'
      cancelClose = clock.after(CLOSE_MS_MAX, () => core.abort('NETWORK_STREAM_CLOSED'))
      inbox.discard()
      core.pump()
      core.finishIfTheyClosed()
    },
    pump: () => {
      outbox.pump()
      if (core.state !== 'closing' || core.isCloseTold || outbox.waitingBytes > 0) return
      core.isCloseTold = true
      post({ kind: 'close' })
    },
    deliver: () => {
      try {
        inbox.deliver()
      } catch (error) {
        core.abort(error instanceof PeerError ? error.code : 'UNKNOWN')
        if (!(error instanceof PeerError)) throw error
      }
      core.finishIfTheyClosed()
    },
    finishIfTheyClosed: () => {
      if (core.state === 'ended' || !core.theyClosed || inbox.heldBytes > 0) return
      post({ kind: 'closed' })
      core.end(undefined)
    },
  }
  return core
}

type Core = ReturnType<typeof createCore>

const createStreamOf = ({ peer, protocol, clock }: FlowInit, core: Core): Stream => ({
  peer,
  protocol,
  get queuedBytes() {
    return core.outbox.queuedBytes
  },
  send: (frame) => {
    if (frame.length > FRAME_BYTES_MAX) throw new PeerError('NETWORK_FRAME_TOO_LARGE', { bytes: frame.length })
    if (core.state !== 'open') return
    if (core.outbox.waitingBytes + frameCost(frame) > STREAM_QUEUE_BYTES_MAX) core.abort('NETWORK_QUEUE_FULL')
    else core.outbox.push(frame)
  },
  onFrame: (listener) => {
    core.inbox.listen(listener)
    // Not from within this call: the caller may not have built yet what its listener uses.
    clock.after(0, () => core.state === 'open' && core.deliver())
  },
  onDrain: (listener) => void core.drainListeners.push(listener),
  onClose: (listener) => {
    if (core.state === 'ended') clock.after(0, () => listener(core.endedWith))
    else core.closeListeners.push(listener)
  },
  close: () => {
    if (core.state === 'open') core.close()
  },
  abort: core.abort,
})

/** Takes what the other end posted. Whatever breaks the rules ends the stream. */
const createTaker = (core: Core) => {
  const takeFrame = (bytes: Uint8Array) => {
    if (bytes.length > FRAME_BYTES_MAX || core.theyClosed || !core.inbox.put(bytes)) core.abort('NETWORK_CREDIT_EXCEEDED')
    else if (core.state === 'closing') core.inbox.discard()
    else core.deliver()
  }
  const takeCredit = (bytes: number) => {
    const before = core.outbox.queuedBytes
    if (!core.outbox.credit(bytes)) return core.abort('NETWORK_CREDIT_EXCEEDED')
    core.pump()
    if (before > HALF && core.outbox.queuedBytes <= HALF) for (const listener of [...core.drainListeners]) listener()
  }
  return (message: FlowMessage) => {
    if (message.kind === 'frame') takeFrame(message.bytes)
    else if (message.kind === 'credit') takeCredit(message.bytes)
    else if (message.kind === 'abort') core.end(message.code)
    else if (message.kind === 'close') {
      core.theyClosed = true
      core.finishIfTheyClosed()
    } else if (core.isCloseTold) core.end(undefined)
    else core.abort('NETWORK_STREAM_CLOSED')
  }
}
