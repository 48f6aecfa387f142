import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import * as Y from 'yjs'
import type { CommandKind, ScreenEvent } from '../../app/api/commands.ts'
import type { WhereView } from '../../app/api/views.ts'
import { PeerError, type ErrorCode } from '../../app/base/errors.ts'
import { deviceId, documentId, workspaceId } from '../../app/base/ids.ts'
import type { Connection, Link, Run } from '../peer/connection.ts'
import { openNoteSession, type NoteSession, type NoteState } from './session.ts'

const note = { workspace: workspaceId('ab'.repeat(32)), document: documentId('cd'.repeat(16)) }
const settle = async () => {
  for (let turns = 0; turns < 5; turns++) await turn()
}

/** A host with one note, strict about what a screen may write, whose answers can be held back, refused or cut off. */
const createHost = () => {
  const doc = new Y.Doc()
  doc.clientID = 1
  doc.getText('typed').insert(0, 'host ')
  let link: Link = { kind: 'open', round: 1 }
  let clientId = 100
  let refuse: ErrorCode | null = null
  let held: (() => void)[] | null = null
  const updates: Uint8Array[] = []
  const commands: CommandKind[] = []
  const linkListeners = new Set<(link: Link) => void>()
  const eventListeners = new Set<(event: ScreenEvent) => void>()

  const where = (): WhereView => ({
    document: note.document,
    saved: true,
    machines: [
      { device: deviceId('01'.repeat(32)), name: 'Desk', self: true, holds: 'all', asOfMs: 1, reachable: true, lastHeardMs: 1 },
      { device: deviceId('02'.repeat(32)), name: 'Kitchen', self: false, holds: 'all', asOfMs: 1, reachable: true, lastHeardMs: 1 },
    ],
  })

  const takeUpdate = (update: Uint8Array) => {
    if (refuse !== null) throw new PeerError(refuse)
    const foreign = Y.decodeUpdate(update).structs.filter(({ id }) => id.client !== clientId)
    if (foreign.length > 0) throw new PeerError('DOCUMENTS_UPDATE_FOREIGN')
    Y.applyUpdate(doc, update)
    if (doc.store.pendingStructs !== null) throw new PeerError('DOCUMENTS_UPDATE_GAP')
    updates.push(update)
  }

  const answer = (kind: CommandKind, takes: { update?: Uint8Array }): unknown => {
    if (kind === 'document.attach') return { clientId: ++clientId, state: Y.encodeStateAsUpdate(doc), readOnly: false }
    if (kind === 'document.where') return where()
    if (kind === 'document.update') takeUpdate(takes.update!)
    return {}
  }

  const run = async (kind: CommandKind, takes: { update?: Uint8Array }) => {
    if (link.kind !== 'open') throw new PeerError('API_CHANNEL_CLOSED')
    const { round } = link
    commands.push(kind)
    const gives = answer(kind, takes)
    if (kind === 'document.update' && held !== null) await new Promise<void>((resolve) => held!.push(resolve))
    if ((link as Link).kind !== 'open' || (link as { round: number }).round !== round) throw new PeerError('API_CHANNEL_CLOSED')
    return gives
  }

  const connection: Connection = {
    link: () => link,
    onLink: (listener) => (linkListeners.add(listener), () => linkListeners.delete(listener)),
    run: run as Run,
    onEvent: (listener) => (eventListeners.add(listener), () => eventListeners.delete(listener)),
    retryNow: () => undefined,
    close: () => undefined,
  }
  const setLink = (next: Link) => {
    link = next
    for (const listener of linkListeners) listener(next)
  }

  return {
    doc,
    connection,
    updates,
    commands,
    emit: (event: ScreenEvent) => eventListeners.forEach((listener) => listener(event)),
    where,
    lose: () => setLink({ kind: 'lost', code: 'API_CHANNEL_CLOSED' }),
    /** As after a restart of the host. */
    find: (round = 2) => setLink({ kind: 'open', round }),
    refuse: (code: ErrorCode | null) => void (refuse = code),
    /** Takes updates, and keeps the answers to itself. */
    hold: () => void (held = []),
    release: () => {
      for (const resolve of held ?? []) resolve()
      held = null
    },
    text: () => doc.getText('typed').toString(),
  }
}

const sessions: NoteSession[] = []
// Also of tests that failed: an open session keeps the process alive.
afterEach(() => {
  for (const session of sessions.splice(0)) session.close()
})

const begin = (host: ReturnType<typeof createHost>): NoteSession => {
  const session = openNoteSession(host.connection, note)
  sessions.push(session)
  return session
}

const opened = (state: NoteState) => {
  assert.equal(state.kind, 'open')
  return state
}

const open = async (host = createHost()) => {
  const session = begin(host)
  await settle()
  const current = () => opened(session.get())
  const text = () => current().replica.doc.getText('typed')
  return { host, session, current, text, type: (typed: string) => text().insert(text().length, typed) }
}

test('the replica writes under the clientID that the host gave', async () => {
  const { current } = await open()
  assert.equal(current().replica.doc.clientID, 101)
})

