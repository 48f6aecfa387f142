import assert from 'node:assert/strict'
import type { NetworkInterfaceInfo } from 'node:os'
import { test } from 'node:test'
import { ADDRESSES_PER_PEER_MAX } from '../../base/limits.ts'
import { boundTo, hasIpv6, reachableAddresses } from './interfaces.ts'

const at = (address: string, internal = false) =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo
const LOOPBACK = { lo: [at('127.0.0.1', true), at('::1', true)] }
const ANY = [{ host: '0.0.0.0', port: 4001 }, { host: '::', port: 4002 }]

test('tells one address per usable interface, the likeliest first', () => {
  const interfaces = {
    ...LOOPBACK,
    docker0: [at('172.17.0.1')],
    tun0: [at('10.8.0.2')],
    eth1: [at('169.254.3.4')],
    eth0: [at('fe80::1'), at('fd00::7'), at('192.168.1.7')],
  }
  assert.deepEqual(reachableAddresses(ANY, interfaces), [
    '/ip4/192.168.1.7/tcp/4001',
    '/ip6/fd00::7/tcp/4002',
    '/ip4/169.254.3.4/tcp/4001',
    '/ip4/172.17.0.1/tcp/4001',
    '/ip4/10.8.0.2/tcp/4001',
  ])
})

test('tells loopback only where there is nothing else, or where it was asked for', () => {
  assert.deepEqual(reachableAddresses([{ host: '0.0.0.0', port: 4001 }], LOOPBACK), ['/ip4/127.0.0.1/tcp/4001'])
  const both = { ...LOOPBACK, eth0: [at('192.168.1.7')] }
  assert.deepEqual(reachableAddresses([{ host: '127.0.0.1', port: 4001 }], both), ['/ip4/127.0.0.1/tcp/4001'])
})

test('a machine with very many interfaces tells only some', () => {
  const interfaces = { eth0: Array.from({ length: 99 }, (_, index) => at(`10.0.0.${index}`)) }
  assert.equal(reachableAddresses(ANY, interfaces).length, ADDRESSES_PER_PEER_MAX)
})

test('a wildcard keeps its place, with the port that it was given', () => {
  const given = ['/ip4/127.0.0.1/tcp/33333', '/ip4/192.168.1.7/tcp/33333', '/ip6/fd00::7/tcp/44444']
  assert.deepEqual(boundTo(['/ip4/0.0.0.0/tcp/0', '/ip6/::/tcp/0'], given), [{ host: '0.0.0.0', port: 33333 }, { host: '::', port: 44444 }])
  assert.deepEqual(boundTo(['/ip4/127.0.0.1/tcp/33333'], given), [{ host: '127.0.0.1', port: 33333 }])
})

test('knows whether there is IPv6 at all', () => {
  assert.deepEqual([hasIpv6(LOOPBACK), hasIpv6({ eth0: [at('10.0.0.1')] }), hasIpv6({})], [true, false, false])
})
