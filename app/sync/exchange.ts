/** Makes the logs of one workspace equal between two peers. Knows heights and hashes, never what an entry says. */
import type { LogId } from '../base/ids.ts'
import { HEIGHTS_PER_MESSAGE_MAX } from '../base/limits.ts'
import { createAsking } from './asking.ts'
import type { Exchange, ExchangeParts } from './exchange.types.ts'
import { createGiving } from './giving.ts'
import type { HeightRow, WorkspaceMessage } from './messages.ts'

export const createExchange = (parts: ExchangeParts): Exchange => {
  const { channel, log, send, progressed } = parts
  /** Their heights as far as they told, or as we sent them. */
  const theirs = new Map<LogId, number>()
  const asking = createAsking(parts, theirs)
  const giving = createGiving(parts, theirs)
  /** Logs that grew here before the first whole comparison: offered after it. */
  const grown = new Set<LogId>()
  let hasCompared = false

  const rowOf = (id: LogId): HeightRow => ({ log: id, height: log.heightOf(id), shortHash: log.shortHashAt(id, log.heightOf(id) - 1)! })

  const sendHeights = (rows: readonly HeightRow[], flags: { isWhole: boolean; wantsReply: boolean }) => {
    for (let at = 0; at === 0 || at < rows.length; at += HEIGHTS_PER_MESSAGE_MAX) {
      const isLast = at + HEIGHTS_PER_MESSAGE_MAX >= rows.length
      const part = rows.slice(at, at + HEIGHTS_PER_MESSAGE_MAX)
      send({ kind: 'heights', channel, rows: part, isWhole: flags.isWhole && isLast, wantsReply: flags.wantsReply && isLast })
    }
  }

  const sendAllHeights = (wantsReply: boolean) => sendHeights([...log.heights().keys()].map(rowOf), { isWhole: true, wantsReply })

  const offer = (logs: Iterable<LogId>) => {
    const rows = [...logs].filter((id) => (theirs.get(id) ?? 0) < log.heightOf(id)).map(rowOf)
    if (rows.length > 0) sendHeights(rows, { isWhole: false, wantsReply: false })
  }

  const compare = () => send({ kind: 'digest', channel, headsHash: log.headsHash() })

  const setCompared = () => {
    if (hasCompared) return
    hasCompared = true
    offer(grown)
    grown.clear()
  }

  const takeDigest = (headsHash: string) => {
    if (headsHash !== log.headsHash()) return sendAllHeights(true)
    for (const [id, { height }] of log.heights()) theirs.set(id, height)
    // They may have proven us only now, and missed our first digest.
    if (!hasCompared) compare()
    setCompared()
  }

  const take = (message: Exclude<WorkspaceMessage, { kind: 'room' }>) => {
    switch (message.kind) {
      case 'digest':
        return takeDigest(message.headsHash)
      case 'heights':
        asking.takeHeights(message.rows)
        if (message.isWhole) setCompared()
        if (message.wantsReply) sendAllHeights(false)
        return
      case 'request':
        return giving.takeRequest(message.log, message.from, message.to)
      case 'run':
        return asking.takeRun(message.run)
    }
  }

  return {
    start: compare,
    compare,
    pump: giving.pump,
    receive: (message) => {
      take(message)
      if (message.kind !== 'request') progressed()
    },
    push: (stored) => {
      if (hasCompared) giving.push(stored)
      else grown.add(stored.log)
    },
    offer: (logs) => {
      if (hasCompared) offer(logs)
      else for (const id of logs) grown.add(id)
    },
    reconsider: asking.askAll,
    get isLevel() {
      return hasCompared && asking.isLevel()
    },
    close: asking.close,
  }
}
