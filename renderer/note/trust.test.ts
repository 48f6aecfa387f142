import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MachineHoldsView, WhereView } from '../../app/api/views.ts'
import { deviceId, documentId } from '../../app/base/ids.ts'
import { ALL_SAVED } from './edits.ts'
import { savedHere, trustOf, withoutNewEdits } from './trust.ts'

const machine = (name: string, change: Partial<MachineHoldsView> = {}): MachineHoldsView => ({
  device: deviceId('ab'.repeat(32)),
  name,
  self: false,
  holds: 'all',
  asOfMs: 1,
  reachable: true,
  lastHeardMs: 1,
  ...change,
})
const here = machine('Desk', { self: true })
const document = documentId('cd'.repeat(16))
const where = (machines: readonly MachineHoldsView[], saved = true): WhereView => ({ document, saved, machines })

test('counts a machine only by a receipt that covers everything, however reachable it is', () => {
  const machines = [here, machine('Kitchen'), machine('Attic', { holds: 'behind' }), machine('Shed', { holds: 'unknown' })]
  const trust = trustOf(ALL_SAVED, where(machines), true)
  assert.deepEqual(trust, { kind: 'saved', on: 2, of: 4, silent: [] })
})

test('names the machines that can not be reached, the longest silent first', () => {
  const silent = { reachable: false, lastHeardMs: null }
  const machines = [here, machine('Kitchen', { ...silent, lastHeardMs: 50 }), machine('Attic', silent)]
  const trust = trustOf(ALL_SAVED, where(machines), true)
  assert.equal(trust.kind, 'saved')
  assert.deepEqual(trust.silent.map(({ name }) => name), ['Attic', 'Kitchen'])
})

test('unsent edits win over whatever the peer says', () => {
  assert.deepEqual(trustOf({ kind: 'sending', waiting: [] }, where([here, machine('Kitchen')]), true), { kind: 'saving' })
})

test('this machine counts only when saved', () => {
  assert.deepEqual(trustOf(ALL_SAVED, where([here, machine('Kitchen')], false), true), { kind: 'saving' })
})

test('a receipt from before the newest edit proves nothing of it', () => {
  const before = where([here, machine('Kitchen')])
  assert.deepEqual(trustOf(ALL_SAVED, savedHere(withoutNewEdits(before)), true), { kind: 'saved', on: 1, of: 2, silent: [] })
})

test('a machine that nothing is known of stays unknown, also after an edit', () => {
  assert.equal(withoutNewEdits(where([here, machine('Kitchen', { holds: 'unknown' })])).machines[1]?.holds, 'unknown')
})

test('without a connection nothing is claimed', () => {
  const known = where([here, machine('Kitchen')])
  assert.deepEqual(trustOf(ALL_SAVED, known, false), { kind: 'unknown' })
  assert.deepEqual(trustOf({ kind: 'kept', code: 'API_CHANNEL_CLOSED', hasEdits: true }, known, false), { kind: 'windowOnly' })
})

test('what the peer refused is said to be refused', () => {
  const kept = { kind: 'kept', code: 'STORE_FULL', hasEdits: true } as const
  assert.deepEqual(trustOf(kept, where([here]), true), { kind: 'refused', code: 'STORE_FULL' })
})
