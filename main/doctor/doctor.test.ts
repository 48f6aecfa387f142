import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columns } from '../cli/output.ts'
import { doctorText } from '../cli/commands/doctor.ts'
import type { Facts, HostFact } from './facts.types.ts'
import { judge } from './judge.ts'
import { CLOCK_OFFSET_MS_MAX, FLUSH_MS_MAX, FREE_BYTES_MIN, WAL_BYTES_MAX } from './judge-machine.ts'
import { defaultRouteIn, readAddresses, tunnelsAmong } from './probes/interfaces.ts'
import { fateOf, type Packet } from './ruleset.ts'

const NOW_MS = Date.UTC(2026, 10, 25, 12)
const HERE = '/ip4/10.0.0.1/tcp/4001'
const THERE = '/ip4/10.0.0.2/tcp/4001'
const ben = { address: THERE, state: 'connected', code: null, names: ['Ben'] }
const host: HostFact = {
  pid: 7, version: '1', discovers: true, addresses: [HERE], peers: [ben], missing: [], refusals: {}, hasTwin: false, ahead: null,
}
const address = { interface: 'eth0', address: '10.0.0.1', isIpv6: false, isLinkLocal: false }
const well: Facts = {
  version: '1', node: '24.1.0', platform: 'linux',
  addresses: [address],
  multicast: [{ address: '10.0.0.1', sent: true, heardOwn: true }],
  heardFrom: ['10.0.0.2'],
  tunnels: [], defaultRoute: 'eth0',
  own: [{ address: HERE, knock: 'answers' }], others: [],
  firewall: { read: ['nftables'], active: [], drops: [] },
  clock: { nowMs: NOW_MS, jumpedMs: 3, newestFileMs: NOW_MS - 1000 },
  disk: { directory: '/d', exists: true, filesystem: null, freeBytes: 1e10, flush: 2, walBytes: 0, openTo: null, isOwn: true, lockedBy: 7 },
  host,
}
const gone = { ...host, peers: [{ ...ben, state: 'unreachable' }], missing: ['Ben'] }
const knocked = (knock: Facts['others'][number]['knock']): Partial<Facts> => ({ host: gone, others: [{ address: THERE, knock }] })
const stopped: Partial<Facts> = { host: undefined, own: [], disk: { ...well.disk, lockedBy: null } }
const disk = (change: Partial<Facts['disk']>): Partial<Facts> => ({ disk: { ...well.disk, ...change } })
const clock = (change: Partial<Facts['clock']>): Partial<Facts> => ({ clock: { ...well.clock, ...change } })
const unknownFirewall = { read: [], active: [], drops: [] }

