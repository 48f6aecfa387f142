/** The first fact of a workspace: its hash is its id, and its founder the first member. The founder keeps no privilege. */
import { decodeCbor, encodeCbor, equalBytes, fromHex, toHex } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { deviceId, workspaceId, type DeviceId, type WorkspaceId } from '../base/ids.ts'
import { NAME_CHARACTERS_MAX } from '../base/limits.ts'
import type { Random } from '../base/random.ts'
import { sha256 } from '../identity/crypto.ts'
import type { DeviceKeys } from '../identity/device-keys.ts'

export interface Genesis {
  readonly workspace: WorkspaceId
  readonly name: string
  readonly founder: DeviceId
  readonly founderSealKey: Uint8Array
}

/** @throws API_PARAMETER_INVALID unless it has between 1 and NAME_CHARACTERS_MAX characters, none of them a control character */
export const checkedName = (name: string): string => {
  const trimmed = name.normalize('NFC').trim()
  const length = [...trimmed].length
  if (length < 1 || length > NAME_CHARACTERS_MAX || /[\u0000-\u001f\u007f]/.test(trimmed)) throw new PeerError('API_PARAMETER_INVALID', { parameter: 'name' })
  return trimmed
}

export const createGenesis = (name: string, founder: DeviceKeys, random: Random): Uint8Array =>
  encodeCbor({
    version: 0,
    name: checkedName(name),
    founder: fromHex(founder.device),
    sealKey: founder.opening.publicKey,
    salt: random.bytes(32),
  })

export const genesisId = (genesis: Uint8Array): WorkspaceId => workspaceId(toHex(sha256(genesis)))

/** @throws MEMBERSHIP_GENESIS_MISMATCH unless `bytes` are the genesis of `workspace` */
export const readGenesis = (bytes: Uint8Array, workspace: WorkspaceId): Genesis => {
  const mismatch = () => new PeerError('MEMBERSHIP_GENESIS_MISMATCH')
  if (!equalBytes(sha256(bytes), fromHex(workspace))) throw mismatch()
  const value = decodeCbor(bytes) as Partial<Record<'version' | 'name' | 'founder' | 'sealKey', unknown>>
  const { name, founder, sealKey } = value
  if (value.version !== 0 || typeof name !== 'string' || !(founder instanceof Uint8Array) || !(sealKey instanceof Uint8Array)) throw mismatch()
  return { workspace, name, founder: deviceId(toHex(founder)), founderSealKey: sealKey }
}
