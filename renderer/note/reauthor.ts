/** A fresh replica for a note that is attached again, with the typing that the peer never got written anew in it. */
import * as Y from 'yjs'
import { renameStructs } from '../../app/api/rename-structs.ts'

/** Origin of everything that came from the peer: never sent back, never undone. */
export const PEER = Symbol('peer')
const KEPT = Symbol('kept')

export interface Attached {
  readonly clientId: number
  /** The whole note as the peer has it. */
  readonly state: Uint8Array
}

export interface Reauthored {
  readonly doc: Y.Doc
  /** What this replica has and the peer lacks, to be sent in this order. */
  readonly unsent: readonly Uint8Array[]
}

/** @param old the replica that this one takes over from; its own structs that the peer lacks become structs of the new clientId */
export const reauthor = (old: Y.Doc | undefined, attached: Attached): Reauthored => {
  const doc = new Y.Doc()
  // Before anything is applied: every struct of this replica is the host's to recognise.
  doc.clientID = attached.clientId
  take(doc, attached.state, PEER)
  const unsent: Uint8Array[] = []
  const collect = (update: Uint8Array) => unsent.push(update)
  doc.on('update', collect)
  // Applied here, only what is new to the note comes out again: deletes that the peer knows already do not.
  if (old !== undefined) take(doc, unsentOf(old, doc), KEPT)
  doc.off('update', collect)
  return { doc, unsent }
}

/** As a transaction of this replica's own. After any other Yjs cleans up formatting, though looking at a note must not write to it;
 *  and it draws itself another clientID when structs of its own come in. */
const take = (doc: Y.Doc, update: Uint8Array, origin: symbol) =>
  doc.transact((transaction) => {
    Y.applyUpdate(doc, update, origin)
    transaction.local = true
  }, origin)

const unsentOf = (old: Y.Doc, host: Y.Doc): Uint8Array => {
  const missing = Y.encodeStateAsUpdate(old, Y.encodeStateVector(host))
  return renameStructs(missing, old.clientID, Y.getState(host.store, old.clientID), host.clientID)
}
