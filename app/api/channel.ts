/** The port between a peer and one screen: whole messages, in order. */
import type { ErrorCode } from '../base/errors.ts'

export interface Channel {
  send(message: Uint8Array): void
  /** Bytes sent that have not left yet. */
  readonly queuedBytes: number
  onMessage(listener: (message: Uint8Array) => void): void
  /** Called once, with the reason if the other side gave one. */
  onClose(listener: (code?: ErrorCode) => void): void
  /** Tells the other side `code`, if it still can. */
  close(code?: ErrorCode): void
}
