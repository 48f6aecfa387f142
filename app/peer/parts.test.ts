import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerError, type ErrorCode } from '../base/errors.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { StoreOperation } from '../store/store.ts'
import { typedAddress } from './typed-address.ts'
import { watchStore } from './watched-store.ts'

const put: StoreOperation = { kind: 'put', key: ['a'], value: new Uint8Array(1) }
const remove: StoreOperation = { kind: 'delete', key: ['a'] }

const createWatched = () => {
  const failing: { write?: ErrorCode; flush?: ErrorCode } = {}
  const told: (ErrorCode | undefined)[] = []
  const store = createMemoryStore()
  const watched = watchStore({
    ...store,
    batch: (operations) => {
      if (failing.write && operations.some((operation) => operation.kind === 'put')) throw new PeerError(failing.write)
      store.batch(operations)
    },
    synced: async () => {
      if (failing.flush) throw new PeerError(failing.flush)
    },
  }, () => void told.push(watched.problem))
  return { watched, failing, told }
}

test('a write that fails is noted until one succeeds; deleting says nothing of that', async () => {
  const { watched, failing, told } = createWatched()
  failing.write = 'STORE_FULL'
  assert.throws(() => watched.batch([put]), /STORE_FULL/)
  assert.throws(() => watched.batch([put]), /STORE_FULL/)
  watched.batch([remove])
  await watched.synced()
  assert.equal(watched.problem, 'STORE_FULL')
  delete failing.write
  watched.batch([put])
  assert.equal(watched.problem, undefined)
  assert.deepEqual(told, ['STORE_FULL', undefined], 'told once each')
})

test('a flush that fails is noted until one succeeds, whatever is written', async () => {
  const { watched, failing, told } = createWatched()
  failing.flush = 'STORE_FULL'
  await assert.rejects(watched.synced(), /STORE_FULL/)
  watched.batch([put])
  assert.equal(watched.problem, 'STORE_FULL')
  delete failing.flush
  await watched.synced()
  assert.deepEqual(told, ['STORE_FULL', undefined])
})

test('an address is taken as a person types it, or refused with a code', () => {
  assert.equal(typedAddress(' 192.168.1.7:4001 '), '/ip4/192.168.1.7/tcp/4001')
  assert.equal(typedAddress('[fe80::1%eth0]:4001'), '/ip6/fe80::1%eth0/tcp/4001')
  assert.equal(typedAddress('/ip4/10.0.0.1/tcp/1'), '/ip4/10.0.0.1/tcp/1')
  for (const wrong of ['', 'kitchen:4001', '192.168.1.7', '192.168.1.7:4001/x', ':4001', '/dns4/a/tcp/1', 'x'.repeat(5000)]) {
    assert.throws(() => typedAddress(wrong), (error) => error instanceof PeerError && error.code === 'NETWORK_ADDRESS_MALFORMED', wrong)
  }
})
