/** What a neighbour says on its link: the handshake, and what follows once both are proven. */
import type { ErrorCode } from '../../../app/base/errors.ts'
import { inviteId, peerId, sessionId, type DeviceId } from '../../../app/base/ids.ts'
import { FRAME_BYTES_MAX } from '../../../app/base/limits.ts'
import { createDeviceKeys, type DeviceKeys } from '../../../app/identity/device-keys.ts'
import { inviteKey, rendezvousKey } from '../../../app/membership/invitation.ts'
import { proveJoin } from '../../../app/membership/join-proof.ts'
import { createManualClock } from '../../../app/network/testing/world.ts'
import { createExchange } from '../../../app/sync/exchange.ts'
import { createHandshake, type Effect, type Gate, type Knock } from '../../../app/sync/handshake.ts'
import { decodeMessage, encodeMessage, type Message, type WorkspaceMessage } from '../../../app/sync/messages.ts'
import { createRequests } from '../../../app/sync/requests.ts'
import { createChance } from '../chance.ts'
import { NotTheSame, type Target } from '../target.types.ts'
import { copyStore, SAMPLE_SEED, type World } from '../world.ts'
import { marked, openLogOn } from './log.ts'
import { LENGTH_MAX, messageFrames } from './wire.ts'

const chance = createChance(SAMPLE_SEED, 'handshake')
const DISCOVERY_KEY = chance.bytes(32)
const SECRET = chance.bytes(16)
const INVITE = inviteId('1b'.repeat(16))
const SESSION = sessionId('5e'.repeat(16))
const [us, them, joiner] = [createDeviceKeys(chance), createDeviceKeys(chance), createDeviceKeys(chance)]

interface Side {
  readonly gates: readonly Gate[]
  readonly knocks: readonly Knock[]
}

const createSides = ({ workspace }: World) => {
  const key = inviteKey(workspace, SECRET)
  const rendezvous = rendezvousKey(key.publicKey)
  const gateOf = (keys: DeviceKeys): Gate => ({
    workspace, discoveryKey: DISCOVERY_KEY, device: keys.device, session: SESSION, sign: keys.signing.sign,
    isMember: (device: DeviceId) => device === us.device || device === them.device, invites: () => [{ invite: INVITE,
      rendezvousKey: rendezvous }],
  })
  const knock: Knock = {
    workspace, invite: INVITE, rendezvousKey: rendezvous, device: joiner.device, sealKey: joiner.opening.publicKey,
    prove: (claim) => proveJoin(claim, key, joiner.signing),
  }
  return { member: (keys: DeviceKeys): Side => ({ gates: [gateOf(keys)], knocks: [] }), joiner: { gates: [], knocks: [knock] } as Side }
}

const shakeAs = (side: Side, name: 'low' | 'high') => {
  const [self, peer] = name === 'low' ? (['lowlowlow', 'mighty00'] as const) : (['mighty00', 'lowlowlow'] as const)
  return createHandshake({
    self: peerId(self), peer: peerId(peer), app: 'fuzz', random: createChance(SAMPLE_SEED, name), gates: () => side.gates, knocks: () => side.knocks,
  })
}

const sent = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []))

/** A whole handshake: ours as it begins, what the other side says to it, and how it ends. Once joined, the admitter's answer is made up. */
const record = (ours: Side, theirs: Side, goal: Effect['kind']) => {
  const [a, b] = [shakeAs(ours, 'low'), shakeAs(theirs, 'high')]
  const said: Message[] = []
  let [toA, toB] = [sent(b.start()), sent(a.start())]
  while (toA.length + toB.length > 0) {
    said.push(...toA)
    const [nextA, nextB] = [toB.flatMap((message) => sent(b.receive(message))), toA.flatMap((message) => sent(a.receive(message)))]
    ;[toA, toB] = [nextA, nextB]
  }
  if (goal === 'accepted') {
    const { channel } = said.find((message) => message.kind === 'offer')!
    said.push({ kind: 'accept', channel, box: new Uint8Array(60) })
  }
  return { ours, said, goal }
}

