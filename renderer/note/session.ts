/** One note in this window: its Yjs replica, attached to the peer again and again, and what has become of the typing. */
import * as Y from 'yjs'
import type { Gives, ScreenEvent } from '../../app/api/commands.ts'
import type { WhereView } from '../../app/api/views.ts'
import { codeOf, type ErrorCode } from '../../app/base/errors.ts'
import type { DocumentId, WorkspaceId } from '../../app/base/ids.ts'
import type { Connection } from '../peer/connection.ts'
import { ALL_SAVED, hasUnsaved, stepEdits, type Edits, type EditsMessage } from './edits.ts'
import { createHealing } from './healing.ts'
import { createPresence, type Person, type Presence } from './presence.ts'
import { PEER, reauthor } from './reauthor.ts'
import { createTitleDraft, type TitleDraft } from './title-draft.ts'
import { savedHere, trustOf, withoutNewEdits, type Trust } from './trust.ts'

export interface NoteReplica {
  readonly doc: Y.Doc
  readonly presence: Presence
  readonly isReadOnly: boolean
  /** Handed from the editor of one replica to that of the next. */
  readonly caret: { kept: { readonly from: number; readonly to: number; readonly hasFocus: boolean } | null }
}

export type NoteState =
  | { readonly kind: 'opening' }
  /** Its first copy has not arrived. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'failed'; readonly code: ErrorCode }
  | {
      readonly kind: 'open'
      readonly replica: NoteReplica
      readonly edits: Edits
      readonly trust: Trust
      readonly where: WhereView | null
      readonly people: readonly Person[]
    }

export interface NoteSession {
  readonly title: TitleDraft
  readonly get: () => NoteState
  readonly subscribe: (listener: () => void) => () => void
  readonly hasUnsaved: () => boolean
  /** Attaches afresh and hands over what was kept. */
  readonly retry: () => void
  readonly close: () => void
}

export interface NoteAddress {
  readonly workspace: WorkspaceId
  readonly document: DocumentId
}

/** Refusals in a row after which only the person can decide to try again. */
const REATTACH_MAX = 3
/** An edit that does not fit what the host has is re-authored against it, without asking anybody. */
const MENDED_BY_REATTACHING: readonly ErrorCode[] = ['DOCUMENTS_UPDATE_GAP', 'DOCUMENTS_UPDATE_FOREIGN', 'DOCUMENTS_UPDATE_MALFORMED']

