/** Consecutive entries of one log under the signature of the last. */
import type { LogId } from '../base/ids.ts'

export { SIGNATURE_BYTES } from '../identity/crypto.ts'

export interface Run {
  readonly log: LogId
  /** seq of the first body */
  readonly from: number
  /** At least one. */
  readonly bodies: readonly Uint8Array[]
  /** Of the last body; through the chain of hashes it covers all before it. */
  readonly signature: Uint8Array
}
