/** What both sides must agree on before their words are the same. The asker commits to its nonce before it sees the other's, so that
 *  neither side, nor anybody in between, can try nonces until the words fit. */
import { ByteWriter, toUtf8 } from '../base/codec.ts'
import type { PeerId } from '../base/ids.ts'
import { sha256 } from '../identity/crypto.ts'
import { wordsOf } from './words.ts'

export interface Transcript {
  /** As Noise has authenticated them. */
  readonly asker: PeerId
  readonly opener: PeerId
  readonly opening: string
  /** The names that each side was shown. */
  readonly workspace: string
  readonly openerMachine: string
  readonly askerMachine: string
  readonly askerNonce: Uint8Array
  readonly openerNonce: Uint8Array
}

export const commitmentTo = (nonce: Uint8Array): Uint8Array => sha256(toUtf8('lanyard-nearby-commit-v0'), nonce)

export const wordsFor = (transcript: Transcript): string => {
  const { asker, opener, opening, workspace, openerMachine, askerMachine, askerNonce, openerNonce } = transcript
  const writer = new ByteWriter().raw(toUtf8('lanyard-nearby-words-v0'))
  for (const text of [asker, opener, opening, workspace, openerMachine, askerMachine]) writer.sized(toUtf8(text))
  return wordsOf(sha256(writer.raw(askerNonce).raw(openerNonce).finish()))
}