test('typing goes out, and is called saved only when the host has answered', async () => {
  const { host, current, type } = await open()
  host.hold()
  type('a')
  type('b')
  await settle()
  assert.equal(current().trust.kind, 'saving')
  assert.equal(host.updates.length, 1)
  host.release()
  await settle()
  assert.equal(current().trust.kind, 'saved')
  assert.equal(host.text(), 'host ab')
})

test('what the host tells while an edit is under way is not taken for news of that edit', async () => {
  const { host, current, type } = await open()
  assert.deepEqual(current().trust, { kind: 'saved', on: 2, of: 2, silent: [] })
  host.hold()
  type('a')
  host.emit({ kind: 'where', workspace: note.workspace, where: host.where() })
  assert.equal(current().trust.kind, 'saving')
  assert.equal(current().where?.machines[1]?.holds, 'behind')
  host.release()
})

test('typing without a connection is kept, and handed over under the new clientID', async () => {
  const { host, session, current, type } = await open()
  host.lose()
  type('offline')
  assert.equal(current().trust.kind, 'windowOnly')
  assert.equal(session.hasUnsaved(), true)
  host.find()
  await settle()
  assert.equal(host.text(), 'host offline')
  assert.equal(current().replica.doc.clientID, 102)
  assert.equal(current().replica.doc.getText('typed').toString(), 'host offline')
  assert.equal(session.hasUnsaved(), false)
})

test('an edit whose answer was lost is not doubled', async () => {
  const { host, current, type } = await open()
  host.hold()
  type('once')
  await settle()
  host.lose()
  host.release()
  host.find()
  await settle()
  assert.equal(host.text(), 'host once')
  assert.equal(current().replica.doc.getText('typed').toString(), 'host once')
})

test('a full disk keeps the typing, says so, and a retry hands it over', async () => {
  const { host, session, current, type } = await open()
  host.refuse('STORE_FULL')
  type('a')
  await settle()
  type('b')
  assert.deepEqual(current().trust, { kind: 'refused', code: 'STORE_FULL' })
  assert.equal(host.text(), 'host ')
  host.refuse(null)
  session.retry()
  await settle()
  assert.equal(host.text(), 'host ab')
  assert.equal(current().trust.kind, 'saved')
})

test('an edit that does not fit is re-authored by itself, a few times and not for ever', async () => {
  const { host, current, type } = await open()
  host.refuse('DOCUMENTS_UPDATE_GAP')
  type('a')
  for (let turns = 0; turns < 10; turns++) await settle()
  assert.equal(host.commands.filter((kind) => kind === 'document.attach').length, 4)
  assert.deepEqual(current().trust, { kind: 'refused', code: 'DOCUMENTS_UPDATE_GAP' })
})

test('what others write is shown and never sent back', async () => {
  const { host, text } = await open()
  const before = Y.encodeStateVector(host.doc)
  host.doc.getText('typed').insert(0, 'others ')
  host.emit({ kind: 'update', ...note, update: Y.encodeStateAsUpdate(host.doc, before) })
  await settle()
  assert.equal(text().toString(), 'others host ')
  assert.equal(host.commands.includes('document.update'), false)
})

test('what was told between the snapshot and its arrival is not missed', async () => {
  const host = createHost()
  const session = begin(host)
  const before = Y.encodeStateVector(host.doc)
  host.doc.getText('typed').insert(0, 'early ')
  host.emit({ kind: 'update', ...note, update: Y.encodeStateAsUpdate(host.doc, before) })
  await settle()
  assert.equal(opened(session.get()).replica.doc.getText('typed').toString(), 'early host ')
})

test('cursors of others are gone with the connection', async () => {
  const { host, current } = await open()
  host.emit({
    kind: 'presence',
    workspace: note.workspace,
    presence: {
      document: note.document,
      device: deviceId('02'.repeat(32)),
      name: 'Kitchen',
      color: '#0b61a4',
      clientId: 55,
      state: '{"cursor":null,"user":{"name":"Someone else"}}',
    },
  })
  assert.deepEqual(current().people, [{ name: 'Kitchen', color: '#0b61a4' }])
  assert.deepEqual(current().replica.presence.awareness.getStates().get(55), { cursor: null, user: { name: 'Kitchen', color: '#0b61a4' } })
  host.lose()
  assert.deepEqual(current().people, [])
  assert.equal(current().replica.presence.awareness.getStates().has(55), false)
})

test('undo takes back one’s own typing and never what came from others', async () => {
  const { host, text, current } = await open()
  const undo = new Y.UndoManager(text(), { trackedOrigins: new Set(['editor']) })
  current().replica.doc.transact(() => text().insert(0, 'mine '), 'editor')
  const before = Y.encodeStateVector(host.doc)
  await settle()
  host.doc.getText('typed').insert(0, 'theirs ')
  host.emit({ kind: 'update', ...note, update: Y.encodeStateAsUpdate(host.doc, before) })
  undo.undo()
  assert.equal(text().toString(), 'theirs host ')
  assert.equal(undo.canUndo(), false)
})
