/** What has become of the typing in this window: the one place that may say "everything here is saved". */
import { mergeUpdates } from 'yjs'
import type { ErrorCode } from '../../app/base/errors.ts'

export type Edits =
  /** The peer has confirmed every edit of this window. */
  | { readonly kind: 'saved' }
  /** One edit is under way; those typed since wait, and will go together. */
  | { readonly kind: 'sending'; readonly waiting: readonly Uint8Array[] }
  /** Nothing can be sent until the note is attached again. The edits are in the window's Y.Doc, and stay there. */
  | { readonly kind: 'kept'; readonly code: ErrorCode; readonly hasEdits: boolean }

export type EditsMessage =
  | { readonly kind: 'typed'; readonly update: Uint8Array }
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'refused'; readonly code: ErrorCode }
  /** A fresh replica: whatever was kept comes again, re-authored, as `typed`. */
  | { readonly kind: 'attached' }

export interface EditsStep {
  readonly edits: Edits
  /** To be sent now; its answer comes back as `confirmed` or `refused`. */
  readonly send?: Uint8Array
}

export const ALL_SAVED: Edits = { kind: 'saved' }

export const hasUnsaved = (edits: Edits): boolean => edits.kind === 'sending' || (edits.kind === 'kept' && edits.hasEdits)

export const stepEdits = (edits: Edits, message: EditsMessage): EditsStep => {
  switch (message.kind) {
    case 'typed':
      return typed(edits, message.update)
    case 'confirmed':
      return confirmed(edits)
    case 'refused':
      return { edits: { kind: 'kept', code: message.code, hasEdits: hasUnsaved(edits) } }
    case 'attached':
      return { edits: ALL_SAVED }
  }
}

const typed = (edits: Edits, update: Uint8Array): EditsStep => {
  if (edits.kind === 'saved') return { edits: { kind: 'sending', waiting: [] }, send: update }
  if (edits.kind === 'sending') return { edits: { kind: 'sending', waiting: [...edits.waiting, update] } }
  return { edits: { ...edits, hasEdits: true } }
}

const confirmed = (edits: Edits): EditsStep => {
  if (edits.kind !== 'sending') return { edits }
  if (edits.waiting.length === 0) return { edits: ALL_SAVED }
  return { edits: { kind: 'sending', waiting: [] }, send: mergeUpdates([...edits.waiting]) }
}
