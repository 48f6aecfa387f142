import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHex } from '../base/codec.ts'
import { deviceId, logId, sessionId } from '../base/ids.ts'
import { SIGNATURE_BYTES } from '../identity/crypto.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createChain, decodeStored, encodeStored, hashRun } from './chain.ts'
import { entryHashBytes } from './envelope.ts'
import { WORKSPACE } from './log.support.ts'

const log = logId(deviceId('d1'.repeat(32)), sessionId('5e'.repeat(16)))
const bodyOf = (seq: number, round = 0) => new Uint8Array(20 + seq % 7).fill(seq + round)
const signatureOf = (seq: number) => new Uint8Array(SIGNATURE_BYTES).fill(seq)

/** A chain on a real store beside a plain list of what it was given. */
const create = () => {
  const store = createMemoryStore()
  const chain = createChain(WORKSPACE, log, store)
  const model: { hash: string; isSigned: boolean }[] = []
  const extend = (isSigned: boolean, round = 0) => {
    const seq = chain.height
    const body = bodyOf(seq, round)
    const hash = entryHashBytes(chain.place(seq), body)
    store.batch([chain.put(seq, { body, signature: isSigned ? signatureOf(seq) : undefined })])
    chain.extend(hash, isSigned)
    model.push({ hash: toHex(hash), isSigned })
  }
  const check = (why: string) => {
    assert.equal(chain.height, model.length, why)
    assert.deepEqual(model.map((_, seq) => toHex(chain.hashAt(seq))), model.map(({ hash }) => hash), why)
    for (let from = 0; from <= model.length; from++) {
      for (let to = from; to <= model.length + 1; to++) {
        const expected = model.findLastIndex(({ isSigned }, seq) => isSigned && seq >= from && seq < to)
        assert.equal(chain.lastSigned(from, to), expected, `${why}: signed in ${from}..${to}`)
      }
    }
  }
  return { store, chain, model, extend, check }
}

test('knows the hash of every entry and the last signed one of every range, also when it was cut and grew again', () => {
  const { chain, model, extend, check } = create()
  check('empty')
  for (let seq = 0; seq < 37; seq++) extend(seq % 3 === 1)
  check('grown')
  for (const [round, to] of [36, 33, 32, 17, 16, 15, 5, 1, 0].entries()) {
    chain.truncate(to)
    model.length = to
    check(`cut at ${to}`)
    for (let more = 0; more < 3; more++) extend(more !== 1, round + 1)
    check(`cut at ${to} and grown`)
    chain.truncate(to)
    model.length = to
  }
})

test('an entry stands on the hash before it, the first on zeros', () => {
  const { chain, extend } = create()
  assert.equal(toHex(chain.place(0).previous), '00'.repeat(32))
  extend(true)
  const { workspace, log: of, seq, previous } = chain.place(1)
  assert.deepEqual([workspace, of, seq, toHex(previous)], [WORKSPACE, log, 1, toHex(chain.hashAt(0))])
})

test('hashes of a run go on from what is here', () => {
  const { chain, extend } = create()
  for (let seq = 0; seq < 20; seq++) extend(true)
  for (const from of [0, 1, 7, 16, 19]) {
    const bodies = Array.from({ length: 20 - from }, (_, index) => bodyOf(from + index))
    assert.deepEqual(hashRun(chain, from, bodies).map(toHex), bodies.map((_, index) => toHex(chain.hashAt(from + index))), `from ${from}`)
  }
})

test('entries are read back as they were put, and what is not here has its code', () => {
  const { store, chain, extend } = create()
  extend(true)
  extend(false)
  const plain = ({ body, signature }: ReturnType<typeof chain.read>) => ({ body: toHex(body), signature: signature && toHex(signature) })
  assert.deepEqual(plain(chain.read(0)), { body: toHex(bodyOf(0)), signature: toHex(signatureOf(0)) })
  assert.deepEqual(plain(chain.read(1)), { body: toHex(bodyOf(1)), signature: undefined })
  store.batch([chain.put(2, { body: bodyOf(2), signature: undefined })])
  assert.throws(() => chain.read(2), { code: 'LOG_ENTRY_MISSING' }, 'on disk, but beyond what counts')
  store.batch([{ kind: 'deletePrefix', prefix: ['w'] }])
  assert.throws(() => chain.read(1), { code: 'LOG_ENTRY_MISSING' })
})

test('where an entry lies on disk, and its bytes there, are those of version 0', () => {
  const { chain } = create()
  const put = chain.put(0x1f, { body: Uint8Array.of(1, 2), signature: undefined })
  assert.deepEqual(put, {
    kind: 'put', key: ['w', WORKSPACE, 'e', 'd1'.repeat(32), '5e'.repeat(16), '00000000001f'], value: Uint8Array.of(0, 1, 2),
  })
  const signed = encodeStored({ body: Uint8Array.of(7), signature: signatureOf(9) })
  assert.equal(toHex(signed), `01${'09'.repeat(64)}07`)
  assert.deepEqual(decodeStored(fromHex(toHex(signed))), { body: Uint8Array.of(7), signature: signatureOf(9) })
  assert.deepEqual(decodeStored(Uint8Array.of(0, 7)), { body: Uint8Array.of(7), signature: undefined })
})
