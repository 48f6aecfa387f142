import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceId, logId, sessionId, type LogId, type SessionId } from '../base/ids.ts'
import { createSeededRandom } from '../network/testing/world.ts'
import { holdsOf, withReceipt, type DeviceReceipts } from './holdings.ts'
import type { Receipt } from './receipt.ts'

const D = deviceId('d1'.repeat(32))
const logOf = (index: number): LogId => logId(deviceId(index.toString(16).padStart(64, '0')), sessionId('0'.repeat(32)))
const sessionNamed = (index: number): SessionId => sessionId(index.toString(16).padStart(32, '0'))
const hashOf = (height: number) => new Uint8Array(8).fill(height)
const [A, B] = [logOf(1), logOf(2)]

type Heights = Readonly<Record<LogId, number>>

/** @param supersedes [session, up to which counter] */
const receipt = (session: number, counter: number, heights: Heights, supersedes: readonly (readonly [number, number])[] = []): Receipt => ({
  device: D, session: sessionNamed(session), counter, timeMs: 0,
  rows: new Map(Object.entries(heights).map(([log, height]) => [log as LogId, { height, shortHash: hashOf(height) }])),
  supersedes: new Map(supersedes.map(([of, upTo]) => [sessionNamed(of), upTo])),
})
const heard = (...receipts: Receipt[]): DeviceReceipts => receipts.reduce<DeviceReceipts>(withReceipt, new Map())
const holds = (receipts: DeviceReceipts | undefined, extent: Heights, ours: Parameters<typeof holdsOf>[2] = () => undefined) =>
  holdsOf(receipts, new Map(Object.entries(extent) as [LogId, number][]), ours)

test('without a receipt nothing is known, which is not the same as behind', () => {
  assert.equal(holds(undefined, { [A]: 1 }), 'unknown')
  assert.equal(holds(new Map(), { [A]: 1 }), 'unknown')
  assert.equal(holds(heard(receipt(1, 1, {})), { [A]: 1 }), 'behind')
})

test('a machine holds what its receipt reaches, in every log', () => {
  const known = heard(receipt(1, 1, { [A]: 5, [B]: 2 }))
  assert.equal(holds(known, { [A]: 5, [B]: 2 }), 'all')
  assert.equal(holds(known, { [A]: 4 }), 'all')
  assert.equal(holds(known, { [A]: 6 }), 'behind')
  assert.equal(holds(known, { [logOf(3)]: 1 }), 'behind')
})

test('as many entries of another history are not the same entries', () => {
  const known = heard(receipt(1, 1, { [A]: 5 }))
  assert.equal(holds(known, { [A]: 5 }, (_, seq) => hashOf(seq + 1)), 'all')
  assert.equal(holds(known, { [A]: 5 }, () => hashOf(99)), 'behind')
})

test('a later receipt of a session replaces an earlier one, and never the other way round', () => {
  assert.equal(holds(heard(receipt(1, 2, { [A]: 5 }), receipt(1, 1, { [A]: 3 })), { [A]: 5 }), 'all')
  assert.equal(heard(receipt(1, 2, { [A]: 5 }), receipt(1, 2, { [A]: 9 })).get(sessionNamed(1))!.rows.get(A)!.height, 5)
})

test('a new session that covers and names the last one replaces it, whichever is heard first', () => {
  const [first, second] = [receipt(1, 1, { [A]: 5 }), receipt(2, 2, { [A]: 5, [B]: 1 }, [[1, 1]])]
  for (const order of [[first, second], [second, first]]) {
    assert.deepEqual([...heard(...order).keys()], [sessionNamed(2)])
    assert.equal(holds(heard(...order), { [A]: 5, [B]: 1 }), 'all')
  }
})

test('a new session that doesn’t cover the last one counts for no more than both say', () => {
  const [first, second] = [receipt(1, 5, { [A]: 5 }), receipt(2, 6, { [A]: 3, [B]: 4 }, [[1, 5]])]
  for (const order of [[first, second], [second, first]]) {
    const known = heard(...order)
    assert.equal(holds(known, { [A]: 3 }), 'all')
    assert.equal(holds(known, { [A]: 4 }), 'behind')
    assert.equal(holds(known, { [B]: 1 }), 'behind')
  }
})

