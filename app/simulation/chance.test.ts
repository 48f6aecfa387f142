import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createChance, xoshiro } from './chance.ts'

test('is the xoshiro128** of its authors', () => {
  const next = xoshiro([1, 2, 3, 4])
  // The test vector of the Rust crate rand_xoshiro, from the reference code.
  const expected = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804]
  assert.deepEqual(expected.map(next), expected)
})

test('the same seed and name give the same stream, another seed or name another', () => {
  const draws = (seed: number, name: string) => Array.from({ length: 8 }, ((chance) => () => chance.uint53())(createChance(seed, name)))
  assert.deepEqual(draws(1, 'a'), draws(1, 'a'))
  assert.notDeepEqual(draws(1, 'a'), draws(2, 'a'))
  assert.notDeepEqual(draws(1, 'a'), draws(1, 'b'))
})

test('reaches every number of a range and every order of three', () => {
  const chance = createChance(7, 'ranges')
  const numbers = new Set(Array.from({ length: 200 }, () => chance.between(-2, 2)))
  assert.deepEqual([...numbers].sort((a, b) => a - b), [-2, -1, 0, 1, 2])
  assert.equal(new Set(Array.from({ length: 200 }, () => chance.shuffled([1, 2, 3]).join(''))).size, 6)
  const heads = Array.from({ length: 2000 }, () => chance.happens(0.25)).filter(Boolean).length
  assert.ok(heads > 400 && heads < 600)
  assert.equal(new Set(chance.bytes(4096)).size, 256)
})
