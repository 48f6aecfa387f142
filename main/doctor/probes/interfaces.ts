/** Addresses, tunnels and the default route of this machine. */
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { AddressFact } from '../facts.types.ts'

const TUNNEL = /^(tun|tap|utun|wg|ppp|tailscale|zt|nordlynx|proton|ipsec)/i
const LINK_LOCAL = /^(169\.254\.|fe[89ab])/i

export const readAddresses = (interfaces = networkInterfaces()): readonly AddressFact[] =>
  Object.entries(interfaces).flatMap(([name, list = []]) =>
    list.filter(({ internal }) => !internal).map(({ address, family }) =>
      ({ interface: name, address, isIpv6: family === 'IPv6', isLinkLocal: LINK_LOCAL.test(address) })))
    // Every IPv6 interface has one of these besides its real ones.
    .filter((fact, _, all) => {
      const hasOther = all.some((other) => other.interface === fact.interface && !other.isIpv6)
      return !(fact.isIpv6 && fact.isLinkLocal && hasOther)
    })

/** Of a Linux routing table, as /proc/net/route shows it: interface, destination, ..., mask as little-endian hex. VPNs lay two halves
 *  of the world over the default route. */
export const defaultRouteIn = (table: string): string | null => {
  const rows = table.split('\n').slice(1).map((line) => line.trim().split(/\s+/)).filter((row) => row.length > 7)
  const halves = rows.filter(([, to, , , , , , mask]) => mask === '00000080' && (to === '00000000' || to === '00000080'))
  const whole = rows.filter(([, to, , , , , , mask]) => mask === '00000000' && to === '00000000')
  const [best] = halves.length === 2 ? halves : whole.toSorted((a, b) => Number(a[6]) - Number(b[6]))
  return best?.[0] ?? null
}

/** Undefined where it can not be seen. */
export const readDefaultRoute = (): string | null | undefined => {
  try {
    return defaultRouteIn(readFileSync('/proc/net/route', 'utf8'))
  } catch {
    return undefined // not Linux
  }
}

export const tunnelsAmong = (names: readonly string[]): readonly string[] => [...new Set(names.filter((name) => TUNNEL.test(name)))]
