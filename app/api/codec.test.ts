import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeCbor } from '../base/codec.ts'
import { commandKinds } from './command-checks.ts'
import { decodePeerMessage, decodeRequest, encodePeerMessage, encodeRequest } from './codec.ts'
import { exampleRequests as requests, exampleWorkspace as workspace, mutateBytes } from './codec.fixture.ts'

const refusal = (message: Uint8Array) => {
  const read = decodeRequest(message)
  return read.ok ? 'taken' : `${read.id} ${read.code}`
}

test('every command survives the trip, and none is missing here', () => {
  assert.deepEqual(new Set(requests.map(({ kind }) => kind)), new Set(commandKinds))
  for (const request of requests) {
    assert.deepEqual(decodeRequest(encodeRequest(request)), { ok: true, request })
  }
})

test('bytes that are no request are malformed, and name no request', () => {
  assert.equal(refusal(new Uint8Array(0)), '0 API_MESSAGE_MALFORMED')
  assert.equal(refusal(encodeCbor([])), '0 API_MESSAGE_MALFORMED')
  assert.equal(refusal(encodeCbor({ kind: 'status', takes: {} })), '0 API_MESSAGE_MALFORMED')
  assert.equal(refusal(encodeCbor({ id: 0, kind: 'status', takes: {} })), '0 API_MESSAGE_MALFORMED')
  assert.equal(refusal(new Uint8Array([...encodeCbor({ id: 1, kind: 'status', takes: {} }), 0])), '0 API_MESSAGE_MALFORMED')
  assert.equal(refusal(new Uint8Array(200_000).fill(0x81)), '0 API_MESSAGE_MALFORMED', 'deep nesting')
  assert.equal(refusal(Uint8Array.of(0x5a, 0x40, 0, 0, 0)), '0 API_MESSAGE_MALFORMED', 'a length of 1 GiB')
})

test('a request with an id is answered with what is wrong about it', () => {
  assert.equal(refusal(encodeCbor({ id: 7, kind: 'fly', takes: {} })), '7 API_COMMAND_UNKNOWN')
  assert.equal(refusal(encodeCbor({ id: 7, kind: 'constructor', takes: {} })), '7 API_COMMAND_UNKNOWN')
  assert.equal(refusal(encodeCbor({ id: 7, kind: 'status' })), '7 API_PARAMETER_INVALID')
  assert.equal(refusal(encodeCbor({ id: 7, kind: 'status', takes: { extra: 1 } })), '7 API_PARAMETER_INVALID')
  assert.equal(refusal(encodeCbor({ id: 7, kind: 'status', takes: {}, extra: 1 })), '7 API_MESSAGE_MALFORMED')
  assert.equal(refusal(encodeCbor({ id: 7, kind: 'workspace.invite', takes: { workspace: 'a' } })), '7 API_PARAMETER_INVALID')
})

test('what a peer says survives the trip, and undefined is left out', () => {
  const gives = { a: 1, b: undefined, c: [undefined, NaN], d: new Uint8Array([9]) }
  const read = decodePeerMessage(encodePeerMessage({ kind: 'answer', id: 5, gives }))
  assert.deepEqual(read, { kind: 'answer', id: 5, gives: { a: 1, c: [null, null], d: Uint8Array.of(9) } })
  const failure = { kind: 'failure', id: 5, code: 'STORE_FULL', details: { neededBytes: 4 } } as const
  assert.deepEqual(decodePeerMessage(encodePeerMessage(failure)), failure)
  const welcome = { kind: 'welcome', welcome: { protocol: 0, version: '0.1.0' } } as const
  assert.deepEqual(decodePeerMessage(encodePeerMessage(welcome)), welcome)
  const event = { kind: 'event', event: { kind: 'documents', workspace } } as const
  assert.deepEqual(decodePeerMessage(encodePeerMessage(event)), event)
})

test('a code that this version does not know reads as UNKNOWN', () => {
  assert.deepEqual(decodePeerMessage(encodeCbor({ id: 1, code: 'FUTURE_CODE', details: {} })), { kind: 'failure', id: 1, code: 'UNKNOWN', details: {} })
})

test('20,000 mutated messages are each taken or refused with a code, and nothing throws', () => {
  const messages = requests.map(encodeRequest)
  const counts: Record<string, number> = {}
  fc.assert(
    fc.property(fc.nat(messages.length - 1), fc.nat(1000), fc.nat(255), fc.nat(3), (which, at, byte, how) => {
      const read = decodeRequest(mutateBytes(messages[which]!, at, byte, how))
      const outcome = read.ok ? 'taken' : read.code
      counts[outcome] = (counts[outcome] ?? 0) + 1
    }),
    { numRuns: 20_000, seed: 7 },
  )
  assert.deepEqual(Object.keys(counts).sort(), ['API_COMMAND_UNKNOWN', 'API_MESSAGE_MALFORMED', 'API_PARAMETER_INVALID', 'taken'])
})
