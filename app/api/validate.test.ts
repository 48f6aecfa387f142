import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerError } from '../base/errors.ts'
import { documentId } from '../base/ids.ts'
import { bytes, flag, id, isPlainObject, nullable, shape, text, whole, type Check } from './validate.ts'

const refuses = (check: Check<unknown>, ...values: unknown[]) => {
  for (const value of values) {
    assert.throws(() => check(value, 'field'), (error) => error instanceof PeerError && error.code === 'API_PARAMETER_INVALID', `took ${String(value)}`)
  }
}

test('each check takes what it names up to its limit, and nothing else', () => {
  assert.equal(text(3)('abc', 'field'), 'abc')
  refuses(text(3), 'abcd', 3, null, undefined, ['a'], new String('a'))
  assert.equal(bytes(2)(new Uint8Array(2), 'field').length, 2)
  refuses(bytes(2), new Uint8Array(3), [1], 'ab', new ArrayBuffer(2))
  assert.equal(whole(1, 5)(5, 'field'), 5)
  refuses(whole(1, 5), 0, 6, 1.5, NaN, Infinity, 3n, '3')
  assert.equal(flag(false, 'field'), false)
  refuses(flag, 0, 'true', null)
  assert.equal(nullable(flag)(null, 'field'), null)
  refuses(nullable(flag), undefined, 1)
  assert.equal(id(documentId)('0'.repeat(32), 'field'), '0'.repeat(32))
  refuses(id(documentId), '0'.repeat(31), 'G'.repeat(32), {}, null)
})

test('a shape has exactly its fields, and names the field that is wrong', () => {
  const point = shape<{ x: number; y: number }>({ x: whole(0, 9), y: whole(0, 9) })
  assert.deepEqual(point({ x: 1, y: 2 }, 'point'), { x: 1, y: 2 })
  refuses(point, { x: 1 }, { x: 1, y: 2, z: 3 }, [1, 2], null, 'x', new Map([['x', 1]]))
  assert.throws(() => point({ x: 1, y: -1 }, 'point'), (error: PeerError) => error.details['name'] === 'point.y')
})

test('an object with a strange prototype is no plain object', () => {
  assert.equal(isPlainObject({}), true)
  assert.equal(isPlainObject(Object.create(null)), true)
  assert.equal(isPlainObject(Object.create({ inherited: 1 })), false)
  assert.equal(isPlainObject(new Date(0)), false)
  refuses(shape<{ x: number }>({ x: whole(0, 9) }), Object.create({ x: 1 }))
})
