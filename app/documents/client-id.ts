/** Yjs clientIDs: derived, never drawn and never stored. A reused clock makes replicas differ under equal state vectors. */
import { concat, fromHex, toUtf8 } from '../base/codec.ts'
import type { EntryHash } from '../base/ids.ts'

export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** The peer itself, when it writes a document without a screen. */
export const PEER_SCREEN = 0
const SCREEN_MAX = 2 ** 32 - 1

export const isScreen = (screen: number): boolean => Number.isInteger(screen) && screen >= 0 && screen <= SCREEN_MAX

/** The first 53 bits of SHA-256('lanyard-client-v0' || start hash || screen as u32be): 32 bits could be ground to match a victim's.
 *  @param start hash of the first entry of the session's log */
export const deriveClientId = (sha256: Sha256, start: EntryHash, screen: number): number => {
  const number = new Uint8Array(4)
  new DataView(number.buffer).setUint32(0, screen)
  const hash = sha256(concat([toUtf8('lanyard-client-v0'), fromHex(start), number]))
  const view = new DataView(hash.buffer, hash.byteOffset, 8)
  return view.getUint32(0) * 2 ** 21 + (view.getUint32(4) >>> 11)
}
