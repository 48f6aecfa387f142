import type { Stream as RawStream, StreamMessageEvent } from '@libp2p/interface'
import type { Cancel, Clock } from '../../base/clock.ts'
import { concat } from '../../base/codec.ts'
import { codeOf } from '../../base/errors.ts'
import type { PeerId } from '../../base/ids.ts'
import { createFlow, type Flow } from '../credits.ts'
import { createFlowDecoder, encodeFlowMessage } from '../credits/wire.ts'

export interface FlowStreamInit {
  readonly peer: PeerId
  readonly protocol: string
  readonly clock: Clock
  /** Something arrived: the other side lives. */
  readonly onHeard: () => void
  readonly onEnd: () => void
}

/** A message that begins must end within this: nobody may hold a part of our memory by never sending the rest. */
const PARTIAL_MS_MAX = 30_000
/** How long the other end may take to close a stream that is over. */
const LINGER_MS = 3000

/** Frames with flow control over one stream of libp2p. What is posted in one go leaves in one send. */
export const createFlowStream = (raw: RawStream, init: FlowStreamInit): Flow => {
  const writer = createWriter(raw, () => flow.lose('NETWORK_STREAM_CLOSED'))
  const flow = createFlow({
    peer: init.peer,
    protocol: init.protocol,
    clock: init.clock,
    post: (message) => writer.write(encodeFlowMessage(message)),
    onEnd: () => {
      isOver = true
      cancelPartial?.()
      init.onEnd()
      finish(raw, writer.flush, init.clock)
    },
  })
  const decoder = createFlowDecoder()
  let cancelPartial: Cancel | undefined
  let isOver = false

  const take = (chunk: Uint8Array) => {
    init.onHeard()
    if (isOver) return
    const messages = decode(chunk)
    if (isOver) return
    if (messages.length > 0 || decoder.partialBytes === 0) {
      cancelPartial?.()
      cancelPartial = undefined
    }
    if (decoder.partialBytes > 0) cancelPartial ??= init.clock.after(PARTIAL_MS_MAX, () => flow.stream.abort('NETWORK_STREAM_CLOSED'))
    for (const message of messages) flow.take(message)
  }
  const decode = (chunk: Uint8Array) => {
    try {
      return decoder.push(chunk)
    } catch (error) {
      flow.stream.abort(codeOf(error))
      return []
    }
  }
  raw.addEventListener('message', ({ data }: StreamMessageEvent) => take(data instanceof Uint8Array ? data : data.subarray()))
  raw.addEventListener('remoteCloseWrite', () => flow.lose('NETWORK_STREAM_CLOSED'))
  raw.addEventListener('close', () => flow.lose('NETWORK_STREAM_CLOSED'))
  return flow
}

/** Gathers what is written until the running code is done. Needs no drain: credit bounds what can pile up below. */
const createWriter = (raw: RawStream, onFailure: () => void) => {
  let pending: Uint8Array[] = []
  const flush = () => {
    if (pending.length === 0) return
    const bytes = pending.length === 1 ? pending[0]! : concat(pending)
    pending = []
    try {
      raw.send(bytes)
    } catch {
      // The stream ended below; whatever waited can not be delivered any more.
      onFailure()
    }
  }
  return {
    flush,
    write: (bytes: Uint8Array) => {
      if (pending.push(bytes) === 1) queueMicrotask(flush)
    },
  }
}

/** Lets the last words out, and then makes sure that the stream goes, whatever the other end does. */
const finish = (raw: RawStream, flush: () => void, clock: Clock) => {
  flush()
  if (raw.status !== 'open') return
  const reset = () => raw.abort(new Error('stream is over'))
  const cancel = clock.after(LINGER_MS, reset)
  raw.addEventListener('close', cancel)
  raw.close().catch(reset)
}
