/** The headless host: a peer, and the local door to it. */
import { PeerError, codeOf } from '../../app/base/errors.ts'
import { serve } from '../../app/serve.ts'
import { prepareDataDirectory } from '../data-directory.ts'
import { startPeerProcess, type PeerProcess, type PeerProcessOptions } from '../peer-process.ts'
import { version } from '../version.ts'
import { openDoor, type Door } from './door.ts'
import { readHostFile, removeHostFile, writeHostFile } from './host-file.ts'
import { rendererDirectory } from './renderer-directory.ts'

export interface HeadlessOptions extends PeerProcessOptions {
  /** Of the local door; undefined or 0: the last one if it is free, else any. */
  readonly port: number | undefined
  /** Where the built screens lie; undefined: beside the program. */
  readonly rendererDir?: string
  /** A programmer's error inside the peer: what is accepted is on disk, so end in good order and say so. */
  readonly onFault: (error: unknown) => void
}

export interface HeadlessHost {
  /** Of the screens, with the token in its fragment. */
  readonly url: string
  readonly dataDir: string
  /** Where other machines reach this peer. */
  readonly addresses: readonly string[]
  /** Saves what is under way, says goodbye, gives the data directory free. */
  stop(): Promise<void>
}

/** @throws STORE_LOCKED with the running host's `url` if it is known, HOST_PORT_IN_USE, HOST_DIRECTORY_UNUSABLE,
 *  and what startPeerProcess throws */
export const startHeadlessHost = async (options: HeadlessOptions): Promise<HeadlessHost> => {
  const { dataDir } = options
  prepareDataDirectory(dataDir)
  const process = await startPeerProcess(options).catch((error: unknown) => {
    throw codeOf(error) === 'STORE_LOCKED' ? lockedBy(dataDir, error) : error
  })
  let door: Door
  try {
    door = await openHostDoor(process, options)
  } catch (error) {
    await process.stop()
    throw error
  }
  return {
    url: door.url,
    dataDir,
    addresses: process.addresses(),
    stop: async () => {
      removeHostFile(dataDir)
      await door.close()
      await process.stop()
    },
  }
}

const openHostDoor = async ({ service }: PeerProcess, options: HeadlessOptions): Promise<Door> => {
  const { dataDir, port, clock, logger, onFault, rendererDir = rendererDirectory() } = options
  const onChannel: Parameters<typeof openDoor>[0]['onChannel'] = (channel) => serve(service, channel, { version, clock, logger, onFault })
  const door = await openDoor({ dataDir, rendererDir, port, clock, logger, onChannel })
  writeHostFile(dataDir, { url: door.url, pid: globalThis.process.pid, version })
  return door
}

/** With the address of the window to use instead, if the running host left one. */
const lockedBy = (dataDir: string, cause: unknown) => {
  const url = readHostFile(dataDir)?.url
  return new PeerError('STORE_LOCKED', { directory: dataDir, ...(url === undefined ? {} : { url }) }, { cause })
}
