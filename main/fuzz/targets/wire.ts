/** What arrives from a stranger on the network: pieces of a stream, frames, messages, and the CBOR in them. */
import { concat, decodeCbor, encodeCbor, toUtf8 } from '../../../app/base/codec.ts'
import { FRAME_BYTES_MAX } from '../../../app/base/limits.ts'
import { createFlowDecoder, encodeFlowMessage } from '../../../app/network/credits/wire.ts'
import type { FlowMessage } from '../../../app/network/credits.ts'
import { decodeMessage, encodeMessage } from '../../../app/sync/messages.ts'
import { expectSame } from '../same.ts'
import { NotTheSame, type Target } from '../target.types.ts'
import type { World } from '../world.ts'

export const LENGTH_MAX = 16 * 1024
/** Types of sync messages that are CBOR: hello to decline. */
const PLAIN_TYPE_MAX = 8
const ONE_SPELLING: ReadonlySet<string> = new Set(['tokens', 'digest', 'request', 'run', 'room'])
const CODES = ['SYNC_VERSION_UNSUPPORTED', 'MEMBERSHIP_INVITE_USED'] as const

/** Everything that was said, and what is said only to those who are refused. */
export const messageFrames = ({ frames }: World): readonly Uint8Array[] => [
  ...frames.filter(({ length }) => length <= LENGTH_MAX / 4),
  ...CODES.map((code) => encodeMessage({ kind: 'refused', code })),
  ...CODES.map((code) => encodeMessage({ kind: 'decline', channel: '0123456789abcdef', code })),
]

const messageTarget = (world: World): Target => ({
  name: 'message',
  samples: messageFrames(world),
  tokens: ['addresses', 'versions', 'nonce', 'channel', 'device', '/ip4/1.2.3.4/tcp/1'].map(toUtf8),
  cborFrom: 1,
  lengthMax: LENGTH_MAX,
  create: () => ({
    take: (input) => {
      const message = decodeMessage(input)
      const again = encodeMessage(message)
      expectSame(message, decodeMessage(again))
      // What is no CBOR has one spelling; heights may have flags that are not known yet.
      if (ONE_SPELLING.has(message.kind)) expectSame(again, input)
      return undefined
    },
  }),
})

const cborTarget = (world: World): Target => ({
  name: 'cbor',
  samples: [
    ...world.frames.filter((frame) => frame[0]! <= PLAIN_TYPE_MAX && frame[0] !== 3).map((frame) => frame.slice(1)),
    ...[null, 0, -1, 2 ** 53 - 1, 2n ** 60n, 1.5, 'é', [], {}, [1, [2, { a: new Uint8Array(3) }]], true].map(encodeCbor),
  ],
  tokens: [],
  cborFrom: 0,
  lengthMax: LENGTH_MAX,
  create: () => ({
    take: (input) => {
      const value = decodeCbor(input)
      expectSame(value, decodeCbor(encodeCbor(value)))
      return undefined
    },
  }),
})

const flowSamples = ({ frames }: World): Uint8Array[] => {
  const others: FlowMessage[] = [{ kind: 'credit', bytes: 1000 }, { kind: 'close' }, { kind: 'closed' }, { kind: 'abort', code: 'SYNC_LIMIT_EXCEEDED' }]
  const wholes = frames.slice(0, 40).map((bytes) => encodeFlowMessage({ kind: 'frame', bytes }))
  const ends = others.map(encodeFlowMessage)
  // The first byte says in pieces of which size it arrives.
  return [...wholes, ...ends, concat([...wholes.slice(0, 3), ...ends])].map((bytes, index) => concat([Uint8Array.of([0, 1, 2, 7,
    100][index % 5]!), bytes]))
}

const flowTarget = (world: World): Target => ({
  name: 'frame',
  samples: flowSamples(world),
  tokens: [],
  lengthMax: LENGTH_MAX,
  create: () => ({
    take: (input) => {
      const [size = 0] = input
      const bytes = input.subarray(1)
      const decoder = createFlowDecoder()
      const messages: FlowMessage[] = []
      for (let at = 0; at < bytes.length; at += size || bytes.length) {
        messages.push(...decoder.push(bytes.subarray(at, at + (size || bytes.length))))
        if (decoder.partialBytes > FRAME_BYTES_MAX + 8) throw new NotTheSame(`${decoder.partialBytes} bytes are held`)
      }
      expectSame(messages, createFlowDecoder().push(concat(messages.map(encodeFlowMessage))))
      return undefined
    },
  }),
})

export const wireTargets = (world: World): readonly Target[] => [messageTarget(world), cborTarget(world), flowTarget(world)]
