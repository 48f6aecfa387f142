import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeCbor, encodeCbor, fromHex, toHex } from '../base/codec.ts'
import { deviceId, inviteId } from '../base/ids.ts'
import { decodeControl, encodeControl, type Control } from './control.ts'

const filled = (bytes: number, value: number) => new Uint8Array(bytes).fill(value)
const invite = inviteId('1f'.repeat(16))

const golden: readonly (readonly [Control, string])[] = [
  [{ kind: 'invite', invite, key: filled(32, 7), expiresMs: 1_800_000_000_000 }, 'a4636b657958200707070707070707070707070707070707070707070707070707070707070707646b696e6466696e7669746566696e76697465501f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f67657870697265731b000001a3185c5000'],
  [{
    kind: 'admit', invite, device: deviceId('d1'.repeat(32)), sealKey: filled(32, 1), transcript: filled(32, 2),
    proof: { byInvite: filled(64, 3), byDevice: filled(64, 4) },
  }, 'a7646b696e646561646d6974666465766963655820d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d166696e76697465501f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f677365616c4b657958200101010101010101010101010101010101010101010101010101010101010101686279446576696365584004040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404686279496e766974655840030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303036a7472616e73637269707458200202020202020202020202020202020202020202020202020202020202020202'],
  [{ kind: 'profile', name: 'Küche' }, 'a2646b696e646770726f66696c65646e616d65664bc3bc636865'],
  [{ kind: 'leave' }, 'a1646b696e64656c65617665'],
]

for (const [control, bytes] of golden) {
  test(`the bytes of a control entry of the kind ${control.kind} are those of version 0, and are read back`, () => {
    assert.equal(toHex(encodeControl(control)), bytes)
    assert.deepEqual(decodeControl(fromHex(bytes)), control)
  })
}

test('what a newer version wrote is no control entry known here', () => {
  for (const value of [{ kind: 'moved' }, {}, null, 7, 'invite', []]) assert.equal(decodeControl(encodeCbor(value)), undefined)
})

test('a field of the wrong kind or size is refused', () => {
  const wrong: Record<string, readonly unknown[]> = {
    invite: [filled(15, 1), 'x'.repeat(16), Array.from({ length: 16 }, () => 1)], key: [filled(33, 7), 'x'.repeat(32)], expires: ['soon', null],
    device: [filled(31, 1), 5], sealKey: [filled(31, 1), filled(33, 1)], transcript: [filled(31, 1), null],
    byInvite: [filled(63, 1)], byDevice: [filled(65, 1)],
    name: [5, null, filled(3, 1)],
  }
  let tried = 0
  for (const [, bytes] of golden) {
    const fields = decodeCbor(fromHex(bytes)) as Record<string, unknown>
    for (const [name, values] of Object.entries(wrong).filter(([field]) => field in fields)) {
      for (const value of values) {
        assert.throws(() => decodeControl(encodeCbor({ ...fields, [name]: value })), { code: 'LOG_ENTRY_MALFORMED' }, `${fields['kind']}.${name}`)
        tried += 1
      }
    }
  }
  assert.equal(tried, 21)
})

test('a name longer than any that is shown is cut', () => {
  const named = (length: number) => decodeControl(encodeCbor({ kind: 'profile', name: 'x'.repeat(length) }))
  assert.deepEqual(named(240), { kind: 'profile', name: 'x'.repeat(240) })
  assert.deepEqual(named(241), { kind: 'profile', name: 'x'.repeat(240) })
})
