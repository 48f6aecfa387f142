/** What members say to one another beside entries, and what lets them in: receipts, presence, control entries, invitations, welcomes. */
import { systemClock } from '../../../app/base/clock.ts'
import { concat, encodeCbor, fromHex, toHex, toUtf8 } from '../../../app/base/codec.ts'
import type { ErrorCode } from '../../../app/base/errors.ts'
import { deviceId, type DeviceId } from '../../../app/base/ids.ts'
import { silentLogger } from '../../../app/base/logger.ts'
import { createCluster } from '../../../app/cluster/cluster.ts'
import { createMemoryLog, type MemoryLog } from '../../../app/documents/memory-log.fixture.ts'
import { decodeControl, encodeControl } from '../../../app/membership/control.ts'
import { readGenesis } from '../../../app/membership/genesis.ts'
import { decodeLink, encodeLink } from '../../../app/membership/invitation.ts'
import { createMembership } from '../../../app/membership/membership.ts'
import { createManualClock } from '../../../app/network/testing/world.ts'
import { typedAddress } from '../../../app/peer/typed-address.ts'
import { openWelcome, readWelcome, ROOMS } from '../../../app/peer/workspace.ts'
import { createPresence, type Presence } from '../../../app/presence/presence.ts'
import { sealTo } from '../../../app/identity/crypto.ts'
import { decodeMessage } from '../../../app/sync/messages.ts'
import { createChance } from '../chance.ts'
import { expectSame } from '../same.ts'
import { NotTheSame, type Target } from '../target.types.ts'
import { copyStore, SAMPLE_SEED, type World } from '../world.ts'
import { marked, openLogOn } from './log.ts'
import { asText } from './texts.ts'
import { LENGTH_MAX } from './wire.ts'

const payloadsTo = ({ frames }: World, room: number) =>
  frames.flatMap((frame) => {
    const message = decodeMessage(frame)
    return message.kind === 'room' && message.room === room ? [message.payload.slice()] : []
  })

const RECEIPT = 0
const SIGNATURE_BYTES = 64
const receiptDomain = (world: World, body: Uint8Array) => concat([toUtf8('lanyard-receipt-v0'), fromHex(world.workspace), body])

/** A first byte of 1: what it is mutated into is signed again by the member in whose name it speaks. */
const receiptTarget = (world: World): Target => {
  const payloads = payloadsTo(world, ROOMS.cluster)
  const signAgain = (payload: Uint8Array): Uint8Array => {
    const body = payload.subarray(1, Math.max(1, payload.length - SIGNATURE_BYTES))
    const signer = world.records.find(({ keys }) => keys.device === toHex(body.subarray(0, 32)))
    return signer && payload[0] === RECEIPT ? concat([payload.subarray(0, 1), body, signer.keys.signing.sign(receiptDomain(world,
      body))]) : payload
  }
  return {
    name: 'receipt',
    samples: payloads.map((payload, index) => marked(index % 4, payload)),
    tokens: [],
    lengthMax: LENGTH_MAX,
    inputsPerLife: 500,
    create: () => {
      const log = openLogOn(world, copyStore(world.stores[1]!))
      const [{ keys }] = world.records as [World['records'][number]]
      const members = new Set<DeviceId>(world.records.map((record) => record.keys.device))
      const store = copyStore(world.stores[1]!)
      let refusal: ErrorCode | undefined
      let replies = 0
      const cluster = createCluster({
        workspace: world.workspace, keys, log, store, clock: createManualClock(), logger: silentLogger,
        admits: (device) => members.has(device), broadcast: () => {}, refuse: (code) => void (refusal = code),
      })
      return {
        digest: () => [...members].map((device) => JSON.stringify(cluster.holds(device, new Map()))).join() + [...store.scan(['w', world.workspace, 'r'])].length,
        take: (input) => {
          refusal = undefined
          const payload = input.subarray(1)
          cluster.receive(input[0] === 1 ? signAgain(payload) : payload, () => void replies++)
          return refusal
        },
        works: () => {
          const before = replies
          cluster.receive(concat([Uint8Array.of(2), fromHex(known(store))]), () => void replies++)
          if (replies === before) throw new NotTheSame('a wanted receipt is not given')
        },
      }
      function known(of: typeof store) {
        const { key } = [...of.scan(['w', world.workspace, 'r'])][0]!
        return `${key.at(-2)}${key.at(-1)}`
      }
    },
  }
}

const presenceTarget = (world: World): Target => ({
  name: 'presence',
  samples: [...payloadsTo(world, ROOMS.presence), encodeCbor({ document: 'ab'.repeat(16), client: 7, state: null }), encodeCbor({ document: 'ab'.repeat(16), client: 7, state: '{"a":[1]}' })],
  tokens: ['document', 'client', 'state'].map(toUtf8),
  cborFrom: 0,
  lengthMax: LENGTH_MAX,
  inputsPerLife: 1000,
  create: () => {
    const shown: Presence[] = []
    let refusal: ErrorCode | undefined
    const room = createPresence({ device: deviceId('aa'.repeat(32)), clock: createManualClock(), broadcast: () => {}, refuse: (code) => void (refusal = code) })
    room.onChange((presence) => void shown.push(presence))
    const sender = deviceId('bb'.repeat(32))
    let turn = 0
    return {
      digest: () => String(shown.length),
      take: (input) => {
        refusal = undefined
        room.receive(sender, input)
        return refusal
      },
      works: () => {
        const before = shown.length
        room.gone(sender)
        room.receive(sender, encodeCbor({ document: 'ab'.repeat(16), client: 7, state: `turn ${turn++}` }))
        if (shown.length === before) throw new NotTheSame('a good one is not shown')
      },
    }
  },
})

