/** Where a member says that it listens: signed by its device, so that others can pass it on. Its bytes. */
import { ByteReader, ByteWriter, concat, fromHex, fromUtf8, toHex, toUtf8 } from '../base/codec.ts'
import { codeOf, PeerError } from '../base/errors.ts'
import { address, deviceId, type Address, type DeviceId, type WorkspaceId } from '../base/ids.ts'
import { ADDRESS_RECORDS_PER_MESSAGE_MAX, ADDRESSES_REMEMBERED_MAX } from '../base/limits.ts'
import { ok, refused, type Result } from '../base/result.ts'
import { SIGNATURE_BYTES, verifyDevice } from '../identity/crypto.ts'

const ADDRESS_BYTES_MAX = 200
const RECORD_BYTES_MAX = 2048

export interface AddressRecord {
  readonly device: DeviceId
  /** Grows with every record of a device: of two the higher one is true. */
  readonly counter: number
  readonly addresses: readonly Address[]
  /** As they were signed. */
  readonly bytes: Uint8Array
}

const signedBytes = (workspace: WorkspaceId, body: Uint8Array) => concat([toUtf8('lanyard-addresses-v0'), fromHex(workspace), body])

interface RecordInit {
  readonly device: DeviceId
  readonly counter: number
  readonly addresses: readonly Address[]
  sign(message: Uint8Array): Uint8Array
}

/** At most ADDRESSES_REMEMBERED_MAX of the addresses. */
export const signAddresses = (workspace: WorkspaceId, { device, counter, addresses, sign }: RecordInit): AddressRecord => {
  const told = addresses.slice(0, ADDRESSES_REMEMBERED_MAX)
  const writer = new ByteWriter().raw(fromHex(device)).varint(counter).varint(told.length)
  for (const each of told) writer.sized(toUtf8(each))
  const body = writer.finish()
  return { device, counter, addresses: told, bytes: concat([body, sign(signedBytes(workspace, body))]) }
}

/** Refusals: LOG_SIGNATURE_INVALID, BASE_BYTES_MALFORMED, BASE_ID_MALFORMED */
export const readAddresses = (workspace: WorkspaceId, bytes: Uint8Array): Result<AddressRecord> => {
  try {
    const body = bytes.subarray(0, Math.max(0, bytes.length - SIGNATURE_BYTES))
    const reader = new ByteReader(body)
    const device = deviceId(toHex(reader.raw(32)))
    const counter = reader.varint()
    const count = reader.varint(ADDRESSES_REMEMBERED_MAX)
    const addresses = Array.from({ length: count }, () => address(fromUtf8(reader.sized(ADDRESS_BYTES_MAX))))
    reader.end()
    if (!verifyDevice(device, signedBytes(workspace, body), bytes.subarray(body.length))) return refused('LOG_SIGNATURE_INVALID')
    return ok({ device, counter, addresses, bytes: bytes.slice() })
  } catch (error) {
    return refused(codeOf(error))
  }
}

/** At most ADDRESS_RECORDS_PER_MESSAGE_MAX to a payload. */
export const addressPayloads = (records: readonly AddressRecord[]): readonly Uint8Array[] => {
  const payloads: Uint8Array[] = []
  for (let at = 0; at < records.length; at += ADDRESS_RECORDS_PER_MESSAGE_MAX) {
    const writer = new ByteWriter()
    for (const { bytes } of records.slice(at, at + ADDRESS_RECORDS_PER_MESSAGE_MAX)) writer.sized(bytes)
    payloads.push(writer.finish())
  }
  return payloads
}

/** @throws BASE_BYTES_MALFORMED, SYNC_LIMIT_EXCEEDED */
export const recordsIn = (payload: Uint8Array): readonly Uint8Array[] => {
  const reader = new ByteReader(payload)
  const records: Uint8Array[] = []
  while (reader.remaining > 0) {
    if (records.length >= ADDRESS_RECORDS_PER_MESSAGE_MAX) throw new PeerError('SYNC_LIMIT_EXCEEDED')
    records.push(reader.sized(RECORD_BYTES_MAX))
  }
  return records
}
