/** A device's signed word on what it durably holds: "up to these heights". Its bytes. */
import { ByteReader, ByteWriter, concat, fromHex, toHex, toUtf8 } from '../base/codec.ts'
import { deviceId, deviceOf, sessionId, sessionOf, type DeviceId, type LogId, type SessionId, type WorkspaceId } from '../base/ids.ts'
import { refused, ok, type Result } from '../base/result.ts'
import { codeOf } from '../base/errors.ts'
import { SIGNATURE_BYTES, verifyDevice, type SigningKey } from '../identity/crypto.ts'
import { readLogId, SHORT_HASH_BYTES } from '../log/envelope.ts'

/** Earlier sessions that one receipt names. */
export const SUPERSEDED_MAX = 64
/** What fits in one frame. A receipt that leaves logs out claims less than is there, never more. */
export const RECEIPT_ROWS_MAX = 4000

export interface ReceiptRow {
  readonly height: number
  /** First bytes of the hash at height - 1. */
  readonly shortHash: Uint8Array
}

export interface Receipt {
  readonly device: DeviceId
  readonly session: SessionId
  /** Grows with every receipt of a device, across its sessions. */
  readonly counter: number
  /** By its author's clock: for display only. */
  readonly timeMs: number
  readonly rows: ReadonlyMap<LogId, ReceiptRow>
  /** Other sessions of this device, up to which counter: this receipt was signed after those were, and covers them. */
  readonly supersedes: ReadonlyMap<SessionId, number>
}

const signedBytes = (workspace: WorkspaceId, body: Uint8Array) => concat([toUtf8('lanyard-receipt-v0'), fromHex(workspace), body])

export const encodeReceipt = (workspace: WorkspaceId, receipt: Receipt, key: SigningKey): Uint8Array => {
  const rows = [...receipt.rows].slice(0, RECEIPT_ROWS_MAX)
  const writer = new ByteWriter()
    .raw(fromHex(receipt.device)).raw(fromHex(receipt.session)).varint(receipt.counter).varint(receipt.timeMs).varint(rows.length)
  for (const [log, row] of rows) writer.raw(fromHex(deviceOf(log))).raw(fromHex(sessionOf(log))).varint(row.height).raw(row.shortHash)
  const superseded = [...receipt.supersedes].slice(0, SUPERSEDED_MAX)
  writer.varint(superseded.length)
  for (const [session, counter] of superseded) writer.raw(fromHex(session)).varint(counter)
  const body = writer.finish()
  return concat([body, key.sign(signedBytes(workspace, body))])
}

/** Refusals: LOG_SIGNATURE_INVALID, BASE_BYTES_MALFORMED, BASE_ID_MALFORMED */
export const decodeReceipt = (workspace: WorkspaceId, bytes: Uint8Array): Result<Receipt> => {
  try {
    const body = bytes.subarray(0, Math.max(0, bytes.length - SIGNATURE_BYTES))
    const reader = new ByteReader(body)
    const device = deviceId(toHex(reader.raw(32)))
    const session = sessionId(toHex(reader.raw(16)))
    const [counter, timeMs, count] = [reader.varint(), reader.varint(), reader.varint(RECEIPT_ROWS_MAX)]
    const rows = new Map<LogId, ReceiptRow>()
    for (let index = 0; index < count; index++)
      rows.set(readLogId(reader), { height: reader.varint(), shortHash: reader.raw(SHORT_HASH_BYTES).slice() })
    const supersedes = new Map<SessionId, number>()
    const named = reader.varint(SUPERSEDED_MAX)
    for (let index = 0; index < named; index++) supersedes.set(sessionId(toHex(reader.raw(16))), reader.varint())
    reader.end()
    if (!verifyDevice(device, signedBytes(workspace, body), bytes.subarray(body.length))) return refused('LOG_SIGNATURE_INVALID')
    return ok({ device, session, counter, timeMs, rows, supersedes })
  } catch (error) {
    return refused(codeOf(error))
  }
}
