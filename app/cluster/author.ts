/** Signs what this machine durably holds, soon after that has grown. */
import type { Cancel, Clock } from '../base/clock.ts'
import { codeOf } from '../base/errors.ts'
import type { LogId, SessionId, WorkspaceId } from '../base/ids.ts'
import { RECEIPT_COALESCE_MS } from '../base/limits.ts'
import type { Logger } from '../base/logger.ts'
import type { DeviceKeys } from '../identity/device-keys.ts'
import type { WorkspaceLog } from '../log/log.ts'
import { covers } from './holdings.ts'
import type { ReceiptShelf } from './receipt-shelf.ts'
import { encodeReceipt, SUPERSEDED_MAX, type Receipt, type ReceiptRow } from './receipt.ts'

const RETRY_MS = 1000

export interface AuthorParts {
  readonly workspace: WorkspaceId
  readonly keys: DeviceKeys
  readonly log: WorkspaceLog
  readonly clock: Clock
  readonly logger: Logger
  readonly shelf: ReceiptShelf
  issued(bytes: Uint8Array): void
}

export interface ReceiptAuthor {
  issueSoon(): void
  /** Another session of this very device has spoken: one that this disk has forgotten, or a clone. */
  answer(receipt: Receipt): void
  stop(): void
}

export const createReceiptAuthor = (parts: AuthorParts): ReceiptAuthor => {
  const { workspace, keys, log, clock, logger, shelf } = parts
  const counterOf = () => Math.max(0, ...[...shelf.of(keys.device).values()].map((receipt) => receipt.counter))
  let cancel: Cancel | undefined
  let isStopped = false
  /** What the last receipt said. */
  let said = ''

  const savedRows = (): ReadonlyMap<LogId, ReceiptRow> => {
    const rows = new Map<LogId, ReceiptRow>()
    for (const id of log.heights().keys()) {
      const height = log.durability.heightOf(id)
      const shortHash = log.shortHashAt(id, height - 1)
      if (shortHash) rows.set(id, { height, shortHash })
    }
    return rows
  }

  /** Every other session of this device that is known here and that these rows cover, newest first, with those that it named. */
  const coveredBy = (rows: ReadonlyMap<LogId, ReceiptRow>): ReadonlyMap<SessionId, number> => {
    const named = new Map<SessionId, number>()
    const name = (session: SessionId, counter: number) =>
      session !== log.session && named.set(session, Math.max(named.get(session) ?? 0, counter))
    for (const receipt of shelf.of(keys.device).values()) {
      if (!covers(rows, receipt)) continue
      for (const [session, counter] of receipt.supersedes) name(session, counter)
      name(receipt.session, receipt.counter)
    }
    return new Map([...named].sort(([, a], [, b]) => b - a).slice(0, SUPERSEDED_MAX))
  }

  const issue = () => {
    cancel = undefined
    const rows = savedRows()
    const supersedes = coveredBy(rows)
    const says = [...rows].map(([id, row]) => `${id}:${row.height}`).join() + [...supersedes].join()
    if (says === said) return
    const receipt = { device: keys.device, session: log.session, counter: counterOf() + 1, timeMs: clock.nowMs(), rows, supersedes }
    const bytes = encodeReceipt(workspace, receipt, keys.signing)
    try {
      if (!shelf.keep(receipt, bytes).ok) return logger.warn('too many sessions of this device are about', { session: log.session })
    } catch (error) {
      // A full disk: the others go on thinking that less is here.
      logger.warn('receipt not stored', { code: codeOf(error) })
      return issueSoon(RETRY_MS)
    }
    said = says
    parts.issued(bytes)
  }

  const issueSoon = (delayMs = RECEIPT_COALESCE_MS) => {
    if (!isStopped) cancel ??= clock.after(delayMs, issue)
  }

  return {
    issueSoon: () => issueSoon(),
    answer: (receipt) => {
      // One that names this session runs beside it, as clones do. To answer it would never end.
      if (!receipt.supersedes.has(log.session)) issueSoon()
    },
    stop: () => {
      isStopped = true
      cancel?.()
    },
  }
}
