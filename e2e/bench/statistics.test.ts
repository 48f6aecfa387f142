import assert from 'node:assert/strict'
import { test } from 'node:test'
import { figure, median, percentile, ratios, spread } from './statistics.ts'

test('a percentile is one of the figures, by nearest rank, in any order', () => {
  const values = [5, 1, 4, 2, 3]
  assert.deepEqual([0, 0.2, 0.5, 0.95, 1].map((share) => percentile(values, share)), [1, 1, 3, 5, 5])
  assert.deepEqual(values, [5, 1, 4, 2, 3])
  const hundred = Array.from({ length: 100 }, (_, at) => at + 1)
  assert.deepEqual([percentile(hundred, 0.95), percentile(hundred, 0.99)], [95, 99])
  assert.throws(() => percentile([], 0.5))
})

test('the median of an even number is the mean of the middle two', () => {
  assert.equal(median([9, 1, 3]), 3)
  assert.equal(median([9, 1, 3, 5]), 4)
  assert.throws(() => median([]))
})

test('a ratio is taken round by round, as far as both were measured', () => {
  assert.deepEqual(ratios([2, 30, 5], [1, 10]), [2, 3])
  // Each round twice as slow, whatever the machine did: the ratio of the medians would say 10.
  assert.equal(median(ratios([2, 20, 200], [1, 10, 100])), 2)
})

test('figures have as many digits as they are worth', () => {
  assert.deepEqual([0.1234, 12.345, 1234.5].map(figure), ['0.12', '12.3', '1,235'])
  assert.equal(spread([3, 1, 2]), '2 [1–3]')
  assert.equal(spread([1.5]), '1.5')
})
