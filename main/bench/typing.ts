import { sharedMs } from './ops.ts'

export interface Typing {
  /** Keys in all. */
  readonly count: number
  readonly gapMs: number
  /** Keys that come at once after each gap; default 1. */
  readonly burst?: number
}

/** Types at a steady pace, late keys not made up for; when each key went down. */
export const typeInto = async (insert: (text: string) => void, { count, gapMs, burst = 1 }: Typing): Promise<number[]> => {
  const typedMs: number[] = []
  const startMs = sharedMs()
  for (let turn = 0; typedMs.length < count; turn++) {
    const waitMs = startMs + turn * gapMs - sharedMs()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    for (let key = 0; key < burst && typedMs.length < count; key++) {
      typedMs.push(sharedMs())
      insert('x')
    }
  }
  return typedMs
}
