/** Ed25519 checks of one process, each done once. Many simulated peers in one process check the same signature over the same bytes: a
 *  third of a run. What is remembered is the engine's own answer for exactly these bytes and this key, so that nothing is accepted that it
 *  would refuse; the shipped code around it runs as it is. Part of the simulator's host only. */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

interface Known {
  readonly key: crypto.KeyObject
  readonly message: Buffer
  readonly isValid: boolean
}

const REMEMBERED_MAX = 20_000

/** Puts it in the engine's place. Gives what forgets everything: for the next run of the same process. */
export const rememberVerifications = (): (() => void) => {
  const { verify } = crypto
  const known = new Map<string, Known>()
  const remembered = (algorithm: null, message: Uint8Array, key: crypto.KeyObject, signature: Uint8Array): boolean => {
    const name = Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength).toString('latin1')
    const before = known.get(name)
    if (before && before.key === key && before.message.equals(message)) return before.isValid
    const isValid = verify(algorithm, message, key, signature)
    if (known.size >= REMEMBERED_MAX) known.clear()
    known.set(name, { key, message: Buffer.from(message), isValid })
    return isValid
  }
  Object.assign(crypto, { verify: remembered })
  syncBuiltinESMExports()
  return () => known.clear()
}
