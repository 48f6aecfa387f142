import * as Y from 'yjs'
import { createEmitter } from '../base/emitter.ts'
import type { ErrorCode } from '../base/errors.ts'
import { invariant } from '../base/invariant.ts'
import { ok, refused } from '../base/result.ts'
import { checkChange } from './causal-check.ts'
import { decodeChange } from './decode-update.ts'
import type { Replica } from './documents.types.ts'
import type { LogWriter } from './log-writer.ts'
import type { OpenDocument, Viewer } from './open-document.ts'
import { CHANGE_BYTES_MAX } from './parts.ts'

interface ReplicaParts {
  readonly open: OpenDocument
  readonly writer: LogWriter
  readonly screen: number
  readonly clientId: number
  /** Why nobody may edit the document now. */
  readonly barred: () => ErrorCode | undefined
  readonly onDetach: () => void
}

/** Joins a screen to an open document. What it is given is in the log already: what isn't could be taken back. */
export const attachReplica = ({ open, writer, screen, clientId, barred, onDetach }: ReplicaParts): Replica => {
  invariant(![...open.viewers].some((viewer) => viewer.screen === screen), 'a screen attaches a document once at a time')
  const updates = createEmitter<Uint8Array>()
  const viewer: Viewer = { screen, show: updates.emit }
  open.viewers.add(viewer)

  const check = (update: Uint8Array): ErrorCode | undefined => {
    const bar = open.viewers.has(viewer) ? barred() : 'DOCUMENTS_UNKNOWN'
    if (bar) return bar
    if (update.length > CHANGE_BYTES_MAX) return 'DOCUMENTS_TOO_LARGE'
    const decoded = decodeChange(update)
    if (!decoded.ok) return decoded.code
    return checkChange(decoded.value, clientId, (client) => Y.getState(open.doc.store, client))
  }

  const apply: Replica['apply'] = (update) => {
    const code = check(update)
    if (code) return refused(code)
    try {
      // The bytes may be a view of a message that is used again.
      const edited = open.applyFromScreen(viewer, update.slice())
      writer.changed(open, screen)
      return ok(edited ?? Promise.resolve())
    } catch (error) {
      // Yjs broke off in the middle of something that only looked sound.
      open.rollBack(error)
      return refused('DOCUMENTS_UPDATE_MALFORMED')
    }
  }

  return {
    clientId,
    state: Y.encodeStateAsUpdate(open.doc),
    isReadOnly: barred() !== undefined,
    apply,
    onUpdate: updates.on,
    detach: () => {
      if (open.viewers.delete(viewer)) onDetach()
    },
  }
}
