/** What a device holds, by its receipts alone. */
import type { LogId, SessionId } from '../base/ids.ts'
import { equalBytes } from '../base/codec.ts'
import type { Receipt } from './receipt.ts'

export type Holds = 'all' | 'behind' | 'unknown'

/** Entries of each log. */
export type Extent = ReadonlyMap<LogId, number>

/** A device's receipts by session: usually one. */
export type DeviceReceipts = ReadonlyMap<SessionId, Receipt>

/** Whether a receipt with these rows says at least what `older` says. */
export const covers = (rows: Receipt['rows'], older: Receipt): boolean =>
  [...older.rows].every(([log, row]) => (rows.get(log)?.height ?? 0) >= row.height)

const isSuperseded = (older: Receipt, by: Receipt): boolean =>
  older.session !== by.session && (by.supersedes.get(older.session) ?? -1) >= older.counter && covers(by.rows, older)

/** A session's receipt replaces its earlier ones. Of two sessions nothing tells which is the later, neither arrival nor counter nor clock:
 *  a restored backup sets all of them back. So one replaces another only when it names it, which a machine does for what it remembers, and
 *  covers it. Else both stay, and only what both say counts.
 *  The answer is `known` itself when the receipt changes nothing. */
export const withReceipt = (known: DeviceReceipts, receipt: Receipt): DeviceReceipts => {
  const earlier = known.get(receipt.session)
  if (earlier && earlier.counter >= receipt.counter) return known
  if ([...known.values()].some((other) => isSuperseded(receipt, other))) return known
  const next = new Map([...known].filter(([session, older]) => session !== receipt.session && !isSuperseded(older, receipt)))
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
