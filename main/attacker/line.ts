/** A line to a running peer, on which anything can be said. */
import type { Connection, Libp2p, Stream as RawStream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../../app/base/clock.ts'
import type { ErrorCode } from '../../app/base/errors.ts'
import { address, sessionId, type DeviceId, type PeerId, type WorkspaceId } from '../../app/base/ids.ts'
import { toHex } from '../../app/base/codec.ts'
import type { DeviceKeys } from '../../app/identity/device-keys.ts'
import { discoveryKey } from '../../app/membership/recognition.ts'
import { createLibp2pNetwork } from '../../app/network/libp2p.ts'
import { createLinks, LINK_PROTOCOL } from '../../app/network/libp2p/links.ts'
import { createNode } from '../../app/network/libp2p/node.ts'
import type { Stream } from '../../app/network/network.ts'
import type { WorkspaceRecord } from '../../app/peer/records.ts'
import { createHandshake, type Effect, type Gate } from '../../app/sync/handshake.ts'
import { decodeMessage, encodeMessage, type Channel, type Message } from '../../app/sync/messages.ts'
import { random } from './arsenal.ts'

const PROTOCOL = '/lanyard/sync/0'
const LOOPBACK = '/ip4/127.0.0.1/tcp/0'
const PATIENCE_MS = 10_000
const clock = systemClock()

export interface Line {
  /** Says bytes as one frame. */
  sayFrame(frame: Uint8Array): void
  say(message: Message): void
  /** Shakes hands as a peer of that workspace with these keys; the channel, once the proof has gone out. */
  shakeHands(record: WorkspaceRecord, keys: DeviceKeys): Promise<Channel>
  /** Kinds of all that came back. */
  readonly heard: readonly Message['kind'][]
  /** Whether the other side has ended it, and with which code. */
  readonly end: { readonly code: ErrorCode | undefined } | undefined
  close(): Promise<void>
}

export const openLine = async (to: string): Promise<Line> => {
  const network = await createLibp2pNetwork({ listen: [LOOPBACK] })
  const inbound = Promise.withResolvers<Stream>()
  network.handle(PROTOCOL, inbound.resolve)
  await network.start()
  const peer = await network.dial(address(to), clock.deadline(PATIENCE_MS))
  // The lower id opens; a second stream would end the first.
  const stream = network.self < peer ? await network.open(peer, PROTOCOL, clock.deadline(PATIENCE_MS)) : await inbound.promise
  const heard: Message['kind'][] = []
  let end: Line['end']
  let listen = (message: Message) => void message
  const backlog: Message[] = []
  stream.onFrame((frame) => {
    const message = decodeMessage(frame)
    heard.push(message.kind)
    backlog.push(message)
    listen(message)
  })
  stream.onClose((code) => {
    end = { code }
  })
  const say = (message: Message) => stream.send(encodeMessage(message))

  const shakeHands = (record: WorkspaceRecord, keys: DeviceKeys) =>
    new Promise<Channel>((resolve) => {
      const shake = createHandshake({
        self: network.self, peer: stream.peer, app: 'attacker', random, knocks: () => [], gates: () => [gateOf(record, keys)],
      })
      const perform = (effects: readonly Effect[]) => {
        for (const effect of effects) {
          if (effect.kind === 'send') say(effect.message)
          if (effect.kind === 'send' && effect.message.kind === 'proof') resolve(effect.message.channel)
        }
      }
      listen = (message) => {
        if (['hello', 'tokens', 'proof', 'offer'].includes(message.kind)) perform(shake.receive(message))
      }
      perform(shake.start())
      backlog.forEach((message) => listen(message))
    })

  return {
    say,
    sayFrame: (frame) => stream.send(frame),
    shakeHands,
    heard,
    get end() {
      return end
    },
    close: () => network.stop(),
  }
}

/** Believes everybody. */
const gateOf = (record: WorkspaceRecord, keys: DeviceKeys): Gate => ({
  workspace: record.workspace as WorkspaceId,
  discoveryKey: discoveryKey(record.workspace, record.control),
  device: keys.device,
  session: sessionId(toHex(random.bytes(16))),
  sign: keys.signing.sign,
  isMember: (device: DeviceId) => device.length > 0,
  invites: () => [],
})

/** Bytes below the frames, as no honest network would send them. */
export const sayRaw = async (to: string, bytes: Uint8Array): Promise<void> => {
  const node = await createNode([LOOPBACK])
  const self = node.peerId.toString() as PeerId
  const up = Promise.withResolvers<Connection>()
  const links = createLinks({ self, clock, emit: ({ kind, peer }) => kind === 'up' && up.resolve(links.settled.get(peer)!.connection) })
  node.addEventListener('connection:open', ({ detail }) => links.manage(detail))
  await node.handle(LINK_PROTOCOL, (raw, connection) => links.attach(links.links.get(connection)!, raw))
  await node.start()
  try {
    await speak(node, up.promise, { to, bytes })
  } finally {
    await node.stop()
  }
}

const speak = async (node: Libp2p, up: Promise<Connection>, { to, bytes }: { to: string; bytes: Uint8Array }) => {
  await node.dial(multiaddr(to))
  const connection = await up
  const raw: RawStream = await connection.newStream([PROTOCOL])
  const ended = new Promise((resolve) => raw.addEventListener('close', resolve))
  raw.send(bytes)
  await Promise.race([ended, new Promise((resolve) => clock.after(PATIENCE_MS, () => resolve(undefined)))])
}
