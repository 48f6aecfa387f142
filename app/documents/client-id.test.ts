import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat } from '../base/codec.ts'
import { entryHash } from '../base/ids.ts'
import { createClientOwners } from './client-owners.ts'
import { deriveClientId, isScreen } from './client-id.ts'
import { createMemoryLog, sha256 } from './memory-log.fixture.ts'

test('a clientID is the first 53 bits of the hash, for ever', () => {
  const start = entryHash('0123456789abcdef'.repeat(4))
  const hash = sha256(concat([new TextEncoder().encode('lanyard-client-v0'), Uint8Array.from(Buffer.from(start, 'hex')), Uint8Array.from([0, 0, 1, 2])]))
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, '0')).join('').slice(0, 53)
  assert.equal(deriveClientId(sha256, start, 258), parseInt(bits, 2))
  assert.equal(deriveClientId(sha256, start, 258), 3_132_604_245_439_412)
})

test('screens are whole numbers of 32 bits', () => {
  assert.deepEqual([0, 1, 2 ** 32 - 1, 2 ** 32, -1, 0.5, NaN].map(isScreen), [true, true, true, false, false, false, false])
})

test('of two writers with one clientID the one with the lower start hash keeps it, whichever comes first', () => {
  const log = createMemoryLog({ device: 'A', session: 1 })
  const other = createMemoryLog({ device: 'B', session: 1 })
  for (const one of [log, other]) one.append([])
  for (const sealed of other.disk) log.accept(sealed)
  const same = () => new Uint8Array(32)
  const writers = [{ log: log.self, screen: 1 }, { log: other.self, screen: 1 }, { log: log.self, screen: 2 }]
  const isLower = log.startHash(log.self) < log.startHash(other.self)
  const winner = isLower ? writers[0]! : writers[1]!
  for (const order of [writers, [...writers].reverse()]) {
    const owners = createClientOwners(same, log)
    const displaced = order.map((writer) => owners.claim(writer))
    assert.equal(displaced[0], undefined)
    assert.deepEqual(writers.filter(owners.owns), [winner])
  }
})
