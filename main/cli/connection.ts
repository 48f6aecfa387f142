/** The running host of a data directory, over the same Channel as a window's. */
import { WebSocket } from 'ws'
import { createClient, type PeerClient } from '../../app/api/client.ts'
import { createSocketChannel, socketProtocols, type Socket } from '../../app/api/socket-channel.ts'
import { codeOf, PeerError } from '../../app/base/errors.ts'
import { readHostFile, tokenOf } from '../headless/host-file.ts'

const CONNECT_MS = 5000

/** @throws HOST_NOT_RUNNING, API_TOKEN_INVALID, HOST_SCREENS_TOO_MANY, HOST_SILENT */
export const connectToHost = async (dataDir: string): Promise<PeerClient> => {
  const host = readHostFile(dataDir)
  if (host === undefined) throw new PeerError('HOST_NOT_RUNNING', { directory: dataDir })
  const { origin, host: place } = new URL(host.url)
  const socket = new WebSocket(`ws://${place}/`, socketProtocols(tokenOf(host.url)), { origin, perMessageDeflate: false })
  // What goes wrong is heard as the close that follows it.
  socket.on('error', () => undefined)
  const client = createClient(createSocketChannel(socket as unknown as Socket))
  try {
    await withDeadline(client.welcome, CONNECT_MS)
    return client
  } catch (cause) {
    client.close()
    // The file was left behind by a host that was killed, and its process number is another's now.
    throw codeOf(cause) === 'API_CHANNEL_CLOSED' ? new PeerError('HOST_NOT_RUNNING', { directory: dataDir }, { cause }) : cause
  }
}

/** @throws HOST_SILENT after `delayMs` */
export const withDeadline = async <T>(promise: Promise<T>, delayMs: number): Promise<T> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new PeerError('HOST_SILENT')), delayMs)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
