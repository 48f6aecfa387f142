/** A loopback port: the one asked for, else the one of last time, so that open tabs find their host again, else any. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { PeerError } from '../../app/base/errors.ts'
import { readSmallFile, writePrivateFile } from '../data-directory.ts'

const LOOPBACK = '127.0.0.1'

const listenOn = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })

const isTaken = (error: unknown) => ['EADDRINUSE', 'EACCES'].includes(String((error as NodeJS.ErrnoException).code))

const lastPort = (file: string): number => {
  const port = Number(readSmallFile(file) ?? 0)
  return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : 0
}

/** @param wanted 0 or undefined: any
 *  @throws HOST_PORT_IN_USE when `wanted` is taken */
export const listenOnLoopback = async (server: Server, dataDir: string, wanted: number | undefined): Promise<number> => {
  const file = path.join(dataDir, 'last-port')
  const first = wanted ?? lastPort(file)
  let port: number
  try {
    port = await listenOn(server, first)
  } catch (cause) {
    if (!isTaken(cause)) throw cause
    if (wanted) throw new PeerError('HOST_PORT_IN_USE', { port: wanted }, { cause })
    port = await listenOn(server, 0)
  }
  writePrivateFile(file, `${port}\n`)
  return port
}
