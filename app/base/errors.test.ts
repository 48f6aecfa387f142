import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf, errorCode, errorTable, PeerError, sentence, type ErrorCode } from './errors.ts'

const codes = Object.keys(errorTable) as ErrorCode[]

test('every code names its area and has a sentence for the person here and for the other side', () => {
  for (const code of codes) {
    assert.match(code, /^[A-Z]+(_[A-Z]+)*$/, code)
    assert.match(sentence(code), /^[A-Z].*[.a-z]$/, code)
    assert.ok(errorTable[code].remote.length > 0 && errorTable[code].remote.length < 60, code)
  }
})

test('what the other side is told says nothing of this person’s files, keys or names', () => {
  for (const code of codes) assert.doesNotMatch(errorTable[code].remote, /disk|directory|file|window|--/i, code)
})

test('a code that a newer version sent reads as UNKNOWN, whatever it is', () => {
  for (const value of ['LATER_THAN_THIS', 'toString', '__proto__', 'constructor', '', 7, null, undefined, {}]) assert.equal(errorCode(value), 'UNKNOWN')
  for (const code of codes) assert.equal(errorCode(code), code)
})

test('anything thrown has a code', () => {
  assert.equal(codeOf(new PeerError('STORE_FULL')), 'STORE_FULL')
  for (const thrown of [new Error('STORE_FULL'), 'STORE_FULL', undefined, null]) assert.equal(codeOf(thrown), 'UNKNOWN')
})

test('an error carries its code, its details and its cause', () => {
  const cause = new Error('below')
  const error = new PeerError('STORE_FULL', { neededBytes: 7 }, { cause })
  assert.deepEqual([error.name, error.code, error.details, error.cause], ['PeerError', 'STORE_FULL', { neededBytes: 7 }, cause])
  assert.ok(error.message.includes(sentence('STORE_FULL')))
})
