/** The only place that makes a Y.Doc: its own constructor draws names from ambient chance. */
import * as Y from 'yjs'
import type { DocumentId } from '../base/ids.ts'

/** Origin of transactions that apply what is in the log. Everything else that happens in a document has yet to be logged. */
export const LOG = Symbol('log')
/** Updates in one transaction: each costs less than alone, and above this they cost more again. */
export const REPLAY_BATCH = 100

/** @param clientId of who writes in it; 0 for a document that is only read */
export const createDoc = (document: DocumentId, clientId = 0): Y.Doc => {
  // eslint-disable-next-line no-restricted-syntax -- the function that the rule asks for
  const doc = new Y.Doc({ guid: document, gc: true })
  doc.clientID = clientId
  return doc
}

/** Applies updates that are in the log to a document that nobody has looked into yet, and writes nothing itself. */
export const replay = (doc: Y.Doc, updates: Iterable<Uint8Array>): void => {
  let batch: Uint8Array[] = []
  for (const update of updates) {
    if (batch.push(update) < REPLAY_BATCH) continue
    replayBatch(doc, batch)
    batch = []
  }
  if (batch.length > 0) replayBatch(doc, batch)
}

/** Begins with a kept state (V2), before anything else is replayed. */
export const replayState = (doc: Y.Doc, state: Uint8Array): void =>
  doc.transact((transaction) => {
    Y.applyUpdateV2(doc, state, LOG)
    // As below.
    transaction.local = true
  }, LOG)

export const replayBatch = (doc: Y.Doc, updates: readonly Uint8Array[]): void =>
  doc.transact((transaction) => {
    for (const update of updates) Y.applyUpdate(doc, update, LOG)
    // Yjs cleans up formatting after transactions that are not local: reading the log again would write to it.
    transaction.local = true
  }, LOG)

/** The state as a Yjs update (V1) in its one spelling: equal contents give equal bytes. In a Y.Doc that grew, what was deleted
 *  may lie in more pieces than it has to, depending on the order in which it came (5 of 600 random runs). */
export const canonicalState = (doc: Y.Doc): Uint8Array => {
  const fresh = createDoc(doc.guid as DocumentId)
  replay(fresh, [Y.encodeStateAsUpdate(doc)])
  return Y.encodeStateAsUpdate(fresh)
}
