/** Whole peers over networks in memory, on one clock that is moved by hand. Disks can be slow, full, copied, and lose their power. */
import type { CommandKind, Gives, ScreenEvent, Takes } from '../api/commands.ts'
import type { PeerScreen } from '../api/peer-service.ts'
import type { MemberView, WhereView, WorkspaceView } from '../api/views.ts'
import type { Clock } from '../base/clock.ts'
import { codeOf } from '../base/errors.ts'
import { address, peerId, type DocumentId, type PeerId, type WorkspaceId } from '../base/ids.ts'
import { lineLogger } from '../base/logger.ts'
import { createTestDisk, type TestDisk } from '../cluster/cluster.support.ts'
import { createMemoryHub } from '../network/memory.ts'
import { createManualClock, createSeededRandom } from '../network/testing/world.ts'
import { systemRandom } from '../base/random.ts'
import { createPeer } from '../peer.ts'
import type { Peer } from '../peer.types.ts'
import type { Store } from '../store/store.ts'

const PATIENCE_MS = 60_000
const EPOCH_MS = 1_700_000_000_000

export interface TestMachine {
  readonly name: string
  readonly self: PeerId
  readonly peer: Peer
  readonly screen: PeerScreen
  readonly events: ScreenEvent[]
  disk: TestDisk
  start(): Promise<void>
  stop(): Promise<void>
  /** Without a word: the network, the clock and the disk are taken away. */
  crash(what: 'kill' | 'power'): void
  run<Kind extends CommandKind>(kind: Kind, takes: Takes<Kind>): Promise<Gives<Kind>>
  /** The code that it fails with. */
  fails<Kind extends CommandKind>(kind: Kind, takes: Takes<Kind>): Promise<string>
  workspace(id: WorkspaceId): Promise<WorkspaceView>
  member(id: WorkspaceId, other: string): Promise<MemberView>
  where(id: WorkspaceId, document: DocumentId): Promise<Record<string, WhereView['machines'][number]['holds']>>
  text(id: WorkspaceId, document: DocumentId): Promise<string>
}

