/** From what was seen of the network to sentences: pure. */
import type { Facts, Knock } from './facts.types.ts'
import { findingsOf, type Finding } from './finding.ts'

const list = (items: readonly string[]) => [...new Set(items)].join(', ')
const TYPED = 'on one machine run "lanyard status" for its address, on the other "lanyard connect ADDRESS".'

export const judgeAddresses = ({ addresses }: Facts): readonly Finding[] => {
  const { ok, problem } = findingsOf('Address')
  const usable = addresses.filter(({ isLinkLocal }) => !isLinkLocal)
  const named = (facts: typeof addresses) => list(facts.map((fact) => `${fact.address} (${fact.interface})`))
  if (addresses.length === 0) {
    return [problem('NO_ADDRESS', 'This machine has no network address: no other machine can reach it.', 'Plug in the cable or join the Wi-Fi, then run this again.')]
  }
  if (usable.length === 0) {
    return [problem('LINK_LOCAL_ONLY', `This machine gave itself an address, ${named(addresses)}: the network gave it none.`, 'Check the cable and the router; a machine with an address of the router can not reach this one.')]
  }
  const several = new Set(usable.map((fact) => fact.interface)).size > 1
  return [ok(several ? 'ADDRESSES_SEVERAL' : 'ADDRESS', `This machine is at ${named(usable)}.${several ? ' Lanyard uses all of them.' : ''}`)]
}

const isConnected = ({ host }: Facts) => typeof host === 'object' && host.peers.some(({ state }) => state === 'connected')

export const judgeMulticast = (facts: Facts): readonly Finding[] => {
  const { multicast, heardFrom } = facts
  const { ok, problem, unknown } = findingsOf('Multicast')
  if (multicast.length === 0) return [unknown('MULTICAST_UNTRIED', 'Without an address nothing can be said to everybody on the network.')]
  const mute = multicast.filter(({ sent }) => sent !== true)
  const deaf = multicast.filter(({ sent, heardOwn }) => sent === true && !heardOwn)
  const at = (items: typeof multicast) => list(items.map(({ address, sent }) => (sent === true ? address : `${address}, ${sent}`)))
  const findings: Finding[] = []
  if (mute.length > 0) findings.push(problem('MULTICAST_OUT_BLOCKED', `This machine may not send multicast (${at(mute)}): others do not find it by themselves.`, `Allow outgoing UDP port 5353 in this machine's firewall; until then, ${TYPED}`))
  if (deaf.length > 0) findings.push(problem('MULTICAST_IN_BLOCKED', `This machine does not hear multicast, not even its own (${at(deaf)}): it does not find others by itself.`, `Allow incoming UDP port 5353 in this machine's firewall; until then, ${TYPED}`))
  if (findings.length > 0) return findings
  if (heardFrom.length > 0) return [ok('MULTICAST', `Multicast leaves and arrives; answered from ${list(heardFrom)}.`)]
  if (isConnected(facts)) return [problem('MULTICAST_NOT_PASSED', 'Another machine is connected, but its multicast does not arrive: the network does not pass it on.', `Switch off "client isolation" or "multicast filtering" in the router or access point; until then, ${TYPED}`)]
  return [unknown('MULTICAST_UNANSWERED', 'Multicast leaves this machine, but nobody answered: either no other Lanyard runs here, or the network does not pass it on.', `Start Lanyard on another machine, then run this again; if it stays so, ${TYPED}`)]
}

export const judgeOwnPort = ({ own, host, firewall }: Facts): readonly Finding[] => {
  const { ok, problem, unknown } = findingsOf('Own port')
  if (typeof host !== 'object') return [unknown('PORT_UNTRIED', 'Lanyard is not running here, so there is no port to try.', 'Start it with: lanyard serve')]
  if (own.length === 0) return [problem('PORT_NONE', 'Lanyard runs, but listens nowhere that others could reach.', 'Restart it, without --listen.')]
  const shut = own.filter(({ knock }) => knock !== 'answers')
  if (shut.length === 0) return [ok('PORT', `Lanyard answers at ${list(own.map(({ address }) => address))}, from this machine itself.`)]
  const rule = firewall.drops.find(({ protocol, direction }) => protocol === 'tcp' && direction === 'in')
  return [problem('PORT_BLOCKED', `Lanyard runs, but does not answer at ${list(shut.map(({ address }) => address))}, not even to this machine${rule === undefined ? '' : `: a firewall rule drops it (${rule.rule})`}.`, 'Allow incoming TCP for Lanyard in this machine\'s firewall.')]
}