export const openNoteSession = (connection: Connection, note: NoteAddress): NoteSession => {
  const listeners = new Set<() => void>()
  let state: NoteState = { kind: 'opening' }
  let replica: NoteReplica | undefined
  let edits: Edits = ALL_SAVED
  let where: WhereView | null = null
  /** Grows with every attach: answers to an older one say nothing of this one. */
  let round = 0
  let refusalsInARow = 0
  let editsTyped = 0
  let isClosed = false
  /** Told between the host's snapshot and its arrival here; null when no attach is under way. */
  let early: ScreenEvent[] | null = null
  /** The connection's round in which the note was attached: attaching again there means detaching first. */
  let attachedIn = 0
  const healing = createHealing()

  const caret: NoteReplica['caret'] = { kept: null }
  const isConnected = () => connection.link().kind === 'open'
  const linkRound = () => {
    const link = connection.link()
    return link.kind === 'open' ? link.round : 0
  }

  const title = createTitleDraft({
    send: (text) => connection.run('document.rename', { ...note, title: text }),
    onChange: () => publish(),
  })

  const trust = (): Trust => {
    const told = trustOf(edits, where, isConnected())
    if (!title.isUnsaved()) return told
    return isConnected() ? (told.kind === 'refused' ? told : { kind: 'saving' }) : { kind: 'windowOnly' }
  }

  const publish = (failure?: Extract<NoteState, { kind: 'waiting' | 'failed' }>) => {
    if (failure !== undefined) state = failure
    else if (replica !== undefined) state = { kind: 'open', replica, edits, where, trust: trust(), people: replica.presence.people() }
    for (const listener of [...listeners]) listener()
  }

  const step = (message: EditsMessage) => {
    const next = stepEdits(edits, message)
    edits = next.edits
    if (next.send !== undefined) void hand(next.send, round)
    publish()
  }

  const hand = async (update: Uint8Array, ofRound: number) => {
    try {
      await connection.run('document.update', { ...note, update })
    } catch (error) {
      if (ofRound === round) refused(codeOf(error))
      return
    }
    if (ofRound !== round) return
    refusalsInARow = 0
    step({ kind: 'confirmed' })
    if (hasUnsaved(edits)) return
    if (where !== null) where = savedHere(where)
    publish()
    askWhere()
  }

  const refused = (code: ErrorCode) => {
    step({ kind: 'refused', code })
    if (MENDED_BY_REATTACHING.includes(code) && ++refusalsInARow <= REATTACH_MAX) attach()
  }

  const takeWhere = (told: WhereView) => {
    where = hasUnsaved(edits) ? withoutNewEdits(told) : told
    publish()
  }

  const askWhere = () => {
    const ofEdit = editsTyped
    const asked = connection.run('document.where', note)
    // An answer from before the newest edit says nothing of it. Lost on the way: the next attach asks again.
    asked.then((told) => void (ofEdit === editsTyped && takeWhere(told)), () => undefined)
  }

  const typed = (update: Uint8Array, origin: unknown) => {
    if (origin === PEER || replica?.isReadOnly === true) return
    editsTyped++
    if (where !== null) where = withoutNewEdits(where)
    step({ kind: 'typed', update })
  }

  const adopt = ({ clientId, state: hostState, readOnly }: Gives<'document.attach'>) => {
    const old = replica
    const next = reauthor(old?.doc, { clientId, state: hostState })
    next.doc.on('update', typed)
    const presence = createPresence(next.doc, {
      send: (text) => void connection.run('presence.set', { ...note, state: text }).catch(() => undefined),
      onPeople: () => publish(),
    })
    replica = { doc: next.doc, presence, isReadOnly: readOnly, caret }
    old?.doc.off('update', typed)
    old?.presence.stop()
    edits = stepEdits(edits, { kind: 'attached' }).edits
    for (const update of next.unsent) typed(update, null)
    const missed = early ?? []
    early = null
    for (const event of missed) takeOpen(event)
    healing.watch(replica)
    publish()
    askWhere()
  }

  const attach = () => {
    if (isClosed || !isConnected()) return
    const ofRound = ++round
    early = []
    detach()
    attachedIn = linkRound()
    connection.run('document.attach', note).then(
      (attached) => void (ofRound === round && adopt(attached)),
      (error: unknown) => void (ofRound === round && attachFailed(codeOf(error))),
    )
  }

  const detach = () => {
    if (attachedIn !== 0 && attachedIn === linkRound()) connection.run('document.detach', note).catch(() => undefined)
  }

  const attachFailed = (code: ErrorCode) => {
    early = null
    attachedIn = 0
    if (code === 'API_CHANNEL_CLOSED') return
    if (replica !== undefined) return step({ kind: 'refused', code })
    publish(code === 'DOCUMENTS_WAITING' ? { kind: 'waiting' } : { kind: 'failed', code })
  }

  const take = (event: ScreenEvent) => {
    if (event.kind === 'documents' && event.workspace === note.workspace && state.kind === 'waiting') return attach()
    if (!('workspace' in event) || event.workspace !== note.workspace) return
    if (early === null) takeOpen(event)
    else early.push(event)
  }

  const takeOpen = (event: ScreenEvent) => {
    if (replica === undefined) return
    if (event.kind === 'update' && event.document === note.document) Y.applyUpdate(replica.doc, event.update, PEER)
    else if (event.kind === 'where' && event.where.document === note.document) takeWhere(event.where)
    else if (event.kind === 'presence' && event.presence.document === note.document) replica.presence.take(event.presence)
  }

  const lost = () => {
    round++
    early = null
    if (replica === undefined) return
    replica.presence.clear()
    step({ kind: 'refused', code: 'API_CHANNEL_CLOSED' })
  }

  const stopEvents = connection.onEvent(take)
  const stopLink = connection.onLink((link) => {
    if (link.kind !== 'open') return lost()
    attach()
    title.flush()
  })
  attach()

  return {
    title,
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    hasUnsaved: () => hasUnsaved(edits) || title.isUnsaved(),
    retry: () => {
      refusalsInARow = 0
      attach()
      title.flush()
    },
    close: () => {
      isClosed = true
      round++
      title.stop()
      stopEvents()
      stopLink()
      healing.stop()
      replica?.presence.stop()
      replica?.doc.destroy()
      detach()
    },
  }
}
