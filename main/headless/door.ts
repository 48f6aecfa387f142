/** The local door to a peer: its screens over HTTP, and a Channel for each over WebSocket, on 127.0.0.1 only. */
import type { Channel } from '../../app/api/channel.ts'
import type { Clock } from '../../app/base/clock.ts'
import { HTTP_CONNECTIONS_MAX } from '../../app/base/limits.ts'
import type { Logger } from '../../app/base/logger.ts'
import { originOf } from './doors.ts'
import { createServer } from './http.ts'
import { listenOnLoopback } from './listen.ts'
import { pageListener } from './pages.ts'
import { acceptSockets } from './sockets.ts'
import { openToken } from './token.ts'

export interface DoorOptions {
  readonly dataDir: string
  /** Where the built screens lie. */
  readonly rendererDir: string
  /** Undefined or 0: the last one if it is free, else any. */
  readonly port: number | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly onChannel: (channel: Channel) => void
}

export interface Door {
  /** With the token in its fragment. */
  readonly url: string
  close(): Promise<void>
}

const REQUEST_LIMITS = { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 }
/** How long open sockets may take to say goodbye. */
const GOODBYE_MS = 500

/** @throws HOST_PORT_IN_USE */
export const openDoor = async ({ dataDir, rendererDir, port: wanted, clock, logger, onChannel }: DoorOptions): Promise<Door> => {
  let listeningOn = 0
  const port = () => listeningOn
  const server = createServer(REQUEST_LIMITS, pageListener(rendererDir, port))
  server.maxConnections = HTTP_CONNECTIONS_MAX
  const token = openToken(dataDir)
  const sockets = acceptSockets(server, { token, port, clock, logger, onChannel })
  listeningOn = await listenOnLoopback(server, dataDir, wanted)
  return {
    url: `${originOf(listeningOn)}/#t=${token}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          cancel()
          resolve()
        })
        sockets.close()
        server.closeIdleConnections()
        const cancel = clock.after(GOODBYE_MS, () => {
          sockets.terminate()
          server.closeAllConnections()
        })
      }),
  }
}
