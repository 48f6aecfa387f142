/** What this machine keeps for itself beside the logs, sealed under a key that only this device has. All of it can be made again. */
import { concat, toUtf8, fromHex } from '../base/codec.ts'
import type { WorkspaceId } from '../base/ids.ts'
import type { Random } from '../base/random.ts'
import { hkdf, NONCE_BYTES, seal, secretKey, unseal } from '../identity/crypto.ts'
import type { DeviceKeys } from '../identity/device-keys.ts'
import type { Key, Store, StoreOperation } from '../store/store.ts'

export interface Vault {
  /** Undefined when it is not there, or not what was sealed under this very name. */
  get(name: Key): Uint8Array | undefined
  put(name: Key, bytes: Uint8Array): StoreOperation
  delete(name: Key): StoreOperation
  batch(operations: readonly StoreOperation[]): void
}

const PURPOSE = toUtf8('lanyard-checkpoint-v0')

export const createVault = (parts: {
  readonly workspace: WorkspaceId
  readonly keys: DeviceKeys
  readonly store: Store
  readonly random: Random
}): Vault => {
  const { workspace, keys, store, random } = parts
  const key = secretKey(hkdf(keys.secret, fromHex(workspace), PURPOSE))
  const keyOf = (name: Key): Key => ['w', workspace, 'c', ...name]
  const contextOf = (name: Key) => concat([PURPOSE, toUtf8(name.join('\0'))])

  return {
    get: (name) => {
      const bytes = store.get(keyOf(name))
      return bytes && unseal({ key, nonce: bytes.subarray(0, NONCE_BYTES), context: contextOf(name) }, bytes.subarray(NONCE_BYTES))
    },
    put: (name, bytes) => {
      const nonce = random.bytes(NONCE_BYTES)
      return { kind: 'put', key: keyOf(name), value: concat([nonce, seal({ key, nonce, context: contextOf(name) }, bytes)]) }
    },
    delete: (name) => ({ kind: 'deletePrefix', prefix: keyOf(name) }),
    batch: store.batch,
  }
}