test('after a backup was restored, a late receipt of before does not outdo what the machine says now', () => {
  const [before, restored] = [receipt(1, 100, { [A]: 9 }), receipt(2, 60, { [A]: 5 })]
  for (const order of [[before, restored], [restored, before]]) {
    assert.equal(holds(heard(...order), { [A]: 6 }), 'behind')
    assert.equal(holds(heard(...order), { [A]: 5 }), 'all')
  }
})

test('a receipt is named only up to its counter: what that session says later counts again', () => {
  const known = heard(receipt(2, 2, { [A]: 5 }, [[1, 1]]), receipt(1, 2, { [A]: 4 }))
  assert.equal(holds(known, { [A]: 5 }), 'behind')
})

/** A device with one disk at a time: it writes, restarts, loses tails, and is set back to backups. */
const createLife = (below: (limit: number) => number) => {
  type Disk = { heights: number[]; counter: number; past: Map<number, number> }
  const copy = (disk: Disk): Disk => ({ heights: [...disk.heights], counter: disk.counter, past: new Map(disk.past) })
  let disk: Disk = { heights: [0, 0, 0], counter: 0, past: new Map() }
  let session = 1
  const backups = [copy(disk)]
  const issued: Receipt[] = []
  const grow = () => {
    disk.heights = disk.heights.map((height) => height + below(3))
  }
  const restart = () => {
    session++
  }
  const issue = () => {
    const heights = Object.fromEntries(disk.heights.map((height, index) => [logOf(index), height]))
    const counter = ++disk.counter
    // It names those of its past that it covers: all that this disk remembers, unless its heights have shrunk since.
    const isCovered = (one: Receipt) => disk.heights.every((height, index) => height >= one.rows.get(logOf(index))!.height)
    const named = [...disk.past].filter(([of, upTo]) =>
      of !== session && issued.every((one) => one.session !== sessionNamed(of) || one.counter > upTo || isCovered(one)))
    issued.push(receipt(session, counter, heights, named))
    disk.past.set(session, counter)
  }
  const steps = [
    grow, grow, issue, issue, restart,
    () => void backups.push(copy(disk)),
    () => {
      disk = copy(backups[below(backups.length)]!)
      restart()
    },
    () => {
      // A lost tail that some receipt claimed: a disk that lies about flushing.
      disk.heights = disk.heights.map((height) => Math.max(0, height - below(2)))
      restart()
    },
  ]
  return { issued, step: () => steps[below(steps.length)]!() }
}

test('whatever happens to a machine, and in whatever order its receipts are heard, nobody claims more for it than its newest word that was heard', () => {
  let claims = 0
  for (let seed = 0; seed < 3000; seed++) {
    const chance = createSeededRandom(seed)
    const below = (limit: number) => chance.uint53() % limit
    const life = createLife(below)
    for (let step = 0; step < 40; step++) life.step()
    let known: DeviceReceipts = new Map()
    let newest = -1
    for (let delivery = 0; delivery < 12 && life.issued.length > 0; delivery++) {
      const index = below(life.issued.length)
      newest = Math.max(newest, index)
      known = withReceipt(known, life.issued[index]!)
      const word = [...life.issued[newest]!.rows]
      assert.ok(word.every(([log, { height }]) => holds(known, { [log]: height + 1 }) === 'behind'), `seed ${seed}`)
      claims += word.filter(([log, { height }]) => height > 0 && holds(known, { [log]: height }) === 'all').length
    }
  }
  assert.ok(claims > 20_000, `${claims} whole claims: silence would be no art`)
})

test('once the newest word has been heard and names all others, exactly what it says is claimed', () => {
  for (let seed = 0; seed < 500; seed++) {
    const chance = createSeededRandom(seed)
    const below = (limit: number) => chance.uint53() % limit
    const life = createLife(below)
    for (let step = 0; step < 30; step++) life.step()
    const heights = Object.fromEntries([0, 1, 2].map((index) => [logOf(index), 200]))
    const last = receipt(999, 9999, heights, life.issued.map((one) => [parseInt(one.session, 16), one.counter] as const))
    const order = [...life.issued, last].sort(() => below(3) - 1)
    const named = new Map<SessionId, number>()
    for (const one of life.issued) named.set(one.session, Math.max(named.get(one.session) ?? 0, one.counter))
    const known = heard(...order.map((one) => (one === last ? { ...last, supersedes: named } : one)))
    assert.deepEqual([...known.keys()], [sessionNamed(999)])
  }
})
