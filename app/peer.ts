/** The peer: builds its parts in order, binds them together, starts and stops them. */
import type { ScreenEvent } from './api/commands.ts'
import type { PeerScreen } from './api/peer-service.ts'
import type { StatusView } from './api/views.ts'
import { createEmitter } from './base/emitter.ts'
import { codeOf } from './base/errors.ts'
import { createNeighbours } from './network/neighbours.ts'
import { createAddressExchange } from './peer/address-exchange.ts'
import type { PeerCore } from './peer/core.ts'
import { inspect } from './peer/inspect.ts'
import { createJoins } from './peer/joins.ts'
import { createLinkEvents } from './peer/link-events.ts'
import { createMembershipCommands } from './peer/membership-commands.ts'
import { createNearby } from './peer/nearby.ts'
import { createRecords } from './peer/records.ts'
import { createScreen } from './peer/screen.ts'
import { typedAddress } from './peer/typed-address.ts'
import { noticesOf, peerViews, workspaceView } from './peer/views.ts'
import { watchStore } from './peer/watched-store.ts'
import { createWorkspaces } from './peer/workspaces.ts'
import type { Peer, PeerPorts } from './peer.types.ts'
import { createLinks, type Links } from './sync/links.ts'

const STATUS_COALESCE_MS = 100

export const createPeer = (ports: PeerPorts): Peer => {
  const { network, clock, random, logger } = ports
  const events = createEmitter<ScreenEvent>()
  const linksChanged = createEmitter<void>()
  const screens = new Set<PeerScreen>()
  const store = watchStore(ports.store, () => statusSoon())
  const records = createRecords(store)
  const joins = createJoins(records, clock, random)
  const neighbours = createNeighbours({ network, discoveries: ports.discoveries, clock, random, logger })
  let writers = 0
  let screenNumbers = 0
  let isStatusDue = false
  let isStopped = false

  const machineName = () => records.machineName() ?? ports.machineName
  const shared = { store, records, joins, network, neighbours, clock, random, logger, events, machineName, statusSoon }
  const workspaces = createWorkspaces({
    ...shared,
    links: () => links,
    opened: (workspace) => addresses.open(workspace),
    closed: (id) => {
      addresses.close(id)
      nearby.close(id)
    },
  })
  const addresses = createAddressExchange({ ...shared, workspaces, links: () => links })
  const links: Links = createLinks({
    network, clock, random, logger,
    app: ports.version,
    events: createLinkEvents({
      ...shared, workspaces, addresses,
      links: () => links,
      linksChanged: () => {
        linksChanged.emit()
        statusSoon()
      },
    }),
    gates: () => workspaces.all().map((workspace) => workspace.gate),
    knocks: joins.knocks,
  })

  const status = (): StatusView => ({
    machine: machineName(),
    version: ports.version,
    addresses: network.addresses(),
    discovers: ports.discoveries.some((discovery) => discovery.isWorking()),
    notices: noticesOf({
      storeProblem: store.problem,
      incompatible: links.incompatible.size,
      keysAreUnprotected: ports.keysAreUnprotected && workspaces.all().length > 0,
    }),
    nearby: nearby.view(),
    workspaces: workspaces.all().map((workspace) => workspaceView(workspace, links, workspaces.isFilling(workspace.id))),
  })

  function statusSoon() {
    if (isStatusDue || isStopped) return
    isStatusDue = true
    clock.after(STATUS_COALESCE_MS, () => {
      isStatusDue = false
      if (!isStopped && screens.size > 0) events.emit({ kind: 'status', status: status() })
    })
  }

  const commands = createMembershipCommands({ ...shared, workspaces, links })
  const nearby = createNearby({ ...shared, workspaces, join: commands.join })
  const core: PeerCore = {
    ...commands,
    nearby,
    clock,
    links,
    workspace: workspaces.find,
    status,
    nextWriter: () => ++writers,
    peers: () => peerViews(neighbours.list(), links, workspaces.get),
    connect: async (text) => {
      const address = typedAddress(text)
      await neighbours.connect(address)
      return address
    },
    onEvent: events.on,
    onLinks: linksChanged.on,
  }

  return {
    start: async () => {
      for (const record of records.workspaces()) workspaces.open(record)
      // The last run may have ended between entering a workspace and forgetting the join.
      for (const { record } of joins.list()) if (workspaces.get(record.workspace)) joins.admitted(record.workspace)
      await network.start()
      links.start()
      nearby.start()
      neighbours.remember([...records.addresses(), ...joins.list().flatMap((join) => join.invitation.addresses)])
      neighbours.start()
    },
    stop: async () => {
      isStopped = true
      joins.stop()
      nearby.stop()
      for (const screen of [...screens]) screen.close()
      for (const workspace of workspaces.all()) workspace.close()
      await store.synced().catch((error: unknown) => logger.warn('last flush failed', { code: codeOf(error) }))
      links.stop()
      await neighbours.stop()
      for (const workspace of workspaces.all()) workspace.stop()
      await network.stop()
      store.close()
    },
    openScreen: () => {
      const screen = createScreen(core, ++screenNumbers, () => screens.delete(screen))
      screens.add(screen)
      return screen
    },
    inspect: (id) => inspect(workspaces.find(id)),
    refresh: (hasSlept = false) => {
      if (hasSlept) for (const peer of network.peers()) network.hangUp(peer)
      else network.probe()
      addresses.refresh()
      neighbours.refresh()
      links.compare()
    },
  }
}
