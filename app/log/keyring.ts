/** The symmetric keys of a workspace: one control key for ever, one key an epoch. */
import { concat, fromHex, toHex, toUtf8 } from '../base/codec.ts'
import type { DeviceId, WorkspaceId } from '../base/ids.ts'
import { hkdf, secretKey, sha256, type SecretKey } from '../identity/crypto.ts'

/** First 8 bytes of a hash that names an epoch's key: 16 hex digits. */
export type EpochId = string

export interface Epoch {
  readonly id: EpochId
  readonly key: Uint8Array
}

export interface Keyring {
  readonly epoch: Epoch
  /** Seals what orders and governs: causal heads, membership. */
  headsKey(author: DeviceId): SecretKey
  controlKey(author: DeviceId): SecretKey
  /** Undefined for an epoch whose key is not here. */
  contentKey(epoch: EpochId, author: DeviceId): SecretKey | undefined
}

export const EPOCH_ID_BYTES = 8
/** Entries sealed with the control key carry this epoch. */
export const NO_EPOCH: EpochId = '0'.repeat(2 * EPOCH_ID_BYTES)

export const epochOf = (key: Uint8Array): Epoch => ({ id: toHex(sha256(toUtf8('lanyard-epoch-v0'), key).subarray(0, EPOCH_ID_BYTES)), key })

/** @param secrets control: 32 bytes; epochs: 32 bytes each, the last is the current one */
export const createKeyring = (workspace: WorkspaceId, secrets: { control: Uint8Array; epochs: readonly Uint8Array[] }): Keyring => {
  const epochs = secrets.epochs.map(epochOf)
  /** Keys for one purpose, each derived once an author. */
  const keysFor = (secret: Uint8Array, purpose: string) => {
    const derived = new Map<DeviceId, SecretKey>()
    const info = toUtf8(`lanyard-${purpose}-v0`)
    return (author: DeviceId): SecretKey => {
      let key = derived.get(author)
      if (!key) derived.set(author, (key = secretKey(hkdf(secret, fromHex(workspace), concat([info, fromHex(author)])))))
      return key
    }
  }
  const contentKeys = new Map(epochs.map(({ id, key }) => [id, keysFor(key, `content-${id}`)]))
  return {
    epoch: epochs.at(-1)!,
    headsKey: keysFor(secrets.control, 'heads'),
    controlKey: keysFor(secrets.control, 'control'),
    contentKey: (id, author) => contentKeys.get(id)?.(author),
  }
}