const WHY: Readonly<Record<Exclude<Knock, 'answers'>, readonly [code: string, why: string, fix: string]>> = {
  refused: ['MEMBER_REFUSES', 'its machine is there, but Lanyard does not run at that address', 'Start Lanyard there; if it runs, its address or port is another one now.'],
  noRoute: ['MEMBER_NO_ROUTE', 'no machine with that address is on this network', 'Check that it is switched on and on the same network as this one.'],
  timeout: ['MEMBER_SILENT', 'nothing came back', 'It may be off or asleep, or a firewall there or a network in between drops the packets: check these in this order.'],
  blocked: ['MEMBER_BLOCKED_HERE', 'this machine\'s own firewall does not let us ask', 'Allow outgoing TCP for Lanyard in this machine\'s firewall.'],
  failed: ['MEMBER_FAILS', 'the system could not connect', 'Check the network settings of this machine.'],
}

export const judgeOthers = (facts: Facts): readonly Finding[] => {
  const { host, others } = facts
  const { ok, problem, unknown } = findingsOf('Others')
  if (typeof host !== 'object') return [unknown('MEMBERS_UNKNOWN', 'Only a running Lanyard knows where the others are.', 'Start it with: lanyard serve')]
  const connected = host.peers.filter(({ state }) => state === 'connected')
  const known = (address: string) => host.peers.find((peer) => peer.address === address)?.names.join(', ')
  const nameOf = (address: string) => known(address) || (host.missing.length === 1 ? host.missing[0] : `one of ${list(host.missing)}`)
  const findings = others.filter(({ knock }) => knock !== 'answers').map(({ address, knock }) => {
    const [code, why, fix] = WHY[knock as keyof typeof WHY]
    return problem(code, `${nameOf(address)}, last known at ${address}, is not reachable: ${why}.`, fix)
  })
  if (connected.length > 0) return [ok('MEMBERS', `Connected now: ${list(connected.map(({ address, names }) => names.join(', ') || address))}.`), ...findings]
  if (findings.length === 0 && host.missing.length > 0) return [problem('MEMBER_NO_ADDRESS', `${list(host.missing)} can not be reached, and no address of theirs is known.`, `Start Lanyard there on this network; if it is not found, ${TYPED}`)]
  return findings.length > 0 ? findings : [unknown('MEMBERS_NONE', 'No other machine has been met yet.', 'Start Lanyard on another machine of this network, or use an invitation link.')]
}

export const judgeTunnels = ({ tunnels, defaultRoute }: Facts): readonly Finding[] => {
  const { ok, problem, unknown } = findingsOf('VPN')
  if (defaultRoute !== null && defaultRoute !== undefined && tunnels.includes(defaultRoute)) {
    return [problem('VPN_TAKES_ALL', `All traffic leaves through the VPN ${defaultRoute}: it may hide the machines next to this one.`, 'Allow "local network" or "LAN access" in the VPN, or switch it off while you work together.')]
  }
  if (tunnels.length > 0 && defaultRoute === undefined) return [unknown('VPN_ROUTE_UNKNOWN', `A VPN is up (${list(tunnels)}); whether it takes all traffic can not be seen here.`, 'If others are not found, switch it off and run this again.')]
  if (tunnels.length > 0) return [ok('VPN_BESIDE', `A VPN is up (${list(tunnels)}), and local traffic goes beside it.`)]
  return [ok('VPN_NONE', 'No VPN is up.')]
}

export const judgeFirewall = ({ firewall: { read, active, drops } }: Facts): readonly Finding[] => {
  const { ok, problem, unknown } = findingsOf('Firewall')
  const dropped = drops.map(({ port, protocol, direction, rule }) =>
    problem('FIREWALL_DROPS', `A firewall rule drops ${direction === 'in' ? 'incoming' : 'outgoing'} ${protocol.toUpperCase()} port ${port}: ${rule}.`, `Allow it: with ufw "ufw allow ${port}/${protocol}", with firewalld "firewall-cmd --add-port=${port}/${protocol}", or remove the rule.`))
  if (dropped.length > 0) return dropped
  if (active.length > 0) return [unknown('FIREWALL_UNREAD', `A firewall is on (${list(active)}), and its rules can only be read by an administrator.`, 'Allow incoming TCP for Lanyard and UDP port 5353, or run this as administrator to see whether they are.')]
  if (read.length > 0) return [ok('FIREWALL', `No rule that drops Lanyard's packets was found (${list(read)}).`)]
  return [unknown('FIREWALL_UNKNOWN', 'Whether a firewall is on can not be seen by this user.', 'If others do not find this machine, allow incoming TCP for Lanyard and UDP port 5353.')]
}
