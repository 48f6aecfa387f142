import { FRAME_COST_BYTES } from '../../base/limits.ts'

/** What a frame costs: its length, and what holding even an empty one takes. */
export const frameCost = (frame: Uint8Array): number => frame.length + FRAME_COST_BYTES

/** First in, first out, in constant time however many there are. */
export const createFrameQueue = () => {
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
