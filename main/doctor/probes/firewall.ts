/** What can be learnt of this machine's firewall without asking for more rights. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { FirewallFact } from '../facts.types.ts'
import { fateOf, type Packet } from '../ruleset.ts'

const WAIT_MS = 3000
const MDNS_PORT = 5353
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`

/** Undefined: there is no such program, or it may not look. */
const output = (file: string, ...args: readonly string[]): Promise<string | undefined> =>
  new Promise((resolve) => {
    const options = { timeout: WAIT_MS, maxBuffer: 16 * 1024 * 1024, env: { ...process.env, PATH } }
    execFile(file, args, options, (error, stdout) => resolve(error === null ? stdout : undefined))
  })

const ufwIsOn = (): boolean => {
  try {
    return /^ENABLED=yes$/m.test(readFileSync('/etc/ufw/ufw.conf', 'utf8'))
  } catch {
    return false // not installed
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // An old nft without JSON: nothing is known.
    return undefined
  }
}

/** @param ports of TCP that we listen at */
export const readFirewall = async (ports: readonly number[]): Promise<FirewallFact> => {
  if (process.platform !== 'linux') return { read: [], active: [], drops: [] }
  const [nft, firewalld] = await Promise.all([output('nft', '-j', 'list', 'ruleset'), output('firewall-cmd', '--state')])
  const active = [...(ufwIsOn() ? ['ufw'] : []), ...(firewalld?.includes('running') ? ['firewalld'] : [])]
  const ruleset = nft === undefined ? undefined : parsed(nft)
  if (ruleset === undefined) return { read: [], active, drops: [] }
  const packets: readonly Packet[] = [
    ...[...new Set(ports)].map((port) => ({ protocol: 'tcp' as const, port, direction: 'in' as const })),
    { protocol: 'udp', port: MDNS_PORT, direction: 'in' },
    { protocol: 'udp', port: MDNS_PORT, direction: 'out' },
  ]
  const fates = packets.map((packet) => ({ packet, fate: fateOf(ruleset, packet) }))
  const isUnsure = fates.some(({ fate }) => fate.kind === 'unsure')
  return {
    read: isUnsure ? [] : ['nftables'],
    active: isUnsure ? [...active, 'nftables'] : [],
    drops: fates.flatMap(({ packet, fate }) => (fate.kind === 'drop' ? [{ ...packet, rule: fate.rule }] : [])),
  }
}
