import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPeer } from '../peer.ts'
import type { PeerPorts } from '../peer.types.ts'
import { drawPlan } from './draw-plan.ts'
import { simulate } from './simulate.ts'
import { turn } from './testing/turn.ts'

const host = { turn, rest: turn, createPeer, strayErrors: [], tell: () => {} }
const run = (seed: number, create = createPeer) =>
  simulate(drawPlan(seed, { machines: 3, activeMs: 6000 }), { ...host, createPeer: create })

test('the same seed gives the same run to the last byte, another seed another run', async () => {
  const [first, again, other] = [await run(7), await run(7), await run(8)]
  assert.deepEqual(first.faults, [])
  assert.equal(first.verdict, 'pass')
  assert.deepEqual(again, first)
  assert.notEqual(other.traceHash, first.traceHash)
  assert.ok(first.counts.edits > 10 && first.counts.saved > 10 && first.counts.frames > 100)
})

/** Fails on at least one of a few seeds, and says `fault`. */
const assertFound = async (createBroken: (ports: PeerPorts) => ReturnType<typeof createPeer>, fault: RegExp) => {
  for (let seed = 1; seed <= 8; seed++) {
    const { verdict, faults } = await run(seed, createBroken)
    if (verdict === 'fail' && faults.some((line) => fault.test(line))) return
  }
  assert.fail(`nothing was found that says ${fault}`)
}

test('finds a disk that says it flushed and did not', () =>
  assertFound((ports) => createPeer({ ...ports, store: { ...ports.store, synced: async () => {} } }), /was called saved and is gone|is not as it was|says that .* holds everything/))

test('finds a store that forgets one key in a hundred', () => {
  let puts = 0
  return assertFound((ports) => createPeer({
    ...ports,
    store: { ...ports.store, batch: (operations) => ports.store.batch(operations.filter(({ kind }) => kind !== 'put' || ++puts % 100 !== 0)) },
  }), /./)
})
