/** What every adapter of the Store port does. */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { ErrorCode } from '../base/errors.ts'
import type { Key, Store, StoreOperation } from './store.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const put = (key: Key, ...values: number[]): StoreOperation => ({ kind: 'put', key, value: bytes(...values) })
const keysOf = (store: Store, prefix: Key) => [...store.scan(prefix)].map((item) => item.key)
const coded = (code: ErrorCode) => ({ name: 'PeerError', code })

/** By UTF-8 bytes, segment by segment. The two last differ from the order of UTF-16 units. */
const KEYS_IN_ORDER: readonly Key[] = [
  [''], ['', ''], ['', 'z'], ['\u0001'], ['a'], ['a', ''], ['a', '', 'b'], ['a', '\u0001'], ['a', 'a'], ['a', 'b'], ['a', 'b', 'c'],
  ['a\u0001'], ['a\u0001', 'a'], ['aa'], ['ab'], ['ab', 'a'], ['b'], ['é'], ['\uffff'], ['𝄞'],
]

export const storeContract = (name: string, open: () => Store): void => {
  describe(`the store contract: ${name}`, () => {
    const opened: Store[] = []
    const openOne = () => {
      const store = open()
      opened.push(store)
      return store
    }
    afterEach(() => opened.splice(0).forEach((store) => store.close()))

    test('gives back what was put, the newest value of a key, and nothing for an unknown key', () => {
      const store = openOne()
      store.batch([put(['a'], 1), put(['b'], 2), put(['a'], 3)])
      assert.deepEqual(store.get(['a']), bytes(3))
      assert.deepEqual(store.get(['b']), bytes(2))
      assert.equal(store.get(['c']), undefined)
    })

    test('keeps empty values and values of 4 MiB', () => {
      const store = openOne()
      const large = new Uint8Array(4 * 1024 * 1024).map((_, at) => (at * 31) & 255)
      store.batch([put(['empty']), { kind: 'put', key: ['large'], value: large }])
      assert.deepEqual(store.get(['empty']), bytes())
      assert.ok(Buffer.from(large).equals(store.get(['large'])!))
      assert.deepEqual([...store.scan(['empty'])], [{ key: ['empty'], value: bytes() }])
    })

    test('shares no memory with its callers', () => {
      const store = openOne()
      const value = bytes(1, 2)
      store.batch([{ kind: 'put', key: ['a'], value }])
      value[0] = 9
      store.get(['a'])![0] = 9
      for (const item of store.scan([])) (item.value as Uint8Array)[0] = 9
      assert.deepEqual(store.get(['a']), bytes(1, 2))
    })

    test('scans in the order of UTF-8 bytes, segment by segment, high characters and empty segments included', () => {
      const store = openOne()
      store.batch([...KEYS_IN_ORDER].reverse().map((key) => put(key, 1)))
      assert.deepEqual(keysOf(store, []), KEYS_IN_ORDER)
      for (const key of KEYS_IN_ORDER) assert.deepEqual(store.get(key), bytes(1))
    })

    test('matches a prefix by whole segments, the prefix itself included', () => {
      const store = openOne()
      store.batch(KEYS_IN_ORDER.map((key) => put(key, 1)))
      for (const prefix of KEYS_IN_ORDER) {
        const expected = KEYS_IN_ORDER.filter((key) => prefix.every((segment, at) => key[at] === segment))
        assert.deepEqual(keysOf(store, prefix), expected, JSON.stringify(prefix))
      }
      assert.deepEqual(keysOf(store, ['a', 'b', 'c', 'd']), [])
    })

    test('deletes one key, a prefix by whole segments, or everything', () => {
      const store = openOne()
      store.batch(KEYS_IN_ORDER.map((key) => put(key, 1)))
      store.batch([{ kind: 'delete', key: ['b'] }, { kind: 'delete', key: ['unknown'] }])
      assert.equal(store.get(['b']), undefined)
      store.batch([{ kind: 'deletePrefix', prefix: ['a'] }])
      assert.deepEqual(keysOf(store, []), KEYS_IN_ORDER.filter((key) => key[0] !== 'a' && key[0] !== 'b'))
      store.batch([{ kind: 'deletePrefix', prefix: [] }])
      assert.deepEqual(keysOf(store, []), [])
    })

    test('runs the operations of a batch in their order', () => {
      const store = openOne()
      store.batch([put(['a', '1'], 1), { kind: 'deletePrefix', prefix: ['a'] }, put(['a', '2'], 2), put(['b'], 1), { kind: 'delete', key: ['b'] }])
      assert.deepEqual(keysOf(store, []), [['a', '2']])
    })

    test('writes nothing of a batch that holds one bad operation', () => {
      const store = openOne()
      store.batch([put(['a'], 1), put(['b'], 1)])
      const bad: readonly StoreOperation[] = [put(['c', '\0'], 2), { kind: 'delete', key: ['\0'] }, { kind: 'deletePrefix', prefix: ['x\0'] }]
      for (const operation of bad) {
        const batch = [put(['a'], 2), { kind: 'deletePrefix', prefix: ['b'] } as const, operation, put(['d'], 2)]
        assert.throws(() => store.batch(batch), coded('STORE_KEY_MALFORMED'))
      }
      assert.deepEqual([...store.scan([])], [{ key: ['a'], value: bytes(1) }, { key: ['b'], value: bytes(1) }])
    })

    test('refuses keys that would read like another: NUL, lone surrogates, no segments', () => {
      const store = openOne()
      for (const key of [['a\0b'], ['\ud800'], ['a', '\udc00x'], []]) {
        assert.throws(() => store.get(key), coded('STORE_KEY_MALFORMED'))
        assert.throws(() => store.batch([put(key, 1)]), coded('STORE_KEY_MALFORMED'))
      }
      assert.throws(() => [...store.scan(['a\0b'])], coded('STORE_KEY_MALFORMED'))
    })

    test('scans more than a page, several scans at once, and after one that was left half-way', () => {
      const store = openOne()
      const numbered = Array.from({ length: 1000 }, (_, at) => ['n', String(at).padStart(4, '0')])
      store.batch(numbered.map((key) => put(key, 7)))
      for (const item of store.scan(['n'])) if (item.key[1] === '0100') break
      const pairs = []
      const second = store.scan(['n'])[Symbol.iterator]()
      for (const item of store.scan(['n'])) pairs.push([item.key, second.next().value!.key])
      assert.deepEqual(pairs, numbered.map((key) => [key, key]))
      store.batch([put(['n', '0100'], 8)])
      assert.deepEqual(store.get(['n', '0100']), bytes(8))
    })

    test('holds a key once, however often it was put, and not at all when it was deleted', () => {
      const store = openOne()
      store.batch([put(['a'], 1), put(['b'], 1), put(['a'], 2)])
      store.batch([put(['a'], 3)])
      assert.deepEqual([...store.scan([])], [{ key: ['a'], value: bytes(3) }, { key: ['b'], value: bytes(1) }])
      store.batch([{ kind: 'delete', key: ['a'] }])
      assert.deepEqual(keysOf(store, []), [['b']])
    })

    test('a scan ends when the store is closed, begun or not, and though nothing is there', () => {
      const [store, empty] = [openOne(), openOne()]
      store.batch([put(['a'], 1), put(['b'], 1)])
      const begun = store.scan([])[Symbol.iterator]()
      begun.next()
      store.close()
      empty.close()
      assert.throws(() => begun.next(), coded('STORE_CLOSED'))
      for (const each of [store, empty]) assert.throws(() => [...each.scan([])], coded('STORE_CLOSED'))
    })

    test('scans keys that begin with the key before, wherever a page ends', () => {
      const store = openOne()
      const keys = Array.from({ length: 100 }, (_, at) => String(at).padStart(4, '0')).flatMap((name) => [['n', name], ['n', name, '']])
      store.batch([put(['m'], 1), ...keys.map((key) => put(key, 1))])
      assert.deepEqual(keysOf(store, ['n']), keys)
      assert.deepEqual(keysOf(store, []), [['m'], ...keys], 'and with the page shifted by one')
    })

    test('scans only what lies behind a key, whether that is there or not', () => {
      const store = openOne()
      const keys = [['a'], ['n'], ['n', '1'], ['n', '1', 'x'], ['n', '2'], ['n', '3'], ['nn'], ['o']]
      store.batch(keys.map((key) => put(key, 1)))
      const behind = (after: Key) => [...store.scan(['n'], after)].map(({ key }) => key.join('/'))
      assert.deepEqual(behind(['n', '1']), ['n/1/x', 'n/2', 'n/3'])
      assert.deepEqual(behind(['n', '15']), ['n/2', 'n/3'])
      assert.deepEqual(behind(['a']), ['n', 'n/1', 'n/1/x', 'n/2', 'n/3'])
      assert.deepEqual(behind(['n']), ['n/1', 'n/1/x', 'n/2', 'n/3'])
      assert.deepEqual(behind(['n', '3']), [])
      assert.deepEqual(behind(['nn']), [])
    })

    test('stops a scan under which something is written', () => {
      const store = openOne()
      store.batch([put(['a'], 1), put(['b'], 1)])
      const scan = store.scan([])[Symbol.iterator]()
      scan.next()
      store.batch([put(['c'], 1)])
      assert.throws(() => scan.next(), { name: 'InvariantError' })
    })

    test('resolves synced for nothing, for a batch, and for many callers', async () => {
      const store = openOne()
      await store.synced()
      store.batch([])
      store.batch([put(['a'], 1)])
      const first = store.synced()
      store.batch([put(['b'], 1)])
      await Promise.all([first, store.synced(), store.synced()])
      await store.synced()
    })

    test('says that it is closed, closes twice, and keeps its word to those who waited', async () => {
      const store = openOne()
      store.batch([put(['a'], 1)])
      const first = store.synced()
      store.batch([put(['b'], 1)])
      const second = store.synced()
      const scan = store.scan([])[Symbol.iterator]()
      store.close()
      store.close()
      await Promise.all([first, second])
      assert.throws(() => store.get(['a']), coded('STORE_CLOSED'))
      assert.throws(() => store.batch([put(['a'], 1)]), coded('STORE_CLOSED'))
      assert.throws(() => scan.next(), coded('STORE_CLOSED'))
      await assert.rejects(store.synced(), coded('STORE_CLOSED'))
    })
  })
}
