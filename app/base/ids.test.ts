import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as ids from './ids.ts'
import { PeerError } from './errors.ts'

const malformed = (error: unknown) => error instanceof PeerError && error.code === 'BASE_ID_MALFORMED'
const LONG = 'a1'.repeat(32)
const SHORT = 'a1'.repeat(16)

test('an id is lower-case hex of its one length, and nothing else', () => {
  for (const [make, good, other] of [
    [ids.workspaceId, LONG, SHORT], [ids.deviceId, LONG, SHORT], [ids.entryHash, LONG, SHORT],
    [ids.sessionId, SHORT, LONG], [ids.documentId, SHORT, LONG], [ids.inviteId, SHORT, LONG],
  ] as const) {
    assert.equal(make(good), good)
    for (const wrong of [other, good.toUpperCase(), `${good}\n`, ` ${good}`, good.slice(1), '', undefined, null, 7, [good], { toString: () => good }]) {
      assert.throws(() => make(wrong), malformed, `${make.name} ${String(wrong)}`)
    }
  }
})

test('an address is one of this machine’s kinds: no names to resolve, nothing behind it', () => {
  for (const good of ['/ip4/192.168.1.7/tcp/4001', '/ip6/fe80::1%eth0/tcp/4001', '/memory/a', `/ip4/10.0.0.1/tcp/1/p2p/${'Q'.repeat(46)}`]) assert.equal(ids.address(good), good)
  for (const wrong of ['/dns4/example.org/tcp/1', '/ip4/1.2.3.4/udp/1', '/ip4/1.2.3.4/tcp/123456', '/ip4/1.2.3.4/tcp/1/ws', '192.168.1.7:4001', '/ip4//tcp/1', `/memory/${'a'.repeat(65)}`]) {
    assert.throws(() => ids.address(wrong), malformed, wrong)
  }
})

test('a log names its device and its session', () => {
  const log = ids.logId(ids.deviceId(LONG), ids.sessionId(SHORT))
  assert.equal(log, `${LONG}.${SHORT}`)
  assert.deepEqual([ids.deviceOf(log), ids.sessionOf(log)], [LONG, SHORT])
})

test('what is quoted of a wrong id is short', () => {
  assert.throws(() => ids.deviceId('x'.repeat(10_000)), (error: PeerError) => String(error.details['text']).length <= 80)
})

test('what is no text is refused, even if it can not be shown', () => {
  const strange = [{ toString: 1, valueOf: 1 }, Object.create(null), [[]], null, 7]
  for (const each of strange) assert.throws(() => ids.deviceId(each), malformed)
})