/** What differs from a machine where all is well -> the one code that must come, and its state. */
const TABLE: readonly (readonly [what: string, facts: Partial<Facts>, code: string, state: string])[] = [
  ['no address', { addresses: [], multicast: [] }, 'NO_ADDRESS', 'problem'],
  ['self-assigned', { addresses: [{ ...address, address: '169.254.1.2', isLinkLocal: true }] }, 'LINK_LOCAL_ONLY', 'problem'],
  ['two interfaces', { addresses: [address, { ...address, interface: 'wlan0' }] }, 'ADDRESSES_SEVERAL', 'ok'],
  ['nothing to ask from', { multicast: [] }, 'MULTICAST_UNTRIED', 'unknown'],
  ['may not send', { multicast: [{ address: '10.0.0.1', sent: 'EPERM', heardOwn: false }] }, 'MULTICAST_OUT_BLOCKED', 'problem'],
  ['does not hear itself', { multicast: [{ address: '10.0.0.1', sent: true, heardOwn: false }] }, 'MULTICAST_IN_BLOCKED', 'problem'],
  ['connected, never heard', { heardFrom: [] }, 'MULTICAST_NOT_PASSED', 'problem'],
  ['alone', { heardFrom: [], host: { ...host, peers: [] } }, 'MULTICAST_UNANSWERED', 'unknown'],
  ['no host, no port', stopped, 'PORT_UNTRIED', 'unknown'],
  ['listens nowhere', { own: [], host: { ...host, addresses: [] } }, 'PORT_NONE', 'problem'],
  ['own port silent', { own: [{ address: HERE, knock: 'timeout' }] }, 'PORT_BLOCKED', 'problem'],
  ['refused', knocked('refused'), 'MEMBER_REFUSES', 'problem'],
  ['no route', knocked('noRoute'), 'MEMBER_NO_ROUTE', 'problem'],
  ['timeout', knocked('timeout'), 'MEMBER_SILENT', 'problem'],
  ['blocked here', knocked('blocked'), 'MEMBER_BLOCKED_HERE', 'problem'],
  ['another failure', knocked('failed'), 'MEMBER_FAILS', 'problem'],
  ['nowhere to look', { host: { ...gone, peers: [] }, heardFrom: ['10.0.0.3'] }, 'MEMBER_NO_ADDRESS', 'problem'],
  ['nobody met', { host: { ...host, peers: [] } }, 'MEMBERS_NONE', 'unknown'],
  ['nobody to ask', stopped, 'MEMBERS_UNKNOWN', 'unknown'],
  ['all through a VPN', { tunnels: ['tun0'], defaultRoute: 'tun0' }, 'VPN_TAKES_ALL', 'problem'],
  ['a VPN beside', { tunnels: ['wg0'] }, 'VPN_BESIDE', 'ok'],
  ['a VPN, no route table', { tunnels: ['utun3'], defaultRoute: undefined }, 'VPN_ROUTE_UNKNOWN', 'unknown'],
  ['a rule that drops', { firewall: { ...well.firewall, drops: [{ port: 5353, protocol: 'udp', direction: 'in', rule: 'a rule' }] } }, 'FIREWALL_DROPS', 'problem'],
  ['rules for administrators', { firewall: { ...unknownFirewall, active: ['ufw'] } }, 'FIREWALL_UNREAD', 'unknown'],
  ['no word of a firewall', { firewall: unknownFirewall }, 'FIREWALL_UNKNOWN', 'unknown'],
  ['1970', clock({ nowMs: 0, newestFileMs: null }), 'CLOCK_IMPLAUSIBLE', 'problem'],
  ['set back', clock({ jumpedMs: -3_600_000 }), 'CLOCK_JUMPED', 'problem'],
  ['files from the future', clock({ newestFileMs: NOW_MS + CLOCK_OFFSET_MS_MAX + 1 }), 'CLOCK_BEHIND', 'problem'],
  ['changes from the future', { host: { ...host, ahead: { name: 'Ben', byMs: CLOCK_OFFSET_MS_MAX + 1 } } }, 'CLOCK_DIFFERS', 'problem'],
  ['clocks of others', stopped, 'CLOCK_OTHERS_UNKNOWN', 'unknown'],
  ['an old Node', { node: '20.9.0' }, 'NODE_TOO_OLD', 'problem'],
  ['another host version', { host: { ...host, version: '2' } }, 'VERSION_MIXED', 'problem'],
  ['a refused peer', { host: { ...host, peers: [{ ...ben, code: 'SYNC_VERSION_UNSUPPORTED' }] } }, 'VERSION_INCOMPATIBLE', 'problem'],
  ['a refused entry', { host: { ...host, refusals: { LOG_VERSION_UNSUPPORTED: 1 } } }, 'VERSION_INCOMPATIBLE', 'problem'],
  ['full', disk({ flush: 'ENOSPC' }), 'DISK_FULL', 'problem'],
  ['read-only', disk({ flush: 'EROFS' }), 'DISK_READ_ONLY', 'problem'],
  ['not allowed', disk({ flush: 'EACCES' }), 'DISK_NOT_ALLOWED', 'problem'],
  ['broken', disk({ flush: 'EIO' }), 'DISK_FAILS', 'problem'],
  ['nearly full', disk({ freeBytes: FREE_BYTES_MIN - 1 }), 'DISK_NEARLY_FULL', 'problem'],
  ['slow', disk({ flush: FLUSH_MS_MAX + 1 }), 'DISK_SLOW', 'problem'],
  ['a large log', disk({ walBytes: WAL_BYTES_MAX + 1 }), 'DISK_LOG_LARGE', 'problem'],
  ['a network disk', disk({ filesystem: 'nfs' }), 'DISK_UNSURE', 'problem'],
  ['not there yet', disk({ exists: false }), 'DATA_NONE', 'ok'],
  ['somebody else\'s', disk({ isOwn: false }), 'DATA_FOREIGN', 'problem'],
  ['open to others', disk({ openTo: '644' }), 'DATA_OPEN', 'problem'],
  ['held by a stranger', { ...disk({ lockedBy: 99 }), host: undefined, own: [] }, 'DATA_LOCKED', 'problem'],
  ['a silent host', { host: 'HOST_SILENT', own: [] }, 'HOST_SILENT', 'problem'],
  ['locks unseen', { ...disk({ lockedBy: undefined }), host: undefined, own: [] }, 'DATA_LOCK_UNKNOWN', 'unknown'],
  ['a twin', { host: { ...host, hasTwin: true } }, 'IDENTITY_CLONED', 'problem'],
  ['a fork', { host: { ...host, refusals: { LOG_FORKED: 1 } } }, 'IDENTITY_CLONED', 'problem'],
  ['no host to ask', stopped, 'IDENTITY_UNKNOWN', 'unknown'],
]

