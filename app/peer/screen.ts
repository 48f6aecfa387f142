/** One screen's commands and events: a handler a command. */
import type { PeerScreen } from '../api/peer-service.ts'
import type { CommandKind, Commands, Gives, ScreenEvent, Takes } from '../api/commands.ts'
import type { Cancel } from '../base/clock.ts'
import { createEmitter } from '../base/emitter.ts'
import { PeerError } from '../base/errors.ts'
import type { DocumentId, WorkspaceId } from '../base/ids.ts'
import type { Replica } from '../documents/documents.types.ts'
import type { PeerCore } from './core.ts'
import { colorOf, documentView, whereView } from './views.ts'
import type { Workspace } from './workspace.ts'

const WHERE_COALESCE_MS = 100

interface Attached {
  readonly workspace: Workspace
  readonly document: DocumentId
  readonly replica: Replica
  readonly cancels: readonly Cancel[]
}

type Handlers = { readonly [Kind in CommandKind]: (takes: Takes<Kind>) => Promise<Gives<Kind>> | Gives<Kind> }

export const createScreen = (core: PeerCore, number: number, onClose: () => void): PeerScreen => {
  const events = createEmitter<ScreenEvent>()
  const attached = new Map<DocumentId, Attached>()
  const { clock } = core

  const tellWhere = (workspace: Workspace, document: DocumentId) =>
    events.emit({ kind: 'where', workspace: workspace.id, where: whereView(workspace, core.links, document) })

  const tellPresence = (workspace: Workspace, presence: ReturnType<Workspace['presence']['list']>[number]) => {
    const { document, device, clientId, state } = presence
    const name = workspace.membership.nameOf(device)
    events.emit({ kind: 'presence', workspace: workspace.id, presence: { document, device, clientId, state, name, color: colorOf(device) } })
  }

  /** Follows what may change the answer to "where is it", at most every WHERE_COALESCE_MS. */
  const followWhere = (workspace: Workspace, document: DocumentId): Cancel => {
    let isDue = false
    let isOver = false
    const soon = () => {
      if (isDue) return
      isDue = true
      clock.after(WHERE_COALESCE_MS, () => {
        isDue = false
        if (!isOver) tellWhere(workspace, document)
      })
    }
    soon()
    const cancels = [workspace.onChange(soon), core.onLinks(soon)]
    return () => {
      isOver = true
      for (const cancel of cancels) cancel()
    }
  }

  const detach = (document: DocumentId) => {
    const entry = attached.get(document)
    if (!entry) return
    attached.delete(document)
    for (const cancel of entry.cancels) cancel()
    entry.workspace.presence.set(document, entry.replica.clientId, null)
    entry.replica.detach()
  }

  const attach = (workspace: Workspace, document: DocumentId): Gives<'document.attach'> => {
    detach(document)
    const replica = workspace.documents.attach(document, core.nextWriter())
    const cancels = [
      replica.onUpdate((update) => events.emit({ kind: 'update', workspace: workspace.id, document, update })),
      workspace.presence.onChange((presence) => {
        if (presence.document === document && presence.clientId !== replica.clientId) tellPresence(workspace, presence)
      }),
      followWhere(workspace, document),
    ]
    attached.set(document, { workspace, document, replica, cancels })
    // After the answer to the command, so that the screen has its document first.
    clock.after(0, () => {
      if (attached.get(document)?.replica !== replica) return
      for (const presence of workspace.presence.list(document)) tellPresence(workspace, presence)
    })
    return { clientId: replica.clientId, state: replica.state, readOnly: replica.isReadOnly }
  }

  const update = (workspace: WorkspaceId, document: DocumentId, bytes: Uint8Array): Promise<void> => {
    const entry = attached.get(document)
    if (!entry || entry.workspace.id !== workspace) throw new PeerError('DOCUMENTS_UNKNOWN', { document })
    const applied = entry.replica.apply(bytes)
    if (!applied.ok) throw new PeerError(applied.code, { document })
    return applied.value
  }

  const none = (work: Promise<unknown>) => work.then(() => ({}))
  const documentsOf = (takes: { workspace: WorkspaceId }) => core.workspace(takes.workspace).documents

  const handlers: Handlers = {
    status: () => core.status(),
    peers: () => ({ peers: core.peers() }),
    connect: async ({ address }) => ({ address: await core.connect(address) }),
    'machine.rename': ({ name }) => none(core.rename(name)),
    'workspace.create': async ({ name }) => ({ workspace: await core.create(name) }),
    'workspace.invite': ({ workspace }) => core.invite(workspace),
    'workspace.join': async ({ link, timeoutMs }) => ({ workspace: await core.join(link, timeoutMs) }),
    'workspace.leave': async ({ workspace }) => ({ told: await core.leave(workspace) }),
    'nearby.open': ({ workspace, minutes }) => ({ closesMs: core.nearby.open(workspace, minutes * 60_000) }),
    'nearby.close': ({ workspace }) => {
      core.nearby.close(workspace)
      return {}
    },
    'nearby.answer': ({ workspace, asker, welcome }) => none(core.nearby.answer(workspace, asker, welcome)),
    'nearby.look': async ({ durationMs }) => ({ found: await core.nearby.look(durationMs) }),
    'nearby.ask': async ({ opening, timeoutMs }) => ({ workspace: await core.nearby.ask(opening, timeoutMs) }),
    'nearby.withdraw': () => {
      core.nearby.withdraw()
      return {}
    },
    'document.list': ({ workspace: id, trash }) => {
      const workspace = core.workspace(id)
      const listed = workspace.documents.list().filter((summary) => (summary.trashedMs !== undefined) === trash)
      return { documents: listed.map((summary) => documentView(workspace, summary)) }
    },
    'document.create': async (takes) => {
      const { document, saved } = documentsOf(takes).create(takes.title, takes.markdown)
      await saved
      return { document }
    },
    'document.rename': (takes) => none(documentsOf(takes).rename(takes.document, takes.title)),
    'document.append': (takes) => none(documentsOf(takes).append(takes.document, takes.text)),
    'document.trash': (takes) => none(documentsOf(takes).trash(takes.document)),
    'document.restore': (takes) => none(documentsOf(takes).restore(takes.document)),
    'document.markdown': (takes) => ({ markdown: documentsOf(takes).markdown(takes.document) }),
    'document.json': (takes) => ({ json: documentsOf(takes).json(takes.document) }),
    'document.where': ({ workspace: id, document }) => {
      const workspace = core.workspace(id)
      if (!workspace.documents.list().some((summary) => summary.document === document)) throw new PeerError('DOCUMENTS_UNKNOWN', { document })
      return whereView(workspace, core.links, document)
    },
    'document.attach': ({ workspace, document }) => attach(core.workspace(workspace), document),
    'document.update': ({ workspace, document, update: bytes }) => none(update(workspace, document, bytes)),
    'document.detach': ({ document }) => {
      detach(document)
      return {}
    },
    'presence.set': ({ document, state }) => {
      const entry = attached.get(document)
      entry?.workspace.presence.set(document, entry.replica.clientId, state)
      return {}
    },
  }

  const cancelCore = core.onEvent((event) => {
    if (event.kind === 'left') {
      for (const entry of [...attached.values()]) if (entry.workspace.id === event.workspace) detach(entry.document)
    }
    events.emit(event)
  })

  return {
    number,
    run: async <Kind extends CommandKind>(kind: Kind, takes: Takes<Kind>) => (handlers[kind] as (takes: Takes<Kind>) => Promise<Commands[Kind]['gives']>)(takes),
    onEvent: events.on,
    close: () => {
      cancelCore()
      for (const document of [...attached.keys()]) detach(document)
      onClose()
    },
  }
}
