/** Runs all probes at once; takes some five seconds at most. */
import { version } from '../version.ts'
import type { Facts, HostFact } from './facts.types.ts'
import { newestFileMs, readDisk } from './probes/disk.ts'
import { readFirewall } from './probes/firewall.ts'
import { askHost } from './probes/host.ts'
import { readAddresses, readDefaultRoute, tunnelsAmong } from './probes/interfaces.ts'
import { knockAtAll } from './probes/knock.ts'
import { askByMulticast } from './probes/multicast.ts'

const portOf = (address: string): number => Number(/\/tcp\/(\d+)/.exec(address)?.[1] ?? 0)

/** Addresses that do not answer matter only while somebody is missing: others of a machine that is connected are just old. */
const lostAddresses = ({ missing, peers }: HostFact): readonly string[] =>
  missing.length === 0 ? [] : peers.filter(({ state }) => state !== 'connected').map(({ address }) => address)

const askNetwork = async (host: Facts['host'], own: readonly string[]) => {
  const asked = typeof host === 'object' ? host : undefined
  const listening = asked?.addresses ?? []
  const [heard, knockedOwn, knockedOthers, firewall] = await Promise.all([
    askByMulticast(own),
    knockAtAll(listening),
    knockAtAll(asked === undefined ? [] : lostAddresses(asked)),
    readFirewall(listening.map(portOf).filter((port) => port > 0)),
  ])
  return { ...heard, own: knockedOwn, others: knockedOthers, firewall }
}

export const lookAround = async (dataDir: string): Promise<Facts> => {
  const [wallMs, evenMs] = [Date.now(), performance.now()]
  const host = await askHost(dataDir)
  const addresses = readAddresses()
  const defaultRoute = readDefaultRoute()
  const network = await askNetwork(host, addresses.filter(({ isIpv6 }) => !isIpv6).map(({ address }) => address))
  const disk = readDisk(dataDir)
  const jumpedMs = Date.now() - wallMs - (performance.now() - evenMs)
  return {
    version,
    node: process.versions.node,
    platform: process.platform,
    addresses,
    ...network,
    tunnels: tunnelsAmong([...addresses.map((fact) => fact.interface), ...(typeof defaultRoute === 'string' ? [defaultRoute] : [])]),
    defaultRoute,
    clock: { nowMs: Date.now(), jumpedMs: Math.round(jumpedMs), newestFileMs: newestFileMs(dataDir) },
    disk,
    host,
  }
}
