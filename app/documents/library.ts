/** Notes that are open: as long as somebody looks at them, and a few more. */
import type { DocumentId } from '../base/ids.ts'
import { openDocument, type Logged, type OpenDocument } from './open-document.ts'

/** Notes kept open though nobody looks at them: reading one twice in a row reads its log once. */
const IDLE_MAX = 16

export interface Library {
  /** Opens a document from the log, unless it is open. */
  open(document: DocumentId): OpenDocument
  /** Only if it is open. */
  get(document: DocumentId): OpenDocument | undefined
  all(): readonly OpenDocument[]
}

/** @param onClose called with a document before it is closed */
export const createLibrary = (
  logged: (document: DocumentId) => Logged, onClose: (open: OpenDocument) => void, idleMax = IDLE_MAX,
): Library => {
  /** Least recently used first. */
  const opened = new Map<DocumentId, OpenDocument>()

  const open = (document: DocumentId): OpenDocument => {
    const found = opened.get(document) ?? openDocument(document, () => logged(document))
    opened.delete(document)
    opened.set(document, found)
    closeIdle(found)
    return found
  }

  const closeIdle = (used: OpenDocument) => {
    const idle = [...opened.values()].filter(({ viewers, unlogged }) => viewers.size === 0 && unlogged.length === 0)
    for (const document of idle.slice(0, Math.max(0, idle.length - idleMax))) {
      if (document === used) continue
      opened.delete(document.document)
      onClose(document)
      document.close()
    }
  }

  return { open, get: (document) => opened.get(document), all: () => [...opened.values()] }
}
