/** One peer of a swarm: the shipped links, handshake and exchange over a model replica. */
import { toHex } from '../../base/codec.ts'
import { address, logId, peerId, sessionId, type Address, type DeviceId, type PeerId, type WorkspaceId } from '../../base/ids.ts'
import { silentLogger } from '../../base/logger.ts'
import { createDeviceKeys } from '../../identity/device-keys.ts'
import type { MemoryHub } from '../../network/memory.ts'
import type { Network, Stream } from '../../network/network.ts'
import type { LinkEvents, SyncGate } from '../../sync/link.ts'
import { createLinks, type Links } from '../../sync/links.ts'
import { kindOfFrame } from '../../sync/messages.ts'
import { createRequests } from '../../sync/requests.ts'
import { createChance, type Chance } from '../chance.ts'
import type { Trace } from '../trace.ts'
import { createPeerClock, type PeerClock, type VirtualTime } from '../virtual-time.ts'
import type { Meter } from './meter.ts'
import { createModelLog, type Library, type ModelLog } from './model-log.ts'

export interface SwarmPeer {
  readonly number: number
  readonly address: Address
  readonly log: ModelLog
  readonly isUp: boolean
  /** Its id in this run of it. */
  readonly peer: PeerId
  /** Neighbours that proved themselves. */
  provenCount(): number
  start(): void
  /** Power off, without a goodbye; what was stored stays. */
  kill(): void
  write(): void
}

/** What all peers of a swarm stand on. */
export interface SwarmGround {
  readonly seed: number
  readonly workspace: WorkspaceId
  readonly discoveryKey: Uint8Array
  readonly devices: Set<DeviceId>
  readonly time: VirtualTime
  readonly hub: MemoryHub
  readonly library: Library
  readonly meter: Meter
  readonly trace: Trace
  /** Everybody sends everything to all neighbours: what any cleverness is measured against. */
  readonly isFlooding: boolean
  numberOf(peer: PeerId): number
  placed(peer: PeerId, number: number): void
  neighboursOf(number: number): readonly SwarmPeer[]
  refused(number: number, code: string): void
}

const REDIAL_MS = 1000
const DIAL_TIMEOUT_MS = 2500
const SILENT: Omit<LinkEvents, 'refused'> = {
  proven: () => {}, room: () => {}, heard: () => {}, progressed: () => {}, accepted: () => {}, declined: () => {}, closed: () => {},
}

export const createSwarmPeer = (ground: SwarmGround, number: number): SwarmPeer => {
  const { time, hub, meter, workspace } = ground
  const chance = createChance(ground.seed, `peer ${number}`)
  const keys = createDeviceKeys(chance)
  ground.devices.add(keys.device)
  const nextLog = () => logId(keys.device, sessionId(toHex(chance.bytes(16))))
  const log = createModelLog(ground.library, nextLog())
  const at = address(`/memory/p${number}`)
  /** Who sent what is being taken in right now. */
  let sender = number
  let run: { readonly clock: PeerClock; readonly network: Network; readonly links: Links } | undefined
  let runs = 0

  const accept: ModelLog['accept'] = (given) => {
    const result = log.accept(given)
    if (result.ok && result.value === 0) meter.duplicate()
    return result
  }

  log.onStored((stored) => {
    for (let seq = stored.from; seq < stored.to; seq++) {
      if (stored.isOwn) meter.wrote(number, stored.log, seq)
      else meter.arrived(number, sender, stored.log, seq)
    }
    if (ground.isFlooding) for (const { exchange } of run?.links.proven(workspace) ?? []) exchange.push(stored)
    else run?.links.stored(workspace, stored)
  })

  const heardFrom = (peer: PeerId) => {
    sender = ground.numberOf(peer)
  }

  const start = () => {
    runs += 1
    const clock = createPeerClock(time, time.nowMs)
    const network = watched(hub.createNetwork(nameOf(number, runs, chance), at), ground, heardFrom)
    ground.placed(network.self, number)
    log.restart(nextLog())
    const gate: SyncGate = {
      workspace, discoveryKey: ground.discoveryKey, device: keys.device, session: log.self.slice(65) as SyncGate['session'],
      sign: keys.signing.sign, log: { ...log, accept }, requests: createRequests(clock),
      isMember: (device) => ground.devices.has(device), admits: (device) => ground.devices.has(device), invites: () => [], admit: () => {},
    }
    const events = { ...SILENT, refused: (_: unknown, code: string) => ground.refused(number, code) }
    const links = createLinks({ network, clock, random: chance, logger: silentLogger, app: 'swarm', events, gates: () => [gate], knocks: () => [] })
    run = { clock, network, links }
    void network.start()
    links.start()
    redial()
  }

  const redial = () => {
    const now = run
    if (!now) return
    const connected = new Set(now.network.peers())
    for (const other of ground.neighboursOf(number)) {
      if (other.number > number || !other.isUp || connected.has(other.peer)) continue
      now.network.dial(other.address, now.clock.deadline(DIAL_TIMEOUT_MS)).catch(() => {
        // It is tried again a second later.
      })
    }
    now.clock.after(REDIAL_MS, redial)
  }

  return {
    number, address: at, log, start,
    get isUp() {
      return run !== undefined
    },
    get peer() {
      return run?.network.self ?? ('' as PeerId)
    },
    provenCount: () => run?.links.proven(workspace).length ?? 0,
    kill: () => {
      const gone = run
      run = undefined
      gone?.links.stop()
      gone?.clock.stop()
      if (gone) hub.kill(gone.network.self)
    },
    write: () => {
      sender = number
      log.append()
    },
  }
}

/** Ids sort by chance, so that no peer opens all its links. */
const nameOf = (number: number, runs: number, chance: Chance): PeerId => peerId(`${toHex(chance.bytes(4))}n${number}r${runs}`)

/** Counts what is sent, and says whose frame is being taken. */
const watched = (network: Network, { meter, trace, numberOf }: SwarmGround, heardFrom: (peer: PeerId) => void): Network => {
  const self = numberOf
  const watchStream = (stream: Stream): Stream => ({
    peer: stream.peer,
    protocol: stream.protocol,
    get queuedBytes() {
      return stream.queuedBytes
    },
    send: (frame) => {
      const kind = kindOfFrame(frame)
      meter.sent(kind, frame.length)
      trace.note(`${self(network.self)}>${self(stream.peer)} ${kind} ${frame.length}`)
      stream.send(frame)
    },
    onFrame: (listener) => stream.onFrame((frame) => {
      heardFrom(stream.peer)
      listener(frame)
    }),
    onDrain: stream.onDrain,
    onClose: stream.onClose,
    close: stream.close,
    abort: stream.abort,
  })
  return {
    ...network,
    open: async (peer, protocol, signal) => watchStream(await network.open(peer, protocol, signal)),
    handle: (protocol, take) => network.handle(protocol, (stream) => take(watchStream(stream))),
  }
}
