/** Peers that sync one workspace over networks in memory: real logs and links, members as a test says. */
import { toHex } from '../base/codec.ts'
import type { ErrorCode } from '../base/errors.ts'
import { address, peerId, type DeviceId, type PeerId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { openLog, random, WORKSPACE, type TestLog } from '../log/log.support.ts'
import { createMemoryHub } from '../network/memory.ts'
import type { Stream } from '../network/network.ts'
import { createManualClock, createSeededRandom } from '../network/testing/world.ts'
import type { Knock } from './handshake.ts'
import type { LinkEvents, SyncGate } from './link.ts'
import { createLinks } from './links.ts'
import { createRequests } from './requests.ts'

const discoveryKey = random.bytes(32)

export const createLinkWorld = (delayMs = 1) => {
  const clock = createManualClock()
  const cuts = new Set<string>()
  const hub = createMemoryHub({
    clock, random: createSeededRandom(3),
    link: (from, to) => (cuts.has(`${from}>${to}`) ? { kind: 'cut' } : { kind: 'open', delayMs }),
  })
  const cut = (a: PeerId, b: PeerId, isCut: boolean) => {
    for (const way of [`${a}>${b}`, `${b}>${a}`]) {
      if (isCut) cuts.add(way)
      else cuts.delete(way)
    }
    hub.refreshLinks()
  }

  /** Starts at once; the letters order the PeerIds, of which the lower opens the link. */
  const createNode = async (letter: string, options: { members?: Set<DeviceId>; keys?: ReturnType<typeof createDeviceKeys> } = {}) => {
    const log: TestLog = openLog(options.keys ?? createDeviceKeys(random))
    const members = options.members ?? new Set<DeviceId>()
    members.add(log.keys.device)
    const at = address(`/memory/${letter}`)
    const network = hub.createNetwork(peerId(letter.repeat(8)), at)
    const told: string[] = []
    const refusals: ErrorCode[] = []
    const payloads: string[] = []
    const closed: (ErrorCode | undefined)[] = []
    const gate: SyncGate = {
      workspace: WORKSPACE, discoveryKey, device: log.keys.device, session: log.session, log,
      sign: log.keys.signing.sign,
      isMember: (device) => members.has(device),
      admits: (device) => members.has(device) || left.has(device),
      invites: () => [],
      requests: createRequests(clock),
      admit: () => {},
    }
    const left = new Set<DeviceId>()
    const gates: SyncGate[] = [gate]
    const knocks: Knock[] = []
    const events: LinkEvents = {
      proven: (_, { device }) => void told.push(device),
      room: (_, { device }, room, payload) => void payloads.push(`${device.slice(0, 4)} ${room} ${toHex(payload)}`),
      heard: () => {},
      progressed: () => {},
      accepted: () => {},
      declined: () => {},
      refused: (_, code) => void refusals.push(code),
      closed: (_, code) => void closed.push(code),
    }
    const links = createLinks({
      network, clock, random, logger: silentLogger, app: 'test', events, gates: () => gates, knocks: () => knocks,
    })
    log.onStored((stored) => links.stored(WORKSPACE, stored))
    await network.start()
    links.start()
    return { network, links, log, gates, gate, members, left, told, refusals, payloads, closed, at, device: log.keys.device }
  }
  type Node = Awaited<ReturnType<typeof createNode>>

  const dial = async (from: Node, to: Node) => {
    const dialled = from.network.dial(to.at, clock.deadline(2000))
    await clock.pass(200)
    await dialled
  }

  /** A neighbour that speaks raw frames. It has the lower PeerId. */
  const createStranger = async (to: Node) => {
    const network = hub.createNetwork(peerId('00000000'), address('/memory/stranger'))
    await network.start()
    const dialled = network.dial(to.at, clock.deadline(2000))
    await clock.pass(50)
    await dialled
    const streams: Stream[] = []
    const frames: Uint8Array[] = []
    const ends: (ErrorCode | undefined)[] = []
    const open = async () => {
      const opening = network.open(to.network.self, '/lanyard/sync/0', clock.deadline(2000))
      await clock.pass(50)
      const stream = await opening
      stream.onFrame((frame) => void frames.push(frame.slice()))
      stream.onClose((code) => void ends.push(code))
      streams.push(stream)
      return stream
    }
    return { network, open, frames, ends }
  }

  return { clock, hub, cut, createNode, dial, createStranger }
}
