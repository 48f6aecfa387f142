/** The WebSocket door: Host, Origin and token before anything else, then one Channel a socket. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Channel } from '../../app/api/channel.ts'
import { createSocketChannel, SOCKET_PROTOCOL, type Socket } from '../../app/api/socket-channel.ts'
import type { Clock } from '../../app/base/clock.ts'
import { CHANNEL_MESSAGE_BYTES_MAX, SCREENS_MAX, TOKEN_FAILURES_PER_MINUTE_MAX } from '../../app/base/limits.ts'
import type { Logger } from '../../app/base/logger.ts'
import { upgradeRefusal, type Refusal } from './doors.ts'
import { STATUS_CODES } from './http.ts'
import { isToken } from './token.ts'

export interface SocketOptions {
  readonly token: string
  readonly port: () => number
  readonly clock: Clock
  readonly logger: Logger
  readonly onChannel: (channel: Channel) => void
}

const MINUTE_MS = 60_000
const GOING_AWAY = 1001
const TOO_MANY: Refusal = { status: 429, text: 'Too many attempts. Wait a minute.' }

/** The token that the page sent as a second protocol, behind the name of ours. */
const tokenFrom = (request: IncomingMessage): string => {
  const [name, token = ''] = (request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/)
  return name === SOCKET_PROTOCOL && token.startsWith('token.') ? token.slice('token.'.length) : ''
}

const refuse = (socket: Duplex, { status, text }: Refusal) => {
  socket.on('error', () => socket.destroy())
  const headers = ['Connection: close', 'Content-Type: text/plain; charset=utf-8', `Content-Length: ${Buffer.byteLength(text)}`]
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy())
}

/** Counts within a minute from the first. */
const createMinuteCounter = (clock: Clock) => {
  let startMs = -Infinity
  let count = 0
  return () => {
    const now = clock.monotonicMs()
    if (now - startMs > MINUTE_MS) [startMs, count] = [now, 0]
    return ++count
  }
}

export interface Sockets {
  /** Says goodbye to all. */
  close(): void
  /** Ends those that did not answer it. */
  terminate(): void
}

/** Takes over the server's upgrades. */
export const acceptSockets = (server: Server, { token, port, clock, logger, onChannel }: SocketOptions): Sockets => {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: CHANNEL_MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    clientTracking: true,
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  })
  const tokenFailures = createMinuteCounter(clock)

  const open = (socket: WebSocket, isTrusted: boolean) => {
    // What goes wrong on a socket (a frame too large, a reset) closes it; that is heard as its close.
    socket.on('error', (error) => logger.info('screen socket failed', { error: error.message }))
    const channel = createSocketChannel(socket as unknown as Socket)
    if (!isTrusted) return channel.close('API_TOKEN_INVALID')
    if (sockets.clients.size > SCREENS_MAX) return channel.close('HOST_SCREENS_TOO_MANY')
    onChannel(channel)
  }

  server.on('upgrade', (request, socket, head) => {
    const refusal = upgradeRefusal(request, port())
    if (refusal !== undefined) return refuse(socket, refusal)
    const isTrusted = isToken(token, tokenFrom(request))
    // A screen can show a reason only from a socket that opened. That costs something, so it is given only so often;
    // whoever has the token is never held up by those who guess.
    if (!isTrusted && tokenFailures() > TOKEN_FAILURES_PER_MINUTE_MAX) return refuse(socket, TOO_MANY)
    sockets.handleUpgrade(request, socket, head, (opened) => open(opened, isTrusted))
  })

  return {
    close: () => {
      for (const socket of sockets.clients) socket.close(GOING_AWAY)
      sockets.close()
    },
    terminate: () => {
      for (const socket of sockets.clients) socket.terminate()
    },
  }
}
