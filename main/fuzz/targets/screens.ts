/** What a screen sends to its peer, and what it hears. */
import { toUtf8 } from '../../../app/base/codec.ts'
import { exampleRequests } from '../../../app/api/codec.fixture.ts'
import { decodePeerMessage, decodeRequest, encodePeerMessage, encodeRequest, type PeerMessage } from '../../../app/api/codec.ts'
import type { ScreenEvent } from '../../../app/api/commands.ts'
import { expectSame } from '../same.ts'
import type { Target } from '../target.types.ts'
import type { World } from '../world.ts'
import { LENGTH_MAX } from './wire.ts'

const SAMPLE_BYTES_MAX = 1500

const requestTarget = (): Target => ({
  name: 'api-request',
  samples: exampleRequests.map(encodeRequest),
  tokens: ['id', 'kind', 'takes', 'workspace', 'document', 'document.update', 'presence.set'].map(toUtf8),
  cborFrom: 0,
  lengthMax: LENGTH_MAX,
  create: () => ({
    take: (input) => {
      const read = decodeRequest(input)
      if (!read.ok) return read.code
      const again = decodeRequest(encodeRequest(read.request))
      expectSame(again, read)
      return undefined
    },
  }),
})

const answerTarget = ({ answers, events }: World): Target => {
  const messages: readonly PeerMessage[] = [
    { kind: 'welcome', welcome: { protocol: 0, version: '0.1.0' } },
    { kind: 'failure', id: 3, code: 'STORE_FULL', details: { neededBytes: 7 } },
    ...answers.slice(-14).map((gives, id) => ({ kind: 'answer' as const, id: id + 1, gives })),
    ...events.slice(0, 20).map((event) => ({ kind: 'event' as const, event: event as ScreenEvent })),
  ]
  return {
    name: 'api-answer',
    samples: messages.map(encodePeerMessage).filter(({ length }) => length < SAMPLE_BYTES_MAX),
    tokens: ['id', 'gives', 'code', 'details', 'event', 'welcome'].map(toUtf8),
    cborFrom: 0,
    lengthMax: LENGTH_MAX,
    create: () => ({
      take: (input) => {
        const message = decodePeerMessage(input)
        const again = encodePeerMessage(message)
        expectSame(encodePeerMessage(decodePeerMessage(again)), again)
        return undefined
      },
    }),
  }
}

export const screenTargets = (world: World): readonly Target[] => [requestTarget(), answerTarget(world)]
