import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createPeer } from '../peer.ts'
import type { PeerPorts } from '../peer.types.ts'
import { drawPlan } from './draw-plan.ts'
import { MACHINES_MIN } from './plan.ts'
import type { Plan } from './plan.ts'
import { readPlan } from './read-plan.ts'
import { shrinkPlan, simplerPlans, START } from './shrink.ts'
import type { Cursor } from './shrink.ts'
import { simulate } from './simulate.ts'
import { storyOf } from './story.ts'
import { turn } from './testing/turn.ts'

/** Plans for fast-check: drawn from its own chance, and shrunk the way plans are. */
class Plans extends fc.Arbitrary<Plan> {
  generate(chance: fc.Random): fc.Value<Plan> {
    return new fc.Value(drawPlan(chance.nextInt(1, 2 ** 31 - 1), { machines: 2, activeMs: 1200, faults: ['powerCut', 'split'] }), START)
  }
  canShrinkWithoutContext(value: unknown): value is Plan {
    return typeof value === 'object'
  }
  shrink(plan: Plan, cursor?: unknown): fc.Stream<fc.Value<Plan>> {
    const candidates = simplerPlans(plan, cursor as Cursor | undefined)
    return fc.stream((function* () {
      for (const candidate of candidates) yield new fc.Value(candidate.plan, candidate.next)
    })())
  }
}

const isKill = (plan: Plan) => plan.steps.some(({ kind }) => kind === 'kill')
const isSplit = (plan: Plan) => plan.steps.some(({ kind }) => kind === 'split')

test('finds the two steps of two hundred that matter, and leaves nothing else', async () => {
  let plan = drawPlan(1, { machines: 5, activeMs: 16_000, faults: ['kill', 'split', 'stop'] })
  for (let seed = 2; !isKill(plan) || !isSplit(plan); seed++) plan = drawPlan(seed, { machines: 5, activeMs: 16_000, faults: ['kill', 'split', 'stop'] })
  const shrunk = await shrinkPlan(plan, async (candidate) => isKill(candidate) && isSplit(candidate), 2000)
  assert.deepEqual(shrunk.plan.steps.map(({ kind }) => kind).sort(), ['kill', 'split'])
  assert.equal(shrunk.plan.machines, MACHINES_MIN)
  assert.equal(shrunk.plan.quarrel || shrunk.plan.network.streamsMix || shrunk.plan.replies > 0 || shrunk.plan.lateMs !== undefined, false)
  assert.ok(shrunk.plan.activeMs < 2000 && shrunk.runs < 2000, `${shrunk.plan.activeMs} ms, ${shrunk.runs} runs`)
  assert.equal(storyOf(shrunk.plan).length, 4)
})

test('every simpler plan is one that can be run, and numbers its machines without gaps', () => {
  fc.assert(fc.property(fc.nat(), (seed) => {
    const plan = drawPlan(seed, { activeMs: 2000 })
    for (const { plan: simpler } of simplerPlans(plan)) {
      readPlan(JSON.parse(JSON.stringify(simpler)))
      // One more than there are: the copy of a disk.
      for (const { machine, other = 0 } of simpler.steps) assert.ok(machine <= simpler.machines && other < simpler.machines)
    }
  }), { numRuns: 30 })
})

const LIE = (ports: PeerPorts) => createPeer({ ...ports, store: { ...ports.store, synced: async () => {} } })
const run = (plan: Plan) => simulate(plan, { turn, rest: turn, createPeer: LIE, strayErrors: [], tell: () => {} })

/** Every run takes a moment, on a busy machine a long one: then what is found so far is told. */
const RUNS_MAX = 40
const MS_MAX = 45_000

test('fast-check finds a disk that lies, and tells it as a story of a few sentences', async () => {
  const startMs = performance.now()
  let found: { readonly plan: Plan; readonly property: unknown } | undefined
  let runs = 0
  const holds = async (plan: Plan) => {
    if (found && (runs++ >= RUNS_MAX || performance.now() - startMs > MS_MAX)) return true
    const [property] = (await run(plan)).properties
    if (property !== undefined) found ??= { plan, property }
    return property === undefined || property !== found?.property
  }
  const details = await fc.check(fc.asyncProperty(new Plans(), holds), { numRuns: 30, seed: 3 })
  assert.ok(details.counterexample && found, 'it was found')
  const [smallest] = details.counterexample
  assert.ok(smallest.steps.length < found.plan.steps.length, `${found.plan.steps.length} steps before`)
  assert.ok(storyOf(smallest).length <= 12, storyOf(smallest).join('\n'))
  assert.equal((await run(smallest)).properties[0], found.property)
})