export const createPeerWorld = () => {
  const clock = createManualClock()
  const cuts = new Set<string>()
  let skewMs = 0
  const hub = createMemoryHub({
    clock, random: createSeededRandom(5),
    link: (from, to) => (cuts.has(`${from}>${to}`) ? { kind: 'cut' } : { kind: 'open', delayMs: 2 }),
  })
  const warnings: string[] = []
  const logger = lineLogger('warn', () => 0, (line) => void warnings.push(line))
  let runs = 0

  const during = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false
    const settle = () => {
      isSettled = true
    }
    promise.then(settle, settle)
    for (let waitedMs = 0; !isSettled && waitedMs < PATIENCE_MS; waitedMs += 20) await clock.pass(20)
    if (!isSettled) throw new Error('waited in vain')
    return promise
  }
  const until = async (isTrue: () => boolean | Promise<boolean>, what = 'it') => {
    for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += 50) {
      if (await isTrue()) return
      await clock.pass(50)
    }
    throw new Error(`${what} never came true`)
  }

  /** Timers of a machine that crashed never fire. */
  const createOwnClock = (): Clock & { stop(): void } => {
    let isRunning = true
    const after = (delayMs: number, fn: () => void) => clock.after(delayMs, () => isRunning && fn())
    return {
      nowMs: () => EPOCH_MS + skewMs + clock.nowMs(),
      monotonicMs: clock.monotonicMs,
      after,
      deadline: (delayMs) => {
        const controller = new AbortController()
        after(delayMs, () => controller.abort())
        return controller.signal
      },
      stop: () => {
        isRunning = false
      },
    }
  }

  const createMachine = (name: string, options: { discovers?: boolean } = {}): TestMachine => {
    let run: { peer: Peer; screen: PeerScreen; self: PeerId; clock: ReturnType<typeof createOwnClock> } | undefined
    const events: ScreenEvent[] = []
    const running = () => {
      if (!run) throw new Error(`${name} is off`)
      return run
    }
    const machine: TestMachine = {
      name,
      events,
      disk: createTestDisk(),
      get self() {
        return running().self
      },
      get peer() {
        return running().peer
      },
      get screen() {
        return running().screen
      },
      start: async () => {
        const self = peerId(`${((runs * 7919) % 9973).toString().padStart(5, '0')}run${runs++}`)
        const own = createOwnClock()
        const network = hub.createNetwork(self, address(`/memory/${name}`))
        // A stop closes the store; what is on the disk stays.
        let isClosed = false
        const store: Store = {
          ...machine.disk.store,
          batch: (operations) => {
            if (isClosed) throw new Error('written after the end')
            machine.disk.store.batch(operations)
          },
          close: () => {
            isClosed = true
          },
        }
        const peer = createPeer({
          store, network, clock: own, random: systemRandom(), logger, machineName: name, version: '0.0.0-test', keysAreUnprotected: true,
          discoveries: options.discovers === false ? [] : [hub.createDiscovery(network)],
        })
        await during(peer.start())
        const screen = peer.openScreen()
        screen.onEvent((event) => void events.push(event))
        run = { peer, screen, self, clock: own }
      },
      stop: async () => {
        const { peer } = running()
        await during(peer.stop())
        run = undefined
      },
      crash: (what) => {
        const { self, clock: own } = running()
        own.stop()
        hub.kill(self)
        machine.disk = createTestDisk(what === 'kill' ? machine.disk.afterKill() : machine.disk.afterPowerCut())
        run = undefined
      },
      run: (kind, takes) => during(running().screen.run(kind, takes)),
      fails: async (kind, takes) => {
        try {
          await during(running().screen.run(kind, takes))
        } catch (error) {
          return codeOf(error)
        }
        return 'none'
      },
      workspace: async (id) => {
        const { workspaces } = await machine.run('status', {})
        const found = workspaces.find((workspace) => workspace.id === id)
        if (!found) throw new Error(`${name} is not in that workspace`)
        return found
      },
      member: async (id, other) => {
        const { members } = await machine.workspace(id)
        const found = members.find((member) => member.name === other)
        if (!found) throw new Error(`${name} knows no ${other}: ${members.map((member) => member.name).join()}`)
        return found
      },
      where: async (workspace, document) => {
        const { machines } = await machine.run('document.where', { workspace, document })
        return Object.fromEntries(machines.map((each) => [each.name, each.holds]))
      },
      text: async (workspace, document) => (await machine.run('document.markdown', { workspace, document })).markdown,
    }
    return machine
  }

  const setCut = (a: TestMachine, b: TestMachine, isCut: boolean) => {
    for (const way of [`${a.self}>${b.self}`, `${b.self}>${a.self}`]) {
      if (isCut) cuts.add(way)
      else cuts.delete(way)
    }
    hub.refreshLinks()
  }

  const startAll = async <Names extends readonly string[]>(...names: Names): Promise<{ [Each in keyof Names]: TestMachine }> => {
    const machines = names.map((name) => createMachine(name))
    for (const machine of machines) await machine.start()
    return machines as { [Each in keyof Names]: TestMachine }
  }
  const create = async (machine: TestMachine, name = 'Studio') => (await machine.run('workspace.create', { name })).workspace
  const invite = async (machine: TestMachine, workspace: WorkspaceId) => (await machine.run('workspace.invite', { workspace })).link
  const join = (machine: TestMachine, link: string) => machine.run('workspace.join', { link, timeoutMs: 30_000 })
  /** The first one makes a workspace, and the others join it. */
  const gather = async (machines: readonly TestMachine[]) => {
    const [first, ...others] = machines as [TestMachine, ...TestMachine[]]
    const workspace = await create(first)
    for (const other of others) await join(other, await invite(first, workspace))
    await level(workspace, machines)
    return workspace
  }
  /** Until all hold the same. */
  const level = (workspace: WorkspaceId, machines: readonly TestMachine[]) =>
    until(async () => {
      const views = await Promise.all(machines.map((machine) => machine.workspace(workspace)))
      return views.every((view) => view.headsHash === views[0]!.headsHash && view.pending === 0)
    }, `that ${machines.map((machine) => machine.name).join()} are level`)

  return {
    clock, hub, warnings, during, until, createMachine, setCut, startAll, create, invite, join, gather, level,
    setTimeBack: (byMs: number) => {
      skewMs -= byMs
    },
    pass: clock.pass,
  }
}
export type PeerWorld = ReturnType<typeof createPeerWorld>
