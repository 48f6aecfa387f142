import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createChance } from '../chance.ts'
import { runSwarm, type SwarmOptions } from './swarm.ts'
import { createEdges, TOPOLOGIES, type Edges } from './topology.ts'

const swarm = (options: Partial<SwarmOptions> = {}) =>
  runSwarm({ seed: 1, peers: 16, topology: 'regular', degree: 6, entries: 10, isFlooding: false, ...options })

test('everything ends everywhere, in any topology, though links were cut and peers were gone', async () => {
  for (const topology of TOPOLOGIES) {
    const report = await swarm({ topology })
    assert.deepEqual(report.faults, [], topology)
    assert.equal(report.verdict, 'pass')
    assert.equal(report.stream.entries, 10)
  }
})

test('the same seed is the same run, another seed another', async () => {
  const [one, again, other] = [await swarm(), await swarm(), await swarm({ seed: 2 })]
  assert.deepEqual(again, one)
  assert.notEqual(other.traceHash, one.traceHash)
})

test('the meter counts what a flood costs: a copy over every link but those the news came by', async () => {
  const { first, links, peers } = await swarm({ isFlooding: true })
  // Each link carries it at least once, at most once each way.
  assert.ok(first.entryMessagesPerPeer * (peers - 1) >= links && first.entryMessagesPerPeer * (peers - 1) <= 2 * links)
  assert.equal(first.duplicates, Math.round(first.entryMessagesPerPeer * (peers - 1)) - (peers - 1))
})

const reachedFrom = (start: number, edges: Edges): ReadonlySet<number> => {
  const reached = new Set([start])
  for (let before = 0; before < reached.size;) {
    before = reached.size
    for (const [a, b] of edges) if (reached.has(a) || reached.has(b)) reached.add(a).add(b)
  }
  return reached
}

test('every topology is connected, and nobody has ten times the neighbours that were asked for', () => {
  for (const topology of TOPOLOGIES) {
    const edges = createEdges({ topology, peers: 120, degree: 8 }, createChance(1, 'topology'))
    assert.equal(reachedFrom(0, edges).size, 120, topology)
    if (topology !== 'full') assert.ok(edges.length <= 120 * 8, topology)
  }
})
