/** Documents as they were, sealed on this disk: opening one reads this and what has come since, not its whole history. */
import * as Y from 'yjs'
import { ByteReader, ByteWriter, fromHex } from '../base/codec.ts'
import { codeOf } from '../base/errors.ts'
import { deviceOf, sessionOf, type DocumentId, type LogId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { readLogId } from '../log/envelope.ts'
import type { Vault } from '../log/vault.ts'
import type { History } from './history.ts'
import type { Logged } from './open-document.ts'
import type { Place } from './parts.ts'

/** Of the layout below. What is in another version is not read. */
const VERSION = 1

/** What a kept state holds of the logs: their entries below a height. */
export type Cover = ReadonlyMap<LogId, number>

export interface KeptStates {
  /** The whole document: from its kept state as far as that goes. */
  logged(document: DocumentId): Logged
  /** Keeps what `doc` holds, which must be every accepted change of the document that is here and nothing else. */
  keep(document: DocumentId, doc: Y.Doc): void
  /** Changes since the document was kept. */
  unkept(document: DocumentId): number
  /** Verdicts have changed: what was kept may hold what is refused now. */
  dropAll(): void
}

const isCoveredBy = (cover: Cover) => ({ log, seq }: Place): boolean => seq < (cover.get(log) ?? 0)

interface KeptStatesParts {
  readonly vault: Vault | undefined
  readonly history: History
  readonly logger: Logger
}

export const createKeptStates = (parts: KeptStatesParts): KeptStates => {
  const { vault, history, logger } = parts
  const nameOf = (document: DocumentId) => ['d', document]

  const whole = (document: DocumentId): Logged => ({ state: undefined, updates: () => history.updates(document) })

  const read = (document: DocumentId): Logged | undefined => {
    const bytes = vault?.get(nameOf(document))
    const kept = bytes && decodeKept(bytes)
    // It must hold as many changes as are known below its heights: else it is of another history than this disk's.
    if (!kept || history.accepted(document, isCoveredBy(kept.cover)) !== kept.changes) return undefined
    return { state: kept.state, updates: () => history.updates(document, isCoveredBy(kept.cover)) }
  }

  return {
    logged: (document) => {
      try {
        return read(document) ?? whole(document)
      } catch (error) {
        logger.warn('kept document not read', { code: codeOf(error), document })
        return whole(document)
      }
    },
    keep: (document, doc) => {
      // Yjs waits for something: not a state that any replay would give.
      if (!vault || doc.store.pendingStructs || doc.store.pendingDs) return
      const cover = history.cover(document)
      const changes = history.accepted(document, isCoveredBy(cover))
      try {
        vault.batch([vault.put(nameOf(document), encodeKept({ changes, cover, state: Y.encodeStateAsUpdateV2(doc) }))])
        history.noteKept(document)
      } catch (error) {
        // A full disk: it opens from its history.
        logger.warn('document not kept', { code: codeOf(error), document })
      }
    },
    unkept: history.unkept,
    dropAll: () => vault?.batch([vault.delete(['d'])]),
  }
}

interface Kept {
  readonly changes: number
  readonly cover: Cover
  /** Yjs, V2. */
  readonly state: Uint8Array
}

/** version, changes, logs, (log 48, height) of each, state */
const encodeKept = ({ changes, cover, state }: Kept): Uint8Array => {
  const writer = new ByteWriter().varint(VERSION).varint(changes).varint(cover.size)
  for (const [log, height] of cover) writer.raw(fromHex(deviceOf(log))).raw(fromHex(sessionOf(log))).varint(height)
  return writer.raw(state).finish()
}

const decodeKept = (bytes: Uint8Array): Kept | undefined => {
  const reader = new ByteReader(bytes)
  if (reader.varint() !== VERSION) return undefined
  const changes = reader.varint()
  const cover = new Map<LogId, number>()
  for (let count = reader.varint(); count > 0; count--) cover.set(readLogId(reader), reader.varint())
  return { changes, cover, state: reader.rest() }
}
