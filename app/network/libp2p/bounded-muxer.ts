import type { MessageStream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'

/** Bytes that may wait for the socket below all streams, which stop by themselves long before. */
const WRITE_BYTES_MAX = 4 * 1024 * 1024
/** One Noise message, which arrives whole, and a header. */
const SLACK_BYTES = 66 * 1024

/** What we need to see of yamux 8: its decoder gathers a frame of whatever length the other end claims, up to 4 GiB, before it looks
 *  at the window. `hostile.test.ts` goes red when this has changed. */
interface YamuxInside {
  readonly decoder?: { readonly buffer?: { readonly byteLength: number } }
}

/** Two bounds that the muxer lacks: on the frame it gathers, and on the answers (to pings, to streams too many) it queues for an
 *  end that doesn't read them. */
export const boundFrames =
  <Muxer extends StreamMuxer>(create: () => StreamMuxerFactory<Muxer>, frameBytesMax: number) =>
  (): StreamMuxerFactory<Muxer> => {
    const factory = create()
    const createBare = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (below: MessageStream) => {
      const muxer = createBare(below)
      below.maxWriteBufferLength = WRITE_BYTES_MAX
      const { decoder } = muxer as unknown as YamuxInside
      below.addEventListener('message', () => {
        if ((decoder?.buffer?.byteLength ?? 0) > frameBytesMax + SLACK_BYTES) below.abort(new Error('a frame is too large'))
      })
      return muxer
    }
    return factory
  }
