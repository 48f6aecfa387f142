/** The peer: builds its parts in order, binds them together, starts and stops them. */
import type { ScreenEvent } from './api/commands.ts'
import type { PeerScreen } from './api/peer-service.ts'
import type { StatusView } from './api/views.ts'
import { createEmitter } from './base/emitter.ts'
import { codeOf, PeerError } from './base/errors.ts'
import { documentId, type WorkspaceId } from './base/ids.ts'
import { createDeviceKeys } from './identity/device-keys.ts'
import { checkedName, createGenesis, genesisId } from './membership/genesis.ts'
import { createNeighbours } from './network/neighbours.ts'
import { KEY_BYTES } from './identity/crypto.ts'
import type { PeerCore } from './peer/core.ts'
import { createJoins } from './peer/joins.ts'
import { leaveWorkspace } from './peer/leaving.ts'
import { createRecords, type WorkspaceRecord } from './peer/records.ts'
import { createScreen } from './peer/screen.ts'
import { typedAddress } from './peer/typed-address.ts'
import { noticesOf, peerViews, workspaceView } from './peer/views.ts'
import { watchStore } from './peer/watched-store.ts'
import { createWorkspace, openWelcome, ROOMS, type Workspace } from './peer/workspace.ts'
import type { Peer, PeerPorts, WorkspaceInspection } from './peer.types.ts'
import type { LinkEvents } from './sync/link.ts'
import { createLinks } from './sync/links.ts'

const STATUS_COALESCE_MS = 100