/** The first byte chooses the handshake and how far it has come. */
const handshakeTarget = (world: World): Target => {
  const { member, joiner: joining } = createSides(world)
  const flows = [record(member(us), member(them), 'proven'), record(member(us), joining, 'admit'), record(joining, member(us), 'accepted')]
  const start = (mark: number) => {
    const flow = flows[mark % flows.length]!
    const stage = Math.floor(mark / flows.length) % (flow.said.length + 1)
    const shake = shakeAs(flow.ours, 'low')
    shake.start()
    const before = flow.said.slice(0, stage).flatMap((message) => shake.receive(message))
    return { flow, shake, before, rest: flow.said.slice(stage) }
  }
  const take = (input: Uint8Array): ErrorCode | undefined => {
    const message = decodeMessage(input.subarray(1))
    // A code of theirs that is not known here reads as UNKNOWN, as it should.
    if (message.kind === 'refused') return 'SYNC_HANDSHAKE_FAILED'
    const { flow, shake, before, rest } = start(input[0] ?? 0)
    const effects = shake.receive(message)
    sent(effects).forEach(encodeMessage)
    const refusal = effects.find((effect) => effect.kind === 'refuse')
    if (!refusal || refusal.isFatal || message.kind === 'hello' || message.kind === 'proof') return refusal?.code
    const after = rest.flatMap((next) => shake.receive(next))
    if (![...before, ...after].some(({ kind }) => kind === flow.goal)) throw new NotTheSame(`after ${refusal.code} the handshake comes to no end`)
    return refusal.code
  }
  const own = flows.flatMap(({ said }, flow) => said.map((message, stage) => marked(flow + flows.length * stage, encodeMessage(message))))
  return {
    name: 'handshake',
    samples: [...own, ...own, ...messageFrames(world).slice(0, 40).map((frame, index) => marked(index, frame))],
    tokens: [],
    cborFrom: 2,
    lengthMax: LENGTH_MAX,
    create: () => ({
      take,
      works: () => {
        for (const [index, flow] of flows.entries()) {
          const { shake } = start(index)
          if (!flow.said.flatMap((message) => shake.receive(message)).some(({ kind }) => kind === flow.goal)) throw new
            NotTheSame(flow.goal)
        }
      },
    }),
  }
}

const isOfExchange = (message: Message): message is Exclude<WorkspaceMessage, { kind: 'room' }> =>
  message.kind === 'digest' || message.kind === 'heights' || message.kind === 'request' || message.kind === 'run'

const exchangeTarget = (world: World): Target => {
  const frames = world.frames.filter((frame) => isOfExchange(decodeMessage(frame)) && frame.length < LENGTH_MAX / 4)
  return {
    name: 'exchange',
    samples: frames,
    tokens: [],
    lengthMax: LENGTH_MAX,
    inputsPerLife: 2000,
    create: () => {
      // Of somebody who holds only a part: so there is something to ask for, to give, and to take.
      const log = openLogOn(world, copyStore(world.stores[2]!))
      const clock = createManualClock()
      const said: Message[] = []
      let refusal: ErrorCode | undefined
      const exchange = createExchange({
        channel: '0123456789abcdef', log, requests: createRequests(clock),
        admits: (device) => world.records.some(({ keys }) => keys.device === device),
        send: (message) => {
          if (encodeMessage(message).length > FRAME_BYTES_MAX) throw new NotTheSame(`a ${message.kind} larger than a frame`)
          said.push(message)
        },
        queuedBytes: () => 0,
        refuse: (code) => void (refusal = code),
        fail: (code) => void (refusal = code),
        progressed: () => {},
      })
      exchange.start()
      return {
        digest: () => `${log.headsHash()} ${log.entries} ${log.pending}`,
        take: (input) => {
          const message = decodeMessage(input)
          if (!isOfExchange(message)) return 'SYNC_MESSAGE_MALFORMED'
          refusal = undefined
          exchange.receive(message)
          said.length = 0
          return refusal
        },
        works: () => {
          exchange.receive({ kind: 'digest', channel: '0123456789abcdef', headsHash: '0'.repeat(64) })
          if (!said.some(({ kind }) => kind === 'heights')) throw new NotTheSame('another digest is not answered')
          exchange.receive({ kind: 'request', channel: '0123456789abcdef', log: [...log.heights().keys()][0]!, from: 0, to: 1 })
          if (!said.some(({ kind }) => kind === 'run')) throw new NotTheSame('a request is not answered')
          said.length = 0
        },
      }
    },
  }
}

export const syncTargets = (world: World): readonly Target[] => [handshakeTarget(world), exchangeTarget(world)]
