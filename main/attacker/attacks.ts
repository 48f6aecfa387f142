/** Each attack, by name: what it needs, and what it says. */
import { ByteWriter, concat, fromHex } from '../../app/base/codec.ts'
import { deviceOf, logId, sessionId, sessionOf } from '../../app/base/ids.ts'
import { FRAME_BYTES_MAX } from '../../app/base/limits.ts'
import { encodeReceipt } from '../../app/cluster/receipt.ts'
import { createDeviceKeys } from '../../app/identity/device-keys.ts'
import type { Run } from '../../app/log/run.ts'
import { ROOMS } from '../../app/peer/workspace.ts'
import { PROTOCOL_VERSION } from '../../app/sync/handshake.ts'
import type { Channel } from '../../app/sync/messages.ts'
import { random, type Arsenal } from './arsenal.ts'
import { sayRaw, type Line } from './line.ts'

type Attack = (line: Line, arsenal: () => Arsenal, to: string) => Promise<void>

const RECEIPT = Uint8Array.of(0)
const hello = (versions: readonly number[]) => ({ kind: 'hello' as const, versions, nonce: random.bytes(32), app: 'attacker', addresses: [] })
const guess = (): Channel => '0123456789abcdef'

/** A receipt of `signer` in the name of `device`. */
const receipt = ({ record }: Arsenal, device = createDeviceKeys(random), signer = device) => {
  const claim = { device: device.device, session: sessionId('5e'.repeat(16)), counter: 1, timeMs: 0, rows: new Map(), supersedes: new Map() }
  return concat([RECEIPT, encodeReceipt(record.workspace, claim, signer.signing)])
}

/** As a proven member, with its channel. */
const asMember = (act: (line: Line, channel: Channel, arsenal: Arsenal) => void): Attack => async (line, arsenal) => {
  const channel = await line.shakeHands(arsenal().record, arsenal().record.keys)
  act(line, channel, arsenal())
}

const sayRun = (line: Line, channel: Channel, run: Run) => line.say({ kind: 'run', channel, run })

export const attacks: Readonly<Record<string, Attack>> = {
  'stranger-run': async (line, arsenal) => {
    line.say(hello([PROTOCOL_VERSION]))
    sayRun(line, guess(), arsenal().freshRun(createDeviceKeys(random)))
  },
  'stranger-receipt': async (line, arsenal) => {
    line.say(hello([PROTOCOL_VERSION]))
    line.say({ kind: 'room', channel: guess(), room: ROOMS.cluster, payload: receipt(arsenal()) })
  },
  /** Holds the workspace's secrets, and keys of its own that nobody admitted. */
  'not-admitted': async (line, arsenal) => {
    const keys = createDeviceKeys(random)
    const channel = await line.shakeHands(arsenal().record, keys)
    sayRun(line, channel, arsenal().freshRun(keys))
    line.say({ kind: 'request', channel, log: arsenal().othersLog(), from: 0, to: 1000 })
  },
  /** A member's own keys: for one that has left. */
  'proof': async (line, arsenal) => {
    await line.shakeHands(arsenal().record, arsenal().record.keys)
  },
  'strangers-run-forwarded': asMember((line, channel, arsenal) => sayRun(line, channel, arsenal.freshRun(createDeviceKeys(random)))),
  'run-in-anothers-name': asMember((line, channel, arsenal) => {
    const run = arsenal.freshRun(arsenal.record.keys)
    sayRun(line, channel, { ...run, log: logId(deviceOf(arsenal.othersLog()), sessionOf(run.log)) })
  }),
  'run-appended-to-anothers-log': asMember((line, channel, arsenal) => {
    sayRun(line, channel, { ...arsenal.freshRun(arsenal.record.keys), log: arsenal.othersLog(), from: 1 })
  }),
  'flipped-byte': asMember((line, channel, arsenal) => {
    const run = arsenal.freshRun(arsenal.record.keys)
    const bodies = run.bodies.map((body) => body.slice())
    bodies[1]![40]! ^= 1
    sayRun(line, channel, { ...run, bodies })
  }),
  'receipt-in-anothers-name': asMember((line, channel, arsenal) => {
    const { keys } = arsenal.record
    const other = { ...keys, device: deviceOf(arsenal.othersLog()) }
    line.say({ kind: 'room', channel, room: ROOMS.cluster, payload: receipt(arsenal, other, keys) })
  }),
  'strangers-receipt-forwarded': asMember((line, channel, arsenal) => {
    line.say({ kind: 'room', channel, room: ROOMS.cluster, payload: receipt(arsenal) })
  }),
  'malformed': async (line) => line.sayFrame(concat([Uint8Array.of(1), random.bytes(200)])),
  'unknown-type': async (line) => {
    line.say(hello([PROTOCOL_VERSION]))
    line.sayFrame(concat([Uint8Array.of(99), random.bytes(20)]))
  },
  'promise-of-a-gigabyte': async (line) => {
    line.say(hello([PROTOCOL_VERSION]))
    line.sayFrame(new ByteWriter().u8(19).raw(fromHex(guess())).raw(random.bytes(48)).varint(0).varint(2 ** 30).finish())
  },
  'oversize': async (_, __, to) => {
    const length = new ByteWriter().varint(FRAME_BYTES_MAX + 1).finish()
    await sayRaw(to, concat([Uint8Array.of(0), length, new Uint8Array(1000)]))
  },
  'version': async (line) => line.say(hello([PROTOCOL_VERSION + 1])),
}