test('where all is well, every area says so, and none has anything to do', () => {
  const findings = judge(well)
  assert.deepEqual([...new Set(findings.map(({ state }) => state))], ['ok'])
  assert.equal(findings.length, 11)
  assert.ok(findings.every(({ fix }) => fix === null))
})

for (const [what, facts, code, state] of TABLE) {
  test(`${what}: ${code}`, () => {
    const findings = judge({ ...well, ...facts })
    const found = findings.find((finding) => finding.code === code)
    assert.equal(found?.state, state, JSON.stringify(findings.map((finding) => finding.code)))
    // One sentence, and one thing to do for every problem.
    assert.match(found?.sentence ?? '', /\.$/)
    if (state === 'problem') assert.match(found?.fix ?? '', /./)
    // One cause is one problem: nothing else may be blamed for it.
    const problems = findings.filter((finding) => finding.state === 'problem').map((finding) => finding.code)
    assert.deepEqual(problems, state === 'problem' ? [code] : [])
  })
}

test('the text has a word for each state, and the code of each problem', () => {
  const text = doctorText(judge({ ...well, ...disk({ flush: 'ENOSPC' }), firewall: unknownFirewall }))
  assert.match(text, /^ok +Address/m)
  assert.match(text, /^PROBLEM +Disk +Nothing can be written to \/d: the disk is full\.\n +What to do: Free some space.*\n +\(DISK_FULL\)/m)
  assert.match(text, /^unknown +Firewall/m)
  assert.match(text, /\n\n1 problem; 1 not known\.$/)
  assert.equal(columns([['a\u001b[31m']]).includes('\u001b'), false)
})

const ruleset = (policy: string, ...rules: readonly (readonly object[])[]) => ({
  nftables: [
    { chain: { family: 'inet', table: 'f', name: 'in', hook: 'input', policy } },
    { chain: { family: 'inet', table: 'f', name: 'more' } },
    ...rules.map((expr) => ({ rule: { family: 'inet', table: 'f', chain: 'in', expr } })),
    { rule: { family: 'inet', table: 'f', chain: 'more', expr: [{ match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: 4001 } }, { accept: null }] } },
  ],
})
const dport = (right: unknown, protocol = 'tcp', op = '==') => ({ match: { op, left: { payload: { protocol, field: 'dport' } }, right } })
const state = (right: unknown) => ({ match: { op: 'in', left: { ct: { key: 'state' } }, right } })
const onLoopback = { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'lo' } }
const fromSomewhere = { match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: '10.0.0.9' } }
const jump = { jump: { target: 'more' } }
const packet: Packet = { protocol: 'tcp', port: 4001, direction: 'in' }

