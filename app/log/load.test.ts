import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogId } from '../base/ids.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { decodeStored, encodeStored, entriesPrefix } from './chain.ts'
import { copyLog, draft, openLog, WORKSPACE, type TestLog } from './log.support.ts'

const itemsOf = (store: Store, log: LogId) => [...store.scan([...entriesPrefix(WORKSPACE), ...log.split('.')])]
const copyOf = (store: Store) => {
  const copy = createMemoryStore()
  // Entries only: what else a log keeps there is made from them.
  copy.batch([...store.scan(entriesPrefix(WORKSPACE))].map((item) => ({ kind: 'put', ...item })))
  return copy
}
const restart = (log: TestLog, store: Store) => {
  const again = openLog(log.keys, store)
  again.start()
  return again
}
/** A log of five entries, each signed by itself, and another one beside it. */
const create = () => {
  const [log, other] = [openLog(), openLog()]
  for (const text of ['1', '2', '3', '4']) log.append([draft(text)])
  other.append([draft('beside')])
  copyLog(other, log)
  return { log, other }
}
const change = (store: Store, log: LogId, seq: number, act: (bytes: Uint8Array) => Uint8Array | undefined) => {
  const { key, value } = itemsOf(store, log)[seq]!
  const changed = act(value)
  store.batch([changed ? { kind: 'put', key, value: changed } : { kind: 'delete', key }])
}
const unsigned = (bytes: Uint8Array) => encodeStored({ body: decodeStored(bytes).body, signature: undefined })
const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))

test('a log is read up to its first gap, whichever entry is missing, and the others whole', () => {
  const { log, other } = create()
  for (let seq = 0; seq < 5; seq++) {
    const store = copyOf(log.store)
    change(store, log.self, seq, () => undefined)
    const again = restart(log, store)
    assert.deepEqual([again.heightOf(log.self), again.heightOf(other.self), again.entries], [seq, 2, seq + 2], `without ${seq}`)
  }
})

test('a log is read up to its last valid signature, and nothing of it is forwarded beyond', () => {
  const { log } = create()
  const height = (act: (store: Store) => void) => {
    const store = copyOf(log.store)
    act(store)
    const again = restart(log, store)
    const run = again.readRun({ log: log.self, from: 0, to: Infinity, bytesMax: 1e6 })
    assert.equal(run ? run.from + run.bodies.length : 0, again.heightOf(log.self), 'what is here can be passed on')
    return again.heightOf(log.self)
  }
  assert.equal(height(() => {}), 5)
  assert.equal(height((store) => change(store, log.self, 4, unsigned)), 4, 'a tail without a signature')
  assert.equal(height((store) => change(store, log.self, 4, (bytes) => flipped(bytes, 5))), 4, 'a wrong signature')
  assert.equal(height((store) => {
    for (const seq of [3, 4]) change(store, log.self, seq, (bytes) => flipped(bytes, 5))
  }), 3, 'two wrong ones')
  assert.equal(height((store) => {
    for (const seq of [0, 1, 2, 3, 4]) change(store, log.self, seq, (bytes) => flipped(bytes, 5))
  }), 0, 'none right')
  assert.equal(height((store) => {
    for (const seq of [0, 1, 2, 3, 4]) change(store, log.self, seq, unsigned)
  }), 0, 'none at all')
  assert.equal(height((store) => change(store, log.self, 2, (bytes) => flipped(bytes, bytes.length - 1))), 2, 'a changed body breaks all after it')
})

test('an entry without a signature in the middle is fine, as a later one covers it', () => {
  const { log } = create()
  const store = copyOf(log.store)
  change(store, log.self, 2, unsigned)
  assert.equal(restart(log, store).heightOf(log.self), 5)
})
