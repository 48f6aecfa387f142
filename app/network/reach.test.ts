import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address } from '../base/ids.ts'
import { hostOf, isDiallable, isLinkLocal, isPrivate } from './reach.ts'

test('a member may name machines of local networks only', () => {
  const yes = ['/ip4/10.0.0.1/tcp/1', '/ip4/192.168.1.7/tcp/4001', '/ip4/172.31.255.255/tcp/4001', '/ip4/169.254.9.9/tcp/4001', '/ip4/100.64.0.1/tcp/4001', '/ip6/fd00::7/tcp/4001', '/memory/machineA']
  const no = [
    '/ip4/127.0.0.1/tcp/5432', '/ip6/::1/tcp/5432', '/ip4/93.184.216.34/tcp/443', '/ip6/2606:2800::1/tcp/443', '/ip4/172.32.0.1/tcp/80', '/ip4/100.128.0.1/tcp/80',
    '/ip6/fe80::1/tcp/4001', '/ip6/fe80::1%eth0/tcp/4001', '/ip4/10.0.0.1/tcp/0', '/ip4/10.0.0.1/tcp/65536', '/ip4/10.0.0.1', '/ip4/10.0.0.256/tcp/1', '/ip4/10.0.0.1.2/tcp/1',
    '/ip4/10.0.0/tcp/1', '/ip6/10.0.0.1/tcp/1', '/ip6/::ffff:10.0.0.1/tcp/1', '/ip4/224.0.0.251/tcp/5353', '/ip4/0.0.0.0/tcp/4001', '/dns4/example.org/tcp/80',
  ]
  assert.deepEqual([...yes, ...no].filter(isPrivate), yes)
})

test('tells what can be dialled at all, and what means something on one interface only', () => {
  assert.deepEqual(['/ip4/93.184.216.34/tcp/443', '/ip6/fe80::1%eth0/tcp/1', '/ip6/::1/tcp/9', '/memory/x', '/ip4/1.2.3/tcp/1'].map(isDiallable), [true, true, true, false, false])
  assert.deepEqual(['/ip6/fe80::1%eth0/tcp/1', '/ip6/feb0::1/tcp/1', '/ip6/fd00::1/tcp/1', '/ip4/169.254.1.1/tcp/1'].map(isLinkLocal), [true, true, false, false])
  assert.deepEqual(['/ip6/fe80::1%eth0/tcp/1', '/ip4/10.0.0.1/tcp/1', '/memory/x'].map((text) => hostOf(address(text))), ['fe80::1', '10.0.0.1', undefined])
})
