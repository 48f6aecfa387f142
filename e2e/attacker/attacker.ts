/** A hostile peer, made of the real one's parts. Prints one JSON line for each thing it did.
 *
 *  attacker.ts member LINK       joins by the link, then sends over its proven channel what no member may send
 *  attacker.ts stranger ADDRESS  belongs nowhere, and sends anyway
 *  attacker.ts newer ADDRESS     speaks only a version that does not exist yet */
import { systemClock } from '../../app/base/clock.ts'
import { fromHex, toHex, toUtf8 } from '../../app/base/codec.ts'
import { address, deviceOf, logId, sessionId, type LogId, type WorkspaceId } from '../../app/base/ids.ts'
import { silentLogger } from '../../app/base/logger.ts'
import { systemRandom } from '../../app/base/random.ts'
import { createDeviceKeys, type DeviceKeys } from '../../app/identity/device-keys.ts'
import { entryHashBytes, sealEntry, signedBytes, type Place } from '../../app/log/envelope.ts'
import { createKeyring } from '../../app/log/keyring.ts'
import type { Run } from '../../app/log/run.ts'
import { createLibp2pNetwork } from '../../app/network/libp2p.ts'
import type { Network, Stream } from '../../app/network/network.ts'
import { createPeer } from '../../app/peer.ts'
import { createRecords, type WorkspaceRecord } from '../../app/peer/records.ts'
import { createMemoryStore } from '../../app/store/memory.ts'
import { decodeMessage, encodeMessage, type Message } from '../../app/sync/messages.ts'

const PROTOCOL = '/lanyard/sync/0'
const clock = systemClock()
const random = systemRandom()
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const realNetwork = () => createLibp2pNetwork({ listen: ['/ip4/0.0.0.0/tcp/0'], clock, logger: silentLogger })

/** The real network, with an ear at every stream, and the means to speak on it. */
const tapped = (network: Network) => {
  const proofs: { readonly stream: Stream; readonly channel: string }[] = []
  const tap = (stream: Stream): Stream => {
    const send = (frame: Uint8Array) => {
      const message = decodeMessage(frame)
      if (message.kind === 'proof') proofs.push({ stream, channel: message.channel })
      stream.send(frame)
    }
    return Object.assign(Object.create(stream) as Stream, { send })
  }
  const open: Network['open'] = async (...args) => tap(await network.open(...args))
  const handle: Network['handle'] = (protocol, accept) => network.handle(protocol, (stream) => accept(tap(stream)))
  return { network: Object.assign(Object.create(network) as Network, { open, handle }), proofs }
}

/** An entry with a well-formed body, signed by `signer`, whoever the log belongs to. */
const forge = (record: WorkspaceRecord, place: Place, signer: DeviceKeys): Run => {
  const keyring = createKeyring(record.workspace, { control: record.control, epochs: record.epochs })
  const part = { index: 0, count: 1 }
  const kind = place.seq === 0 ? 'start' : 'control'
  const content = { kind, document: undefined, schema: 0, timeMs: clock.nowMs(), screen: 0, part, payload: toUtf8('forged') } as const
  const body = sealEntry(keyring, place, { content, heads: [], nonce: random.bytes(12) })
  return { log: place.log, from: place.seq, bodies: [body], signature: signer.signing.sign(signedBytes(entryHashBytes(place, body))) }
}

const strangersLog = (stranger: DeviceKeys): LogId => logId(stranger.device, sessionId(toHex(random.bytes(16))))
const NO_HASH = new Uint8Array(32)

const asMember = async (link: string): Promise<void> => {
  const store = createMemoryStore()
  const { network, proofs } = tapped(await realNetwork())
  const ports = { store, network, discoveries: [], clock, random, logger: silentLogger }
  const peer = createPeer({ ...ports, machineName: 'Mallory', version: '0.0.0', keysAreUnprotected: true })
  await peer.start()
  const { workspace } = await peer.openScreen().run('workspace.join', { link, timeoutMs: 30_000 })
  await pause(1500)
  const record = createRecords(store).workspaces().find((candidate) => candidate.workspace === workspace)!
  const { heights } = peer.inspect(workspace)
  const send = (what: string, run: Run) => {
    for (const { stream, channel } of proofs) stream.send(encodeMessage({ kind: 'run', channel, run }))
    say({ sent: what, log: run.log })
  }
  for (const [log, { height, headHash }] of heights) {
    if (deviceOf(log) === record.keys.device) continue
    send('signed by a member, for the log of another', forge(record, { workspace, log, seq: height, previous: fromHex(headHash) }, record.keys))
  }
  const stranger = createDeviceKeys(random)
  send('signed by a stranger, for its own log', forge(record, { workspace, log: strangersLog(stranger), seq: 0, previous: NO_HASH }, stranger))
  const own = [...heights].find(([log]) => deviceOf(log) === record.keys.device)!
  const ahead: Place = { workspace, log: own[0], seq: own[1].height, previous: random.bytes(32) }
  send('signed by a member, for its own log, on another history', forge(record, ahead, record.keys))
  await pause(2000)
  await peer.stop()
}

/** Speaks on the stream that it opened, and on the one that the other side opens if it is its turn. */
const dialAsStranger = async (target: string) => {
  const network = await realNetwork()
  const heard: string[] = []
  const streams: Stream[] = []
  const listen = (stream: Stream) => {
    streams.push(stream)
    stream.onFrame((frame) => void heard.push(describe(decodeMessage(frame))))
    stream.onClose((code) => heard.push(`closed ${code ?? 'in order'}`))
  }
  network.handle(PROTOCOL, listen)
  await network.start()
  const peer = await network.dial(address(target), clock.deadline(5000))
  listen(await network.open(peer, PROTOCOL, clock.deadline(5000)))
  await pause(500)
  const send = (frame: Uint8Array) => {
    for (const stream of streams) stream.send(frame)
  }
  return { network, send, heard }
}

const describe = (message: Message) => (message.kind === 'refused' ? `refused ${message.code}` : message.kind)
const hello = (versions: readonly number[]): Message => ({ kind: 'hello', versions, nonce: random.bytes(32), app: '9.9.9', addresses: [] })

const asStranger = async (target: string): Promise<void> => {
  const { network, send, heard } = await dialAsStranger(target)
  const keys = createDeviceKeys(random)
  const workspace = toHex(random.bytes(32)) as WorkspaceId
  const record = { workspace, keys, control: random.bytes(32), epochs: [random.bytes(32)] } as unknown as WorkspaceRecord
  const run = forge(record, { workspace, log: strangersLog(keys), seq: 0, previous: NO_HASH }, keys)
  send(encodeMessage(hello([0])))
  send(encodeMessage({ kind: 'tokens', tokens: Array.from({ length: 16 }, () => toHex(random.bytes(16))) }))
  send(encodeMessage({ kind: 'run', channel: toHex(random.bytes(8)), run }))
  say({ sent: 'a run, without any proof' })
  await pause(1000)
  send(new Uint8Array([255, 1, 2, 3]))
  say({ sent: 'bytes that are no message' })
  await pause(1500)
  say({ heard })
  await network.stop()
}

const asNewer = async (target: string): Promise<void> => {
  const { network, send, heard } = await dialAsStranger(target)
  send(encodeMessage(hello([99])))
  await pause(5000)
  say({ heard })
  await network.stop()
}

const [mode, target = ''] = process.argv.slice(2)
const modes: Readonly<Record<string, (target: string) => Promise<void>>> = { member: asMember, stranger: asStranger, newer: asNewer }
await modes[mode ?? '']!(target)
process.exit(0)
