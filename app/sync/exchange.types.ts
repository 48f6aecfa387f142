/** What one exchange takes and gives. */
import type { ErrorCode } from '../base/errors.ts'
import type { DeviceId, LogId } from '../base/ids.ts'
import type { Stored, WorkspaceLog } from '../log/log.ts'
import type { Channel, WorkspaceMessage } from './messages.ts'
import type { Requests } from './requests.ts'

/** What sync sees of a log: heights and hashes, and runs that it moves unopened. */
export type SyncLog = Pick<WorkspaceLog, 'heights' | 'heightOf' | 'shortHashAt' | 'readRun' | 'accept' | 'headsHash'>

export interface Exchange {
  /** Both sides are proven: compare. */
  start(): void
  receive(message: Exclude<WorkspaceMessage, { kind: 'room' }>): void
  /** Our own log grew: it goes out at once. */
  push(stored: Stored): void
  /** Others' logs grew here: say so, and whoever lacks them asks. */
  offer(logs: Iterable<LogId>): void
  /** Sends digest: on connect and every ANTI_ENTROPY_MS. */
  compare(): void
  /** The stream has room again. */
  pump(): void
  /** Membership, or a neighbour that served us, changed: ask again for what is missing. */
  reconsider(): void
  /** A whole comparison has happened, and the other side has nothing that is missing here. */
  readonly isLevel: boolean
  close(): void
}

export interface ExchangeParts {
  readonly channel: Channel
  readonly log: SyncLog
  readonly requests: Requests
  admits(device: DeviceId): boolean
  send(message: WorkspaceMessage): void
  queuedBytes(): number
  /** Counts a refusal: the neighbour broke a rule. */
  refuse(code: ErrorCode, details: Readonly<Record<string, unknown>>): void
  /** Something failed here: no fault of the neighbour's. */
  fail(code: ErrorCode, details: Readonly<Record<string, unknown>>): void
  /** Something changed that others may wait for. */
  progressed(): void
}
