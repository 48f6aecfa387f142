import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { storeContract } from '../store/store.contract.ts'
import { createChance } from './chance.ts'
import { createDisk } from './disk.ts'
import { turn } from './testing/turn.ts'
import { createPeerClock, createVirtualTime } from './virtual-time.ts'

storeContract('simulated disk', () => createDisk(createChance(1, 'disk')).open(systemClock()))

const set = (name: string) => ({ kind: 'put', key: [name], value: Uint8Array.of(1) }) as const
const create = (seed = 1) => {
  const time = createVirtualTime(turn)
  const disk = createDisk(createChance(seed, 'disk'))
  const open = () => disk.open(createPeerClock(time, () => 0))
  const names = () => {
    const store = open()
    const found = [...store.scan([])].map((item) => item.key[0])
    store.close()
    return found.join('')
  }
  return { time, disk, open, names }
}

test('a kill keeps every batch, and says nothing more to who waited', async () => {
  const { time, disk, open, names } = create()
  const store = open()
  store.batch([set('a')])
  let isSynced = false
  void store.synced().then(() => { isSynced = true })
  disk.kill()
  await time.run(1000)
  assert.equal(isSynced, false)
  assert.equal(names(), 'a')
  assert.throws(() => store.batch([set('b')]), { code: 'STORE_CLOSED' })
})

test('a power cut takes a tail of whole batches, none before a resolved synced', async () => {
  const left = new Set<string>()
  for (let seed = 0; seed < 40; seed++) {
    const { time, disk, open, names } = create(seed)
    const store = open()
    store.batch([set('a'), set('b')])
    const synced = store.synced()
    store.batch([set('c'), set('d')])
    await time.settle(synced, 1000)
    store.batch([set('e'), set('f')])
    disk.cutPower()
    left.add(names())
  }
  assert.deepEqual([...left].sort(), ['ab', 'abcd', 'abcdef'])
})

test('a flush takes its time', async () => {
  const { time, disk, open } = create()
  disk.flushMs = 1000
  const store = open()
  store.batch([set('a')])
  let isSynced = false
  void store.synced().then(() => { isSynced = true })
  await time.run(499)
  assert.equal(isSynced, false)
  await time.run(501)
  assert.equal(isSynced, true)
})

test('a full disk refuses what it would have to write, whole, and lets delete', () => {
  const { disk, open } = create()
  const store = open()
  store.batch([set('a')])
  disk.isFull = true
  assert.throws(() => store.batch([{ kind: 'delete', key: ['a'] }, set('b')]), { code: 'STORE_FULL' })
  assert.deepEqual([...store.scan([])].length, 1)
  store.batch([{ kind: 'delete', key: ['a'] }])
  disk.isFull = false
  store.batch([set('b')])
  assert.deepEqual([...store.scan([])].map((item) => item.key[0]), ['b'])
})

test('a copy holds everything written, flushed or not, and the two go their own ways', () => {
  const [first, second] = [create(), create()]
  const store = first.open()
  store.batch([set('a')])
  second.disk.copyFrom(first.disk)
  store.batch([set('b')])
  const copy = second.open()
  copy.batch([set('c')])
  const namesIn = (of: typeof store) => [...of.scan([])].map((item) => item.key[0]).join('')
  assert.deepEqual([namesIn(store), namesIn(copy)], ['ab', 'ac'])
})
