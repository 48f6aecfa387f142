/** A fresh replica for a note that is attached again, with the typing that the peer never got written anew in it. */
import * as Y from 'yjs'

/** Origin of everything that came from the peer: never sent back, never undone. */
export const PEER = Symbol('peer')

export interface Reauthored {
  readonly doc: Y.Doc
  /** What this replica has and the peer lacks, to be sent in this order. */
  readonly unsent: readonly Uint8Array[]
}

export const reauthor = (_old: Y.Doc | undefined, attached: { readonly clientId: number; readonly state: Uint8Array }): Reauthored => {
  const doc = new Y.Doc()
  // Before anything is applied: every struct of this replica is the host's to recognise.
  doc.clientID = attached.clientId
  const unsent: Uint8Array[] = []
  const collect = (update: Uint8Array, origin: unknown) => {
    // Applying rich text makes Yjs run its formatting clean-up, in transactions of no origin: edits like any other.
    if (origin !== PEER) unsent.push(update)
  }
  doc.on('update', collect)
  Y.applyUpdate(doc, attached.state, PEER)
  doc.off('update', collect)
  return { doc, unsent }
}
