import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerError } from '../../app/base/errors.ts'
import { columns, counted, errorJson, errorText, sortedJson, timeText } from './output.ts'

test('keys are sorted at every depth, and the order of lists is kept', () => {
  assert.equal(sortedJson({ b: [{ d: 1, c: 2 }, 1], a: { f: null, e: true } }), '{"a":{"e":true,"f":null},"b":[{"c":2,"d":1},1]}')
})

test('columns are aligned, and a name can not move the terminal’s cursor', () => {
  assert.equal(columns([['a', 'b'], ['long', 'c'], ['é', '']]), 'a     b\nlong  c\né')
  assert.equal(columns([['\u001b[2Jx\ny', 'z']]), ' [2Jx y  z')
  assert.equal(columns([]), '')
})

test('an unknown time is never shown as a time', () => {
  const noon = new Date(2026, 4, 6, 12, 3).getTime()
  assert.equal(timeText(null, noon), 'never')
  assert.equal(timeText(noon, noon + 1000), 'today 12:03')
  assert.equal(timeText(noon, noon + 24 * 3600 * 1000), '2026-05-06 12:03')
})

test('counts read as a person would say them', () => {
  assert.deepEqual([counted(1, 'note'), counted(0, 'note'), counted(2, 'entry')], ['1 note', '0 notes', '2 entries'])
})

test('an error is its sentence and its code, in both forms', () => {
  const error = new PeerError('STORE_LOCKED', { url: 'http://127.0.0.1:1/' })
  assert.match(errorText(error), /^Lanyard is already running.*\n {2}http:\/\/127\.0\.0\.1:1\/\n {2}\(STORE_LOCKED\)$/)
  const { error: json } = JSON.parse(errorJson(error)) as { error: Record<string, unknown> }
  assert.deepEqual(Object.keys(json), ['code', 'details', 'sentence'])
  assert.equal((JSON.parse(errorJson(new Error('x'))) as { error: { code: string } }).error.code, 'UNKNOWN')
})
