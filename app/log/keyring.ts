/** The symmetric keys of a workspace: one control key for ever, one key an epoch. */
import { concat, fromHex, toHex, toUtf8 } from '../base/codec.ts'
import type { DeviceId, WorkspaceId } from '../base/ids.ts'
import { hkdf, sha256 } from '../identity/crypto.ts'

/** First 8 bytes of a hash that names an epoch's key: 16 hex digits. */
export type EpochId = string

export interface Epoch {
  readonly id: EpochId
  readonly key: Uint8Array
}

export interface Keyring {
  readonly epoch: Epoch
  /** Seals what orders and governs: causal heads, membership. */
  headsKey(author: DeviceId): Uint8Array
  controlKey(author: DeviceId): Uint8Array
  /** Undefined for an epoch whose key is not here. */
  contentKey(epoch: EpochId, author: DeviceId): Uint8Array | undefined
}

export const EPOCH_ID_BYTES = 8
/** Entries sealed with the control key carry this epoch. */
export const NO_EPOCH: EpochId = '0'.repeat(2 * EPOCH_ID_BYTES)

export const epochOf = (key: Uint8Array): Epoch => ({ id: toHex(sha256(toUtf8('lanyard-epoch-v0'), key).subarray(0, EPOCH_ID_BYTES)), key })

/** @param secrets control: 32 bytes; epochs: 32 bytes each, the last is the current one */
export const createKeyring = (workspace: WorkspaceId, secrets: { control: Uint8Array; epochs: readonly Uint8Array[] }): Keyring => {
  const epochs = secrets.epochs.map(epochOf)
  const derived = new Map<string, Uint8Array>()
  const derive = (secret: Uint8Array, purpose: string, author: DeviceId) => {
    const name = `${purpose}.${author}`
    let key = derived.get(name)
    if (!key) {
      key = hkdf(secret, fromHex(workspace), concat([toUtf8(`lanyard-${purpose}-v0`), fromHex(author)]))
      derived.set(name, key)
    }
    return key
  }
  return {
    epoch: epochs.at(-1)!,
    headsKey: (author) => derive(secrets.control, 'heads', author),
    controlKey: (author) => derive(secrets.control, 'control', author),
    contentKey: (id, author) => {
      const epoch = epochs.find((candidate) => candidate.id === id)
      return epoch && derive(epoch.key, `content-${id}`, author)
    },
  }
}
