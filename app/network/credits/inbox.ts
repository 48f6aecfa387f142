import type { Cancel, Clock } from '../../base/clock.ts'
import { STREAM_CREDIT_BYTES } from '../../base/limits.ts'
import { createFrameQueue, frameCost } from './frame-queue.ts'

/** Credit is told at once from here on, and after CREDIT_DELAY_MS below: a message a keystroke would double the packets. */
const CREDIT_TOLD_AT_BYTES = STREAM_CREDIT_BYTES / 8
const CREDIT_DELAY_MS = 50

/** Frames that wait for the consumer, and the cost of those taken and not yet told. */
export const createInbox = (clock: Clock, tell: (bytes: number) => void) => {
  const held = createFrameQueue()
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
