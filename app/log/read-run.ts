/** A run to give to others: it ends on a signature that was verified here. */
import type { LogId } from '../base/ids.ts'
import type { Chain } from './chain.ts'
import type { Run } from './run.ts'

export interface RunRange {
  readonly log: LogId
  readonly from: number
  readonly to: number
  readonly bytesMax: number
}

/** From `from` to at most `to`, at most `bytesMax`; undefined when no signature lies there. */
export const readRun = (chain: Chain | undefined, { log, from, to, bytesMax }: RunRange): Run | undefined => {
  const bodies: Uint8Array[] = []
  let bytes = 0
  for (let seq = from; chain && seq < Math.min(to, chain.height); seq++) {
    const { body } = chain.read(seq)
    bytes += body.length + 4
    if (bytes > bytesMax && bodies.length > 0) break
    bodies.push(body)
  }
  const last = chain?.lastSigned(from, from + bodies.length) ?? -1
  if (!chain || last < 0) return undefined
  return { log, from, bodies: bodies.slice(0, last - from + 1), signature: chain.read(last).signature! }
}