const controlPayloads = (world: World): Uint8Array[] => {
  const log = openLogOn(world, copyStore(world.stores[0]!))
  const refs = [...log.heights()].flatMap(([id, { height }]) => Array.from({ length: height }, (_, seq) => ({ log: id, seq })))
  return refs.map((ref) => log.read(ref)).filter(({ kind, payload }) => kind === 'control' && payload.length > 0).map(({ payload }) => payload)
}

/** As entries of a member of a real workspace, which are taken whatever they say. */
const controlTarget = (world: World): Target => ({
  name: 'control',
  samples: [...controlPayloads(world), encodeControl({ kind: 'leave' }), encodeCbor({ kind: 'newer', all: [1] })],
  tokens: ['kind', 'invite', 'admit', 'profile', 'name', 'expires'].map(toUtf8),
  cborFrom: 0,
  lengthMax: LENGTH_MAX,
  inputsPerLife: 200,
  create: () => {
    const [{ genesis }] = world.records as [World['records'][number]]
    const log: MemoryLog = createMemoryLog({ device: 'A', session: 1 })
    const { workspace } = world
    const membership = createMembership({
      workspace, genesis: readGenesis(genesis, workspace), log, clock: systemClock(), random: createChance(SAMPLE_SEED, 'control'), logger: silentLogger,
    })
    log.start()
    const other = createMemoryLog({ device: 'M', session: 2 })
    return {
      digest: () => JSON.stringify([membership.members().length, membership.invites().length,
        membership.members().map(({ device }) => membership.nameOf(device))]),
      take: (input) => {
        other.append([{ kind: 'control', schema: 0, screen: 0, part: { index: 0, count: 1 }, payload: input }])
        for (const sealed of other.disk.slice(-2)) log.accept(sealed)
        const control = decodeControl(input)
        if (control) expectSame(control, decodeControl(encodeControl(control)))
        return undefined
      },
    }
  },
})

const linkTarget = ({ links }: World): Target => ({
  name: 'invitation',
  samples: links.map(toUtf8),
  tokens: ['lanyard://join/', '#', ' ', 'LANYARD', '=', '%23'].map(toUtf8),
  lengthMax: 8 * 1024,
  create: () => ({
    take: (input) => {
      const invitation = decodeLink(asText(input))
      expectSame(invitation, decodeLink(encodeLink(invitation)))
      return undefined
    },
  }),
})

/** The link without its spelling: what a forger would fill in. */
const openLinkTarget = ({ links }: World): Target => ({
  name: 'invitation-cbor',
  samples: links.map((link) => Uint8Array.from(Buffer.from(link.slice('lanyard://join/'.length).split('#')[0]!, 'base64url'))),
  tokens: ['/ip4/1.2.3.4/tcp/1', '/p2p/'].map(toUtf8),
  cborFrom: 0,
  lengthMax: 4 * 1024,
  create: () => ({
    take: (input) => {
      const secret = links[0]!.split('#')[1]!
      const invitation = decodeLink(`lanyard://join/${Buffer.from(input).toString('base64url')}#${secret}`)
      expectSame(invitation, decodeLink(encodeLink(invitation)))
      return undefined
    },
  }),
})

const welcomeTarget = (world: World): Target => {
  const [ada, ben] = world.records as [World['records'][number], World['records'][number]]
  const info = concat([toUtf8('lanyard-accept-v0'), ...[world.workspace, ben.keys.device].map(fromHex)])
  const plaintext = encodeCbor({ genesis: ada.genesis, control: ada.control, epochs: [...ada.epochs] })
  const box = sealTo(ben.keys.opening.publicKey, { plaintext, info, ephemeralSeed: new Uint8Array(32).fill(7) })
  // Opening costs a hundred times what reading does: few are boxes, the others what was in one.
  const plain = [plaintext, encodeCbor({ genesis: ada.genesis, control: ada.control, epochs: [ada.control, ada.control] })]
  return {
    name: 'welcome',
    samples: [marked(0, box), ...Array.from({ length: 15 }, (_, index) => marked(1, plain[index % 2]!))],
    tokens: ['genesis', 'control', 'epochs'].map(toUtf8),
    cborFrom: 1,
    lengthMax: LENGTH_MAX,
    create: () => ({
      take: (input) => {
        const bytes = input.subarray(1)
        if (input[0] === 0) openWelcome(world.workspace, ben.keys, bytes)
        else readWelcome(world.workspace, bytes)
        return undefined
      },
    }),
  }
}

const addressTarget = (): Target => ({
  name: 'address',
  samples: ['192.168.1.7:4001', '[fd00::7]:4001', '[fe80::1%eth0]:4001', '/ip4/192.168.1.7/tcp/4001', '/ip6/fd00::1/tcp/1/p2p/12D3KooWabcdefgh', '/memory/a'].map(toUtf8),
  tokens: ['/ip4/', '/ip6/', '/tcp/', '/p2p/', '%', '::', '[', ']:'].map(toUtf8),
  lengthMax: 4 * 1024,
  create: () => ({
    take: (input) => {
      const address = typedAddress(asText(input))
      expectSame(typedAddress(address), address)
      return undefined
    },
  }),
})

export const roomTargets = (world: World): readonly Target[] => [
  receiptTarget(world), presenceTarget(world), controlTarget(world), linkTarget(world), openLinkTarget(world), welcomeTarget(world),
    addressTarget(),
]
