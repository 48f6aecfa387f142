/** What a device holds, by its receipts alone. */
import type { LogId, SessionId } from '../base/ids.ts'
import { equalBytes } from '../base/codec.ts'
import type { Receipt } from './receipt.ts'

export type Holds = 'all' | 'behind' | 'unknown'

/** Entries of each log. */
export type Extent = ReadonlyMap<LogId, number>

/** A device's receipts by session: usually one. */
export type DeviceReceipts = ReadonlyMap<SessionId, Receipt>

const covers = (newer: Receipt, older: Receipt): boolean =>
  [...older.rows].every(([log, row]) => (newer.rows.get(log)?.height ?? 0) >= row.height)

/** A receipt of an earlier session that arrives after a newer one's, which covers it. A disk that came back with less counts from
 *  less too, until it hears of its own later receipts: then it outdoes them. */
export const isSuperseded = (known: DeviceReceipts, receipt: Receipt): boolean =>
  [...known.values()].some((other) => other.session !== receipt.session && other.counter > receipt.counter && covers(other, receipt))

/** A newer session's receipt replaces those of earlier sessions that it covers. One that it doesn't cover stays: then only what both say
 *  counts, as after a lost disk or a restored backup. */
export const withReceipt = (known: DeviceReceipts, receipt: Receipt): DeviceReceipts => {
  const isReplaced = (older: Receipt) => older.session === receipt.session || (older.counter < receipt.counter && covers(receipt, older))
  const next = new Map([...known].filter(([, older]) => !isReplaced(older)))
  return next.set(receipt.session, receipt)
}

/** @param shortHashAt of our own logs, to notice a machine that holds another history of the same height */
export const holdsOf = (
  receipts: DeviceReceipts | undefined, extent: Extent, shortHashAt: (log: LogId, seq: number) => Uint8Array | undefined,
): Holds => {
  if (!receipts || receipts.size === 0) return 'unknown'
  const holdsLog = (receipt: Receipt, log: LogId, count: number) => {
    const row = receipt.rows.get(log)
    if (!row || row.height < count) return false
    const ours = shortHashAt(log, row.height - 1)
    return ours === undefined || equalBytes(ours, row.shortHash)
  }
  const isCovered = [...extent].every(([log, count]) => [...receipts.values()].every((receipt) => holdsLog(receipt, log, count)))
  return isCovered ? 'all' : 'behind'
}
