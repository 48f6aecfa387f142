import { STREAM_CREDIT_BYTES } from '../../base/limits.ts'
import { createFrameQueue, frameCost } from './frame-queue.ts'

/** Frames on their way out: those that wait for credit, and the cost of those sent and not yet taken. */
export const createOutbox = (post: (frame: Uint8Array) => void) => {
  const waiting = createFrameQueue()
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
