import type { Clock } from '../../base/clock.ts'
import { PeerError, type ErrorCode } from '../../base/errors.ts'
import type { PeerId } from '../../base/ids.ts'
import { STREAMS_PER_PROTOCOL_MAX } from '../../base/limits.ts'
import { createFlow, type Flow, type FlowMessage } from '../credits.ts'
import type { Stream } from '../network.ts'

/** What the two ends of a connection tell each other. */
export type ConnectionMessage =
  | { readonly kind: 'open'; readonly stream: string; readonly protocol: string }
  | { readonly kind: 'accepted' | 'refused'; readonly stream: string }
  | { readonly kind: 'flow'; readonly stream: string; readonly message: FlowMessage }

export interface ConnectionInit {
  readonly self: PeerId
  readonly peer: PeerId
  readonly clock: Clock
  readonly handlers: ReadonlyMap<string, (stream: Stream) => void>
  readonly post: (message: ConnectionMessage) => void
}

interface Opening {
  readonly protocol: string
  readonly resolve: (stream: Stream) => void
  readonly reject: (error: PeerError) => void
}

/** One end of a connection in memory: streams by name. */
export const createConnectionEnd = (init: ConnectionInit) => {
  const flows = new Map<string, { readonly flow: Flow; readonly isInbound: boolean }>()
  const openings = new Map<string, Opening>()
  let isOver = false
  let opened = 0

  const createStream = (name: string, protocol: string, isInbound: boolean): Stream => {
    const flow = createFlow({
      peer: init.peer,
      protocol,
      clock: init.clock,
      // A copy: neither side may see what the other does with its bytes later.
      post: (message) => init.post({ kind: 'flow', stream: name, message: message.kind === 'frame' ? { ...message, bytes: message.bytes.slice() } : message }),
      onEnd: () => flows.delete(name),
    })
    flows.set(name, { flow, isInbound })
    return flow.stream
  }
  const accept = (name: string, protocol: string) => {
    const handler = init.handlers.get(protocol)
    const others = [...flows.values()].filter(({ flow, isInbound }) => isInbound && flow.stream.protocol === protocol)
    if (!handler || others.length >= STREAMS_PER_PROTOCOL_MAX) return init.post({ kind: 'refused', stream: name })
    init.post({ kind: 'accepted', stream: name })
    handler(createStream(name, protocol, true))
  }
  const answered = (name: string, isAccepted: boolean) => {
    const opening = openings.get(name)
    openings.delete(name)
    if (opening && isAccepted) opening.resolve(createStream(name, opening.protocol, false))
    else if (opening) opening.reject(closed(init.peer, opening.protocol))
    // We gave up waiting: the other end must not keep a stream that nobody reads.
    else if (isAccepted) init.post({ kind: 'flow', stream: name, message: { kind: 'abort', code: 'NETWORK_STREAM_CLOSED' } })
  }
  const finish = (each: (flow: Flow) => void) => {
    isOver = true
    for (const { flow } of [...flows.values()]) each(flow)
    for (const opening of [...openings.values()]) opening.reject(closed(init.peer, opening.protocol))
    flows.clear()
    openings.clear()
  }

  return {
    open: (protocol: string, signal: AbortSignal): Promise<Stream> =>
      new Promise((resolve, reject) => {
        if (isOver || signal.aborted) return reject(closed(init.peer, protocol))
        const name = `${init.self}:${opened++}`
        const onAbort = () => openings.delete(name) && reject(closed(init.peer, protocol))
        const settle = <T>(then: (value: T) => void) => (value: T) => (signal.removeEventListener('abort', onAbort), then(value))
        openings.set(name, { protocol, resolve: settle(resolve), reject: settle(reject) })
        signal.addEventListener('abort', onAbort, { once: true })
        init.post({ kind: 'open', stream: name, protocol })
      }),
    take: (message: ConnectionMessage) => {
      if (isOver) return
      if (message.kind === 'open') accept(message.stream, message.protocol)
      else if (message.kind === 'flow') flows.get(message.stream)?.flow.take(message.message)
      else answered(message.stream, message.kind === 'accepted')
    },
    /** Ends every stream here. */
    lose: (code: ErrorCode) => finish((flow) => flow.lose(code)),
    /** The machine lost its power: nobody is told. */
    silence: () => finish((flow) => flow.silence()),
  }
}

export type ConnectionEnd = ReturnType<typeof createConnectionEnd>

const closed = (peer: PeerId, protocol: string) => new PeerError('NETWORK_STREAM_CLOSED', { peer, protocol })