const RULESETS: readonly (readonly [what: string, rules: unknown, fate: string])[] = [
  ['nothing', {}, 'accept'],
  ['no rules', ruleset('accept'), 'accept'],
  ['policy drop', ruleset('drop'), 'drop'],
  ['our port dropped', ruleset('accept', [dport(4001), { drop: null }]), 'drop'],
  ['our port rejected', ruleset('accept', [dport({ set: [22, 4001] }), { reject: null }]), 'drop'],
  ['a range that holds it', ruleset('accept', [dport({ range: [4000, 5000] }), { counter: null }, { drop: null }]), 'drop'],
  ['another port dropped', ruleset('accept', [dport(22), { drop: null }]), 'accept'],
  ['another protocol dropped', ruleset('accept', [dport(4001, 'udp'), { drop: null }]), 'accept'],
  ['all but another port dropped', ruleset('accept', [dport(22, 'tcp', '!='), { drop: null }]), 'drop'],
  ['accepted before the policy', ruleset('drop', [dport(4001), { accept: null }]), 'accept'],
  ['established and loopback accepted only', ruleset('drop', [state({ set: ['established', 'related'] }), { accept: null }], [onLoopback, { accept: null }]), 'drop'],
  ['accepted in a chain it jumps to', ruleset('drop', [jump]), 'accept'],
  ['returned before it', ruleset('accept', [dport(4001), { return: null }], [{ drop: null }]), 'accept'],
  ['dropped for some senders', ruleset('accept', [fromSomewhere, { drop: null }]), 'unsure'],
  ['a match of iptables', ruleset('drop', [{ xt: { type: 'match', name: 'recent' } }, { accept: null }]), 'unsure'],
  ['a chain that is missing', ruleset('accept', [{ jump: { target: 'gone' } }]), 'unsure'],
]
for (const [what, rules, fate] of RULESETS) test(`a firewall with ${what}: ${fate}`, () => assert.equal(fateOf(rules, packet).kind, fate))

test('the default route is that of the lowest metric, or of a VPN that covers it in two halves', () => {
  const head = 'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n'
  const row = (name: string, to: string, mask: string, metric = 0) => `${name} ${to} 00000000 0003 0 0 ${metric} ${mask} 0 0 0\n`
  const whole = row('wlan0', '00000000', '00000000', 600) + row('eth0', '00000000', '00000000', 100)
  assert.equal(defaultRouteIn(head + row('eth0', '0000000A', '000000FF')), null)
  assert.equal(defaultRouteIn(head + whole), 'eth0')
  assert.equal(defaultRouteIn(head + whole + row('tun0', '00000000', '00000080') + row('tun0', '00000080', '00000080')), 'tun0')
})

test('addresses: loopback is none, a link-local IPv6 address beside an IPv4 one is no news, tunnels are told by their names', () => {
  const of = (family: string, text: string, internal = false) => ({ family, address: text, internal, netmask: '', mac: '', cidr: null })
  const interfaces = { lo: [of('IPv4', '127.0.0.1', true)], eth0: [of('IPv4', '10.0.0.1'), of('IPv6', 'fe80::1')], eth1: [of('IPv6', 'fe80::2')] }
  const found = readAddresses(interfaces as unknown as Parameters<typeof readAddresses>[0])
  assert.deepEqual(found.map((fact) => [fact.address, fact.isLinkLocal]), [['10.0.0.1', false], ['fe80::2', true]])
  assert.deepEqual(tunnelsAmong(['eth0', 'tun0', 'wg1', 'utun4', 'wlan0', 'tun0']), ['tun0', 'wg1', 'utun4'])
})
