/** Brings what happened in open documents into the log: the first change of a screen at once, the rest of a burst together. */
import * as Y from 'yjs'
import type { Cancel, Clock } from '../base/clock.ts'
import { PeerError } from '../base/errors.ts'
import { BURST_MS, PART_BYTES_MAX } from '../base/limits.ts'
import type { Logger } from '../base/logger.ts'
import type { Draft, EntryLog, EntryRef } from '../log/log.types.ts'
import { PEER_SCREEN } from './client-id.ts'
import { SCHEMA } from './documents.types.ts'
import type { OpenDocument, Unlogged } from './open-document.ts'
import { splitIntoParts } from './parts.ts'

/** Merging more at a time is slower than merging less more often (1,000: three times). */
const MERGED_MAX = 100

export interface LogWriter {
  /** Something happened in the document: logged now, or soon. */
  changed(open: OpenDocument, screen: number): void
  /** Logs what waits in these documents, as one store batch, and answers where the last of it is; undefined when nothing waits.
   *  @throws STORE_FULL, DOCUMENTS_TOO_LARGE: then the documents are back at what the log says */
  flush(opens: readonly OpenDocument[]): EntryRef | undefined
  /** The same, when whoever made the edits hears of a failure through their own promise. */
  tryFlush(open: OpenDocument): void
  stop(): void
}

interface Burst {
  /** Screens whose first change went out already. */
  readonly screens: Set<number>
  cancel: Cancel
}

export const createLogWriter = ({ log, clock, logger }: { log: EntryLog; clock: Clock; logger: Logger }): LogWriter => {
  const bursts = new Map<OpenDocument, Burst>()

  const flush = (opens: readonly OpenDocument[]): EntryRef | undefined => {
    const full = opens.filter((open) => open.unlogged.length > 0).map((open) => ({ open, edits: open.takeUnlogged() }))
    if (full.length === 0) return undefined
    try {
      const last = log.append(full.flatMap(({ open, edits }) => draftsOf(open, edits))).at(-1)!
      const saved = log.saved(last)
      // Who waits for it hears of a failure; when nobody does, it is no crash.
      saved.catch(() => {})
      for (const { open, edits } of full) open.logged(edits, saved)
      return { log: last.log, seq: last.seq }
    } catch (error) {
      for (const { open, edits } of full) {
        for (const { settle } of edits) settle?.reject(error)
        open.rollBack(error)
      }
      if (error instanceof PeerError) logger.warn('edits could not be logged', { code: error.code, documents: full.map(({ open }) => open.document) })
      throw error
    }
  }

  const tryFlush = (open: OpenDocument) => {
    try {
      flush([open])
    } catch (error) {
      if (!(error instanceof PeerError)) throw error
    }
  }

  const tick = (open: OpenDocument) => {
    const burst = bursts.get(open)
    if (!burst || open.unlogged.length === 0) {
      bursts.delete(open)
      return
    }
    burst.cancel = clock.after(BURST_MS, () => tick(open))
    tryFlush(open)
  }

  const changed = (open: OpenDocument, screen: number) => {
    if (open.unlogged.length === 0) return
    let burst = bursts.get(open)
    if (!burst) bursts.set(open, (burst = { screens: new Set(), cancel: clock.after(BURST_MS, () => tick(open)) }))
    const isFirst = screen !== PEER_SCREEN && !burst.screens.has(screen)
    burst.screens.add(screen)
    if (isFirst || isMuch(open.unlogged)) tryFlush(open)
  }

  const stop = () => {
    for (const { cancel } of bursts.values()) cancel()
    bursts.clear()
  }

  return { changed, flush, tryFlush, stop }
}

const isMuch = (unlogged: readonly Unlogged[]): boolean =>
  unlogged.length >= MERGED_MAX || unlogged.reduce((sum, { update }) => sum + update.length, 0) >= PART_BYTES_MAX

/** In the order in which they happened: what one screen did may build on what another did just before. */
const draftsOf = (open: OpenDocument, edits: readonly Unlogged[]): Draft[] =>
  groupsOf(edits).flatMap((group) => {
    const updates = group.map(({ update }) => update)
    const whole = updates.length === 1 ? updates[0]! : Y.mergeUpdates(updates)
    return splitIntoParts(whole).map((part) => ({
      kind: 'data' as const, document: open.document, schema: SCHEMA, screen: group[0]!.screen, ...part,
    }))
  })

/** Neighbours of one screen become one entry, as long as it is a single one. */
const groupsOf = (unlogged: readonly Unlogged[]): Unlogged[][] => {
  const groups: Unlogged[][] = []
  let bytes = 0
  for (const edit of unlogged) {
    const last = groups.at(-1)
    bytes += edit.update.length
    if (last && last[0]!.screen === edit.screen && bytes <= PART_BYTES_MAX) last.push(edit)
    else {
      groups.push([edit])
      bytes = edit.update.length
    }
  }
  return groups
}
