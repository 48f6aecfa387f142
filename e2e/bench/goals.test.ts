import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goals, judge } from './goals.ts'
import type { Row } from './result.ts'

const row = (id: string, values: readonly number[]): Row => ({ id, values, what: '', system: '', unit: 'ms', processes: '', network: '', durability: 'none' })
const goal = { id: 'g', what: '', ours: 'ours', theirs: 'theirs', most: 0.5, says: '' }

test('a ratio is judged by the median of the rounds', () => {
  assert.equal(judge(goal, [row('ours', [1, 1, 9]), row('theirs', [2, 4, 9])]).holds, true)
  const missed = judge(goal, [row('ours', [2, 2, 2]), row('theirs', [2, 3, 9])])
  assert.equal(missed.holds, false)
  assert.match(missed.text, /^0\.67 × \[0\.22–1\]$/)
})

test('what was not measured is neither met nor missed', () => {
  assert.equal(judge(goal, [row('ours', [1])]).holds, undefined)
  assert.equal(judge({ id: 'g', what: '', ours: 'ours', most: 5, says: '' }, []).holds, undefined)
})

test('a figure alone is judged as it is', () => {
  const alone = { id: 'g', what: '', ours: 'ours', most: 5, says: '' }
  assert.equal(judge(alone, [row('ours', [5])]).holds, true)
  assert.equal(judge(alone, [row('ours', [5.1])]).holds, false)
})

test('each goal has a name of its own', () => {
  assert.equal(new Set(goals.map(({ id }) => id)).size, goals.length)
})
