/** The keys of one device in one workspace: unlinkable to its keys in any other. */
import { decodeCbor, encodeCbor, fromHex, toHex } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { deviceId, type DeviceId } from '../base/ids.ts'
import type { Random } from '../base/random.ts'
import { KEY_BYTES, openingKey, signingKey, type OpeningKey, type SigningKey } from './crypto.ts'

export interface DeviceKeys {
  readonly device: DeviceId
  readonly signing: SigningKey
  readonly opening: OpeningKey
  /** Both seeds: secret. */
  readonly secret: Uint8Array
}

const fromSeeds = (signSeed: Uint8Array, openSeed: Uint8Array): DeviceKeys => {
  const signing = signingKey(signSeed)
  return {
    device: deviceId(toHex(signing.publicKey)),
    signing,
    opening: openingKey(openSeed),
    secret: encodeCbor({ version: 0, sign: signSeed, open: openSeed }),
  }
}

export const createDeviceKeys = (random: Random): DeviceKeys => fromSeeds(random.bytes(KEY_BYTES), random.bytes(KEY_BYTES))

/** @param secret as `DeviceKeys.secret` gave it
 *  @throws IDENTITY_KEY_MALFORMED */
export const restoreDeviceKeys = (secret: Uint8Array): DeviceKeys => {
  const value = decodeCbor(secret) as { version?: unknown; sign?: unknown; open?: unknown }
  const isSeed = (seed: unknown): seed is Uint8Array => seed instanceof Uint8Array && seed.length === KEY_BYTES
  if (value?.version !== 0 || !isSeed(value.sign) || !isSeed(value.open)) throw new PeerError('IDENTITY_KEY_MALFORMED')
  return fromSeeds(value.sign, value.open)
}

export const deviceBytes = (device: DeviceId): Uint8Array => fromHex(device)
