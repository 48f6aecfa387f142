/** Plans that once failed must pass: each file says what it was, and at which commit. Plans and not seeds, which mean another run as soon
 *  as anything is drawn differently. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createPeer } from '../peer.ts'
import { readPlan } from './read-plan.ts'
import { simulate } from './simulate.ts'
import { turn } from './testing/turn.ts'

const FOLDER = join(import.meta.dirname, 'regressions')
const files = existsSync(FOLDER) ? readdirSync(FOLDER) : []

for (const file of files.filter((name) => name.endsWith('.json'))) {
  const { what, commit, plan } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))
  test(`${file}: ${what} (${commit})`, async () => {
    const report = await simulate(readPlan(plan), { turn, rest: turn, createPeer, strayErrors: [], tell: () => {} })
    assert.deepEqual(report.faults, [])
  })
}

test('a plan that makes no sense is refused whole, with the part that is wrong', () => {
  const network = { shortMs: [1, 1], longMs: [1, 1], longShare: 0, jitterMs: 1, streamsMix: false }
  const good = { seed: 1, machines: 2, activeMs: 100, windows: 1, replies: 0, middleCuts: 0, quarrel: false, network, steps: [] }
  assert.deepEqual(readPlan(good), good)
  const wrong: readonly [object, RegExp][] = [
    [{ machines: 1 }, /machines/], [{ seed: -1 }, /seed/], [{ steps: [{ atMs: 1, kind: 'explode', machine: 0 }] }, /step 0: kind/],
    [{ steps: [{ atMs: 1, kind: 'kill', machine: 0, forMs: 0.5 }] }, /how long/], [{ network: { ...network, shortMs: [9, 1] } }, /ways/],
    [{ steps: [{ atMs: 1, kind: 'split', machine: 0, groups: [['A']] }] }, /groups/],
  ]
  for (const [part, what] of wrong)
    assert.throws(() => readPlan({ ...good, ...part }), (error: { code?: string; details?: { what?: string } }) => error.code === 'SIMULATION_PLAN_INVALID' && what.test(error.details?.what ?? ''))
  for (const given of [null, [], 'plan', 7]) assert.throws(() => readPlan(given))
})
