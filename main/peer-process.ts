/** Puts a peer on the real disk, network and clock: the same for every host. */
import { createServer } from 'node:net'
import { hostname } from 'node:os'
import path from 'node:path'
import type { PeerService } from '../app/api/peer-service.ts'
import type { Clock } from '../app/base/clock.ts'
import { NAME_CHARACTERS_MAX } from '../app/base/limits.ts'
import type { Logger } from '../app/base/logger.ts'
import { systemRandom } from '../app/base/random.ts'
import { createLibp2pNetwork } from '../app/network/libp2p.ts'
import { createMdnsDiscovery } from '../app/network/mdns.ts'
import { createPeer } from '../app/peer.ts'
import { createSqliteStore } from '../app/store/sqlite.ts'
import { readSmallFile, writePrivateFile } from './data-directory.ts'
import { watchMachine } from './machine-watch.ts'
import { version } from './version.ts'

export interface PeerProcessOptions {
  readonly dataDir: string
  /** Of this machine, until it is renamed; undefined: the operating system's name for it. */
  readonly name: string | undefined
  /** Multiaddrs; empty: all interfaces, at the port of last time if it is free. */
  readonly listen: readonly string[]
  readonly discovers: boolean
  readonly clock: Clock
  readonly logger: Logger
}

export interface PeerProcess {
  readonly service: PeerService
  addresses(): readonly string[]
  /** Saves what is under way, says goodbye, gives the data directory free. */
  stop(): Promise<void>
}

/** @throws STORE_LOCKED, STORE_BROKEN, STORE_FULL, NETWORK_PORT_IN_USE, NETWORK_ADDRESS_MALFORMED */
export const startPeerProcess = async ({ dataDir, name, listen, discovers, clock, logger }: PeerProcessOptions): Promise<PeerProcess> => {
  // The store comes first: its lock makes sure that nobody else uses what follows.
  const store = createSqliteStore(dataDir)
  const network = await createLibp2pNetwork({ listen, port: await usualPort(dataDir), clock, logger }).catch((error: unknown) => {
    store.close()
    throw error
  })
  const peer = createPeer({
    store,
    network,
    discoveries: discovers ? [createMdnsDiscovery({ clock, random: systemRandom(), logger })] : [],
    clock,
    random: systemRandom(),
    logger,
    machineName: machineName(name),
    version,
    keysAreUnprotected: true,
  })
  try {
    await peer.start()
  } catch (error) {
    await peer.stop()
    throw error
  }
  rememberPort(dataDir, network.addresses())
  const cancelWatch = watchMachine(clock, (change) => peer.refresh(change === 'woke'))
  const stop = () => {
    cancelWatch()
    return peer.stop()
  }
  return { service: peer, addresses: () => network.addresses(), stop }
}

/** The first label of the host name; never empty, never too long. */
export const machineName = (name: string | undefined, host: string = hostname()): string => {
  const plain = (name ?? host.split('.', 1)[0] ?? '').trim()
  return [...plain].slice(0, NAME_CHARACTERS_MAX).join('') || 'This machine'
}

const portFile = (dataDir: string) => path.join(dataDir, 'last-peer-port')
const PORT_IN_ADDRESS = /\/tcp\/(\d+)/

/** Others remember where this machine was; where nothing is multicast, that is how they find it again. */
const rememberPort = (dataDir: string, addresses: readonly string[]): void => {
  const port = addresses.map((address) => PORT_IN_ADDRESS.exec(address)?.[1]).find((found) => found !== undefined)
  if (port !== undefined) writePrivateFile(portFile(dataDir), `${port}\n`)
}

/** 0: any that is free. */
const usualPort = async (dataDir: string): Promise<number> => {
  const port = Number(readSmallFile(portFile(dataDir)) ?? 0)
  const isUsual = Number.isInteger(port) && port >= 1024 && port <= 65_535
  return isUsual && (await isFree(port)) ? port : 0
}

const isFree = async (port: number): Promise<boolean> => (await isFreeAt('0.0.0.0', port)) && (await isFreeAt('::', port))

/** A machine without IPv6 has every port of it free. */
const isFreeAt = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'))
    probe.listen({ host, port, ipv6Only: true, exclusive: true }, () => probe.close(() => resolve(true)))
  })
