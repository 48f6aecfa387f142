/** Keeps a note within the editor's rules: it would delete, for everybody, what two people's concurrent edits left against them. */
import type * as Y from 'yjs'
import { healNote, keepWhole } from '../../app/api/heal-note.ts'

export interface Healing {
  /** Heals the replica now and after every change of others, in place of the replica before it. */
  watch(replica: { readonly doc: Y.Doc; readonly isReadOnly: boolean }): void
  stop(): void
}

export const createHealing = (): Healing => {
  let stop = () => {}
  return {
    watch: ({ doc, isReadOnly }) => {
      stop()
      stop = () => {}
      // What a newer version wrote is not ours to change.
      if (isReadOnly) return
      const content = doc.getXmlFragment('content')
      healNote(content)
      stop = keepWhole(content)
    },
    stop: () => stop(),
  }
}
