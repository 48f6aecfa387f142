/** A note in a window, attached to the peer again and again: one edit under way, those made since wait and go together. */
import { mergeUpdates } from 'yjs'
import type { DocumentId, WorkspaceId } from '../base/ids.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { Book } from './book.ts'
import type { ScreenPipe } from './screen-pipe.ts'
import { openWindowNote } from './window-note.ts'
import type { Outgoing, WindowNote } from './window-note.ts'

export interface NoteSession {
  readonly document: DocumentId
  /** Undefined while it is being attached. */
  note(): WindowNote | undefined
  /** An update told by the peer. */
  take(update: Uint8Array): void
  end(): void
}

export interface NoteSessionInit {
  readonly workspace: WorkspaceId
  readonly document: DocumentId
  readonly pipe: ScreenPipe
  readonly book: Book
  readonly name: string
  readonly onCleanup: () => void
  readonly onRemote: (note: WindowNote) => void
  readonly onSaved: (markers: readonly number[]) => void
  readonly onRefused: (what: 'attach' | 'update', code: ErrorCode, error: unknown) => void
}

export const openNoteSession = (init: NoteSessionInit): NoteSession => {
  const { workspace, document, pipe } = init
  let note: WindowNote | undefined
  let early: Uint8Array[] = []
  let waiting: Outgoing[] = []
  let isSending = false
  /** Grows with every attach: answers to an older one say nothing of this one. */
  let round = 0

  const flush = () => {
    if (!note || isSending || waiting.length === 0) return
    const update = mergeUpdates(waiting.map((outgoing) => outgoing.update))
    const markers = waiting.flatMap((outgoing) => outgoing.markers)
    const ofRound = round
    waiting = []
    isSending = true
    pipe.ask((screen) => screen.run('document.update', { workspace, document, update }), (answer) => {
      if (answer.ok) init.onSaved(markers)
      else init.onRefused('update', answer.code, answer.error)
      if (ofRound !== round) return
      isSending = false
      // What was refused is gone, and was never called saved. The real window would write it anew.
      if (answer.ok) flush()
      else attach()
    })
  }
  const leave = () => {
    round += 1
    note?.destroy()
    note = undefined
    early = []
    waiting = []
    isSending = false
  }
  const adopt = (clientId: number, state: Uint8Array) => {
    note = openWindowNote({
      document, clientId, state, book: init.book, name: init.name, onCleanup: init.onCleanup,
      send: (outgoing) => {
        waiting.push(outgoing)
        flush()
      },
    })
    for (const update of early) note.take(update)
    early = []
    flush()
  }
  const attach = () => {
    if (round > 0) pipe.ask((screen) => screen.run('document.detach', { workspace, document }), () => {})
    leave()
    const ofRound = round
    pipe.ask((screen) => screen.run('document.attach', { workspace, document }), (answer) => {
      if (ofRound !== round) return
      if (answer.ok) adopt(answer.value.clientId, answer.value.state)
      else init.onRefused('attach', answer.code, answer.error)
    })
  }
  attach()
  return {
    document,
    note: () => note,
    take: (update) => {
      if (!note) return void early.push(update)
      note.take(update)
      init.onRemote(note)
    },
    end: leave,
  }
}
