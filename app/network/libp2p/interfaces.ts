import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'
import type { Address } from '../../base/ids.ts'
import { ADDRESSES_PER_PEER_MAX } from '../../base/limits.ts'

/** Bridges and tunnels of this machine: others can seldom reach us there. */
const VIRTUAL = /^(docker|br-|virbr|veth|tun|tap|utun|wg|zt|tailscale|vmnet|vboxnet|cni|flannel|podman)/i
const WILDCARDS: Readonly<Record<string, string>> = { '0.0.0.0': 'IPv4', '::': 'IPv6' }

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>

/** What a listener is bound to; the host may be a wildcard. */
export interface Bound {
  readonly host: string
  readonly port: number
}

/** Where we listen in the end: what was asked for, with the ports that were given out.
 *  @param given addresses that libp2p lists, wildcards replaced by this machine's addresses */
export const boundTo = (asked: readonly string[], given: readonly string[]): Bound[] => {
  const found = given.map(parts)
  return asked.map(parts).flatMap(({ family, host, port }) => {
    const isSame = (one: Bound & { family: string }) => one.family === family && (host in WILDCARDS || one.host === host)
    const same = found.filter((one) => isSame(one) && (port === 0 || one.port === port))
    return [...new Set(same.map((one) => one.port))].map((ofThis) => ({ host, port: ofThis }))
  })
}

const parts = (address: string) => {
  const [, family = '', host = '', , port = ''] = address.split('/')
  return { family, host, port: Number(port) }
}

/** Whether this machine speaks IPv6 at all. */
export const hasIpv6 = (interfaces: Interfaces = networkInterfaces()): boolean =>
  Object.values(interfaces).some((list) => list?.some(({ family }) => family === 'IPv6'))

/** Where others may reach what listens at `bound`: one address per usable interface, the likeliest first. */
export const reachableAddresses = (bound: readonly Bound[], interfaces: Interfaces = networkInterfaces()): Address[] => {
  const hosts = usableHosts(interfaces)
  const spelled = bound.flatMap(({ host, port }) => {
    const family = WILDCARDS[host]
    const found = family ? hosts.filter((candidate) => candidate.family === family) : [{ ip: host, rank: 0 }]
    return found.map(({ ip, rank }) => ({ rank, address: `/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}/tcp/${port}` as Address }))
  })
  spelled.sort((one, other) => one.rank - other.rank)
  return [...new Set(spelled.map(({ address }) => address))].slice(0, ADDRESSES_PER_PEER_MAX)
}

const usableHosts = (interfaces: Interfaces) => {
  const all = Object.entries(interfaces).flatMap(([name, list]) => (list ?? []).map((info) => ({ ...info, name })))
  // A link-local IPv6 address means nothing without naming our own interface.
  const usable = all.filter(({ address }) => !/^fe[89ab]/i.test(address))
  const external = usable.filter(({ internal }) => !internal)
  return (external.length > 0 ? external : usable).map((info) => ({ ip: info.address, family: info.family, rank: rankOf(info) }))
}

const rankOf = ({ name, family, address }: { name: string; family: string; address: string }): number => {
  const isSelfAssigned = address.startsWith('169.254.')
  return (VIRTUAL.test(name) ? 4 : 0) + (isSelfAssigned ? 2 : 0) + (family === 'IPv6' ? 1 : 0)
}