export const createPeer = (ports: PeerPorts): Peer => {
  const { network, clock, random, logger } = ports
  const events = createEmitter<ScreenEvent>()
  const linksChanged = createEmitter<void>()
  const store = watchStore(ports.store, () => statusSoon())
  const records = createRecords(store)
  const joins = createJoins(records, clock, random)
  const workspaces = new Map<WorkspaceId, Workspace>()
  const filling = new Set<WorkspaceId>()
  const screens = new Set<PeerScreen>()
  const neighbours = createNeighbours({ network, discoveries: ports.discoveries, clock, random, logger })
  let writers = 0
  let screenNumbers = 0
  let isStatusDue = false
  let isStopped = false

  const machineName = () => records.machineName() ?? ports.machineName

  const linkEvents: LinkEvents = {
    proven: (link, { workspace: id, device }) => {
      const workspace = workspaces.get(id)
      if (!workspace) return
      workspace.cluster.heard(device)
      workspace.cluster.greet((payload) => link.sendRoom(id, ROOMS.cluster, payload))
      workspace.presence.greet((payload) => link.sendRoom(id, ROOMS.presence, payload))
      rememberAddresses(id, device, link)
      linksChanged.emit()
      statusSoon()
    },
    room: (link, { workspace: id, device }, room, payload) => {
      const workspace = workspaces.get(id)
      if (room === ROOMS.cluster) workspace?.cluster.receive(payload, (answer) => link.sendRoom(id, ROOMS.cluster, answer))
      if (room === ROOMS.presence) workspace?.presence.receive(device, payload)
    },
    heard: ({ workspace, device }) => workspaces.get(workspace)?.cluster.heard(device),
    progressed: (id) => {
      if (!filling.has(id) || !links.proven(id).some((proven) => proven.exchange.isLevel)) return
      filling.delete(id)
      links.refresh()
      const record = records.workspaces().find((candidate) => candidate.workspace === id)
      if (record) records.putWorkspace({ ...record, isFilled: true })
      statusSoon()
    },
    accepted: (knock, admitter, box) => {
      const join = joins.of(knock.workspace)
      if (!join || workspaces.has(knock.workspace)) return
      try {
        const { keys } = join.record
        const welcome = openWelcome(knock.workspace, keys, box)
        const workspace = enter({ ...welcome, workspace: knock.workspace, keys, sponsor: admitter, isFilled: false })
        workspace.membership.rename(machineName())
        joins.admitted(knock.workspace)
      } catch (error) {
        logger.warn('welcome not taken', { code: codeOf(error) })
      }
    },
    declined: (knock, code) => {
      joins.declined(knock.workspace, code)
      links.refresh()
    },
    refused: (id, code) => {
      // A stranger names no workspace: the refusal is counted in all of them.
      for (const workspace of workspaces.values()) if (id === undefined || workspace.id === id) workspace.refuse(code)
    },
    closed: (link) => {
      for (const { workspace: id, device } of link.proven.values()) {
        const isStillHere = links.proven(id).some((proven) => proven.device === device)
        if (!isStillHere) workspaces.get(id)?.presence.gone(device)
      }
      linksChanged.emit()
      statusSoon()
    },
  }

  const links = createLinks({
    network, clock, random, logger,
    app: ports.version,
    events: linkEvents,
    gates: () => [...workspaces.values()].map((workspace) => workspace.gate),
    knocks: () => joins.list().map((join) => join.knock),
  })

  const rememberAddresses = (workspace: WorkspaceId, device: Parameters<typeof records.putAddresses>[1], link: Parameters<LinkEvents['proven']>[0]) => {
    const dialled = network.addressOf(link.peer)
    const addresses = [...link.addresses, ...(dialled && link.addresses.length === 0 ? [dialled] : [])]
    try {
      records.putAddresses(workspace, device, addresses)
    } catch (error) {
      logger.warn('addresses not remembered', { code: codeOf(error) })
    }
    neighbours.remember(addresses)
  }

  const status = (): StatusView => ({
    machine: machineName(),
    version: ports.version,
    addresses: network.addresses(),
    discovers: ports.discoveries.length > 0,
    notices: noticesOf({
      storeProblem: store.problem,
      incompatible: links.incompatible.size,
      keysAreUnprotected: ports.keysAreUnprotected && workspaces.size > 0,
    }),
    workspaces: [...workspaces.values()].map((workspace) => workspaceView(workspace, links, filling.has(workspace.id))),
  })

  function statusSoon() {
    if (isStatusDue || isStopped) return
    isStatusDue = true
    clock.after(STATUS_COALESCE_MS, () => {
      isStatusDue = false
      if (!isStopped && screens.size > 0) events.emit({ kind: 'status', status: status() })
    })
  }

  const open = (record: WorkspaceRecord): Workspace => {
    if (!record.isFilled) filling.add(record.workspace)
    const workspace = createWorkspace({
      record, store, clock, random, logger,
      broadcast: (id, room, payload) => links.sendRoom(id, room, payload),
      isFilling: () => filling.has(record.workspace),
    })
    workspaces.set(workspace.id, workspace)
    workspace.log.onStored((stored) => links.stored(workspace.id, stored))
    workspace.membership.onChange(() => links.refresh())
    workspace.onChange(statusSoon)
    workspace.documents.onList(() => events.emit({ kind: 'documents', workspace: workspace.id }))
    return workspace
  }

  /** Writes the record, then opens the workspace. */
  const enter = (record: WorkspaceRecord): Workspace => {
    records.putWorkspace(record)
    const workspace = open(record)
    links.refresh()
    statusSoon()
    return workspace
  }

  const find = (id: WorkspaceId): Workspace => {
    const workspace = workspaces.get(id)
    if (!workspace) throw new PeerError('MEMBERSHIP_WORKSPACE_UNKNOWN', { workspace: id })
    return workspace
  }

  const core: PeerCore = {
    clock,
    links,
    workspace: find,
    status,
    nextWriter: () => ++writers,
    peers: () => peerViews(neighbours.list(), links, workspaces),
    connect: async (text) => {
      const address = typedAddress(text)
      await neighbours.connect(address)
      return address
    },
    rename: async (name) => {
      const checked = checkedName(name)
      records.setMachineName(checked)
      await Promise.all([...workspaces.values()].map((workspace) => workspace.log.saved(workspace.membership.rename(checked))))
      statusSoon()
    },
    create: async (name) => {
      const keys = createDeviceKeys(random)
      const genesis = createGenesis(name, keys, random)
      const workspace = enter({
        workspace: genesisId(genesis), genesis, keys, control: random.bytes(KEY_BYTES), epochs: [random.bytes(KEY_BYTES)], sponsor: undefined, isFilled: true,
      })
      await workspace.log.saved(workspace.membership.rename(machineName()))
      return workspace.id
    },
    invite: async (id) => {
      const workspace = find(id)
      const { link, expiresMs, entry } = workspace.membership.invite(workspace.keys.device, network.addresses())
      await workspace.log.saved(entry)
      return { link, expiresMs }
    },
    join: async (link, timeoutMs) => {
      const join = joins.begin(link)
      const { workspace } = join.record
      if (workspaces.has(workspace)) {
        joins.admitted(workspace)
        throw new PeerError('MEMBERSHIP_ALREADY_MEMBER')
      }
      neighbours.remember(join.invitation.addresses)
      links.refresh()
      await joins.wait(workspace, timeoutMs)
      await store.synced()
      return workspace
    },
    leave: async (id) => {
      const workspace = find(id)
      const told = await leaveWorkspace(workspace, links, clock)
      workspaces.delete(id)
      filling.delete(id)
      links.drop(id)
      workspace.stop()
      records.deleteWorkspace(id)
      await store.synced()
      events.emit({ kind: 'left', workspace: id, device: workspace.keys.device })
      statusSoon()
      return told
    },
    onEvent: events.on,
    onLinks: linksChanged.on,
  }

  return {
    start: async () => {
      for (const record of records.workspaces()) open(record)
      await network.start()
      links.start()
      neighbours.remember([...records.addresses(), ...joins.list().flatMap((join) => join.invitation.addresses)])
      neighbours.start()
    },
    stop: async () => {
      isStopped = true
      for (const screen of [...screens]) screen.close()
      for (const workspace of workspaces.values()) workspace.documents.stop()
      await store.synced().catch((error: unknown) => logger.warn('last flush failed', { code: codeOf(error) }))
      links.stop()
      await neighbours.stop()
      for (const workspace of workspaces.values()) workspace.stop()
      await network.stop()
      store.close()
    },
    openScreen: () => {
      const screen = createScreen(core, ++screenNumbers, () => screens.delete(screen))
      screens.add(screen)
      return screen
    },
    inspect: (id) => inspect(find(id)),
    refresh: () => neighbours.refresh(),
  }
}

const inspect = (workspace: Workspace): WorkspaceInspection => {
  const { log, documents } = workspace
  const summaries = documents.list()
  return {
    heights: log.heights(),
    pending: log.pending,
    documents: summaries.map((summary) => documentId(summary.document)),
    state: (document) => (summaries.some((summary) => summary.document === document && summary.isHere) ? documents.state(document) : undefined),
    refusals: Object.fromEntries(workspace.refusals),
    quarantined: [...documents.quarantined.values()].reduce((sum, count) => sum + count, 0),
    pendingParts: documents.pendingParts,
    index: summaries.map(({ document, kind, title, createdMs, createdBy, trashedMs, schema }) => ({
      document, kind, title, createdMs, createdBy, trashedMs: trashedMs ?? null, schema,
    })),
  }
}
