/** Hears out a device that is no member as far as is known here: its admission may not have arrived, and its admitter may be gone for good.
 *  It may give us entries of members, which prove themselves, and gets nothing: no heights, no entries, no receipts. */
import type { LogId } from '../base/ids.ts'
import { createAsking } from './asking.ts'
import type { ExchangeParts } from './exchange.types.ts'
import type { WorkspaceMessage } from './messages.ts'

export interface Introduction {
  receive(message: WorkspaceMessage): void
  /** Membership changed: more of what it has may count. */
  reconsider(): void
  close(): void
}

export const createIntroduction = (parts: ExchangeParts): Introduction => {
  const asking = createAsking(parts, new Map<LogId, number>())
  parts.send({ kind: 'heights', channel: parts.channel, rows: [], isWhole: false, wantsReply: true })
  return {
    receive: (message) => {
      if (message.kind === 'heights') asking.takeHeights(message.rows)
      if (message.kind === 'run') asking.takeRun(message.run)
    },
    reconsider: asking.askAll,
    close: asking.close,
  }
}
