import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerError } from '../../app/base/errors.ts'
import { createChance } from './chance.ts'
import { minimise } from './minimise.ts'
import { mutate, mutations } from './mutate.ts'
import { reshapeCbor } from './reshape-cbor.ts'
import { decodeCbor, encodeCbor } from '../../app/base/codec.ts'
import { fuzz } from './run.ts'
import { NotTheSame, type Taker, type Target } from './target.types.ts'

const SAMPLE = Uint8Array.of(3, 1, 2, 3, 9)
const plan = { seed: 1, from: 0, collect: () => {}, findingsMax: 5 }

/** A length, so many bytes, and nothing behind them. */
const target = (take: Taker['take'], more: Partial<Taker> = {}): Target =>
  ({ name: 'toy', samples: [SAMPLE], tokens: [], lengthMax: 64, create: () => ({ take, ...more }) })
const run = (toy: Target, inputs = 20_000) => fuzz(toy, { ...plan, goesOn: (done) => done < inputs })
const refuse = () => new PeerError('BASE_BYTES_MALFORMED')

test('a decoder that refuses with a code passes; one that throws anything else is found, and made small', async () => {
  const sound = await run(target((input) => {
    if (input[0] !== input.length - 1) throw refuse()
    return undefined
  }))
  assert.deepEqual(sound.found, [])
  assert.equal(sound.taken + sound.refused['BASE_BYTES_MALFORMED']!, 20_000)
  const { found } = await run(target((input) => {
    if (input.length > 3 && input[2] === 0xff) throw new TypeError('undefined is not a function')
    throw refuse()
  }))
  assert.deepEqual([found[0]!.kind, found[0]!.input], ['uncoded', Uint8Array.of(0, 0, 0xff, 0)])
})

test('a code that the table does not hold, a value that changes, a state that changes, and a taker that stops working are found', async () => {
  assert.equal((await run(target(() => 'UNKNOWN'))).found[0]!.kind, 'uncoded')
  assert.equal((await run(target(() => { throw new NotTheSame('a') }))).found[0]!.kind, 'not the same again')
  let state = 0
  const forgetful = target((input) => {
    if (input[0] === 7) state++
    throw refuse()
  }, { digest: () => String(state) })
  const [changed] = (await run(forgetful)).found
  assert.deepEqual([changed!.kind, changed!.input], ['state changed', Uint8Array.of(7)])
  assert.equal((await run(target(() => 'BASE_BYTES_MALFORMED', { works: () => assert.fail('no more') }))).found[0]!.kind, 'stopped working')
})

test('memory that is kept is found', async () => {
  const kept: Uint8Array[] = []
  const hoarder = target(() => {
    kept.push(new Uint8Array(64 * 1024))
    return undefined
  })
  assert.equal((await run(hoarder, 2000)).found.at(-1)!.kind, 'memory')
})

test('the same seed makes the same inputs, and every mutation changes something', async () => {
  const material = { samples: [SAMPLE, Uint8Array.from({ length: 30 }, (_, at) => at)], tokens: [Uint8Array.of(1)], lengthMax: 1000 }
  const inputs = (seed: number) => Array.from({ length: 50 }, (_, at) => mutate(createChance(seed, 'a', at), material))
  assert.deepEqual(inputs(1), inputs(1))
  assert.notDeepEqual(inputs(1), inputs(2))
  for (const [name, change] of Object.entries(mutations)) {
    const changed = Array.from({ length: 50 }, (_, at) => change(SAMPLE, createChance(3, name, at), material))
    assert.ok(changed.some((input) => Buffer.compare(input, SAMPLE) !== 0), name)
  }
})

test('reshaped CBOR is canonical and another value', async () => {
  const value = { a: [1, 'b', new Uint8Array(3)], c: null }
  const reshaped = Array.from({ length: 200 }, (_, at) => reshapeCbor(encodeCbor(value), createChance(5, 'cbor', at), 0)!)
  for (const bytes of reshaped.filter((each) => each !== undefined && each.length < 500)) decodeCbor(bytes)
  assert.ok(new Set(reshaped.map((bytes) => Buffer.from(bytes ?? []).toString('hex'))).size > 50)
})

test('what fails is cut to what makes it fail', async () => {
  const input = Uint8Array.from({ length: 200 }, (_, at) => at)
  assert.deepEqual(minimise(input, (smaller) => smaller.includes(77)), Uint8Array.of(77))
})
