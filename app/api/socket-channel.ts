/** A Channel over a WebSocket: the browser's own, or that of `ws`, which has the same face. */
import { errorCode, type ErrorCode } from '../base/errors.ts'
import type { Channel } from './channel.ts'

/** The part of a WebSocket that a Channel needs. */
export interface Socket {
  binaryType: string
  readonly readyState: number
  readonly bufferedAmount: number
  send(message: Uint8Array<ArrayBuffer>): void
  close(code: number, reason: string): void
  addEventListener(kind: 'open', listener: () => void): void
  addEventListener(kind: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(kind: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void
}

const OPEN = 1
const CONNECTING = 0
const CLOSED_IN_GOOD_ORDER = 1000
/** From 4000 on a close code is the application's own; the reason then is a code of the error table. */
const CLOSED_WITH_CODE = 4000
const CLOSED_TOO_LARGE = 1009

/** What a screen asks for in Sec-WebSocket-Protocol, with the token behind it. */
export const SOCKET_PROTOCOL = 'lanyard.v0'
/** @param token base64url text */
export const socketProtocols = (token: string): string[] => [SOCKET_PROTOCOL, `token.${token}`]

const closeReason = (code: number, reason: string): ErrorCode | undefined => {
  if (code === CLOSED_TOO_LARGE) return 'API_MESSAGE_MALFORMED'
  return code >= CLOSED_WITH_CODE && reason !== '' ? errorCode(reason) : undefined
}

/** Messages sent while the socket connects go out in order once it is open. */
export const createSocketChannel = (socket: Socket): Channel => {
  const early: Uint8Array[] = []
  let earlyBytes = 0
  socket.binaryType = 'arraybuffer'
  const transmit = (message: Uint8Array) => socket.send(message as Uint8Array<ArrayBuffer>)
  socket.addEventListener('open', () => {
    for (const message of early.splice(0)) transmit(message)
    earlyBytes = 0
  })
  return {
    send: (message) => {
      if (socket.readyState === OPEN) return transmit(message)
      if (socket.readyState !== CONNECTING) return
      early.push(message)
      earlyBytes += message.length
    },
    get queuedBytes() {
      return socket.bufferedAmount + earlyBytes
    },
    onMessage: (listener) =>
      socket.addEventListener('message', ({ data }) => {
        // A text message is none of ours; as empty bytes it is refused like any other malformed one.
        listener(data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(0))
      }),
    onClose: (listener) => socket.addEventListener('close', ({ code, reason }) => listener(closeReason(code, reason))),
    close: (code) => socket.close(code === undefined ? CLOSED_IN_GOOD_ORDER : CLOSED_WITH_CODE, code ?? ''),
  }
}
