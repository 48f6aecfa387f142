import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inkOn } from './cursor.ts'

test('a name is black on light colours and white on dark ones', () => {
  assert.equal(inkOn('#ffe66d'), 'black')
  assert.equal(inkOn('#1d3557'), 'white')
  assert.equal(inkOn('#ffffff'), 'black')
  assert.equal(inkOn('#000000'), 'white')
})
