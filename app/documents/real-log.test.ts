/** The same documents over the real log: sealed, chained, stored, released in causal order by it and not by the twin of the other tests. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentId } from '../base/ids.ts'
import { PART_BYTES_MAX } from '../base/limits.ts'
import { silentLogger } from '../base/logger.ts'
import { sha256 } from '../identity/crypto.ts'
import { createDeviceKeys, type DeviceKeys } from '../identity/device-keys.ts'
import { openLog, random, WORKSPACE, type TestLog } from '../log/log.support.ts'
import type { Heights } from '../log/log.types.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { createDocuments } from './documents.ts'
import type { Documents } from './documents.types.ts'
import { createChance, createManualClock, openScreen, shuffled, type Chance, type ManualClock } from './peers.fixture.ts'

interface Peer {
  readonly log: TestLog
  readonly documents: Documents
  readonly clock: ManualClock
  readonly keys: DeviceKeys
  readonly store: Store
}

const start = (keys = createDeviceKeys(random), store = createMemoryStore()): Peer => {
  const log = openLog(keys, store)
  const clock = createManualClock()
  const documents = createDocuments({ log, workspace: WORKSPACE, clock, random, logger: silentLogger, sha256 })
  log.start()
  return { log, documents, clock, keys, store }
}

/** Some runs of what `to` lacks, of some logs, in any order: as sync may deliver them. */
const deliver = (from: Peer, to: Peer, chance?: Chance): void => {
  const heights: Heights = from.log.heights()
  for (const log of chance ? shuffled([...heights.keys()], chance) : heights.keys()) {
    if (chance && chance.below(4) === 0) continue
    const bytesMax = chance ? 1 + chance.below(4000) : 1e9
    const run = from.log.readRun({ log, from: to.log.heightOf(log), to: Infinity, bytesMax })
    if (run) assert.ok(to.log.accept(run).ok)
  }
}

const settle = (peers: readonly Peer[]): void => {
  for (let round = 0; round < 30; round++) {
    const before = peers.map(({ log }) => log.headsHash())
    for (const { clock } of peers) clock.advance(200)
    const pairs = peers.flatMap((from) => peers.map((to) => ({ from, to })))
    for (const { from, to } of pairs) deliver(from, to)
    if (round > 1 && peers.every(({ log }, index) => log.headsHash() === before[index])) return
  }
  assert.fail('entries go on for ever')
}

const assertEqual = (peers: readonly Peer[], document: DocumentId, context: string): void => {
  const [first, ...others] = peers
  for (const { documents, log } of peers) {
    assert.equal(log.pending, 0)
    assert.deepEqual([...documents.quarantined], [], context)
    assert.equal(documents.pendingParts, 0)
  }
  for (const { documents } of others) {
    assert.deepEqual(documents.list(), first!.documents.list(), context)
    assert.ok(Buffer.from(documents.state(document)).equals(first!.documents.state(document)), context)
  }
}

test('peers over real logs converge to equal bytes, restarts in between', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const chance = createChance(seed)
    const peers = [start(), start(), start()]
    const { document } = peers[0]!.documents.create('Note', '# One\n\nsome **bold** text')
    settle(peers)
    let screens = peers.map((peer) => openScreen(peer, document, 1))
    for (let step = 0; step < 80; step++) {
      const at = chance.below(3)
      const text = screens[at]!.text()
      const place = chance.below(text.length + 1)
      const roll = chance.below(20)
      if (roll < 8) text.insert(place, 'ab')
      else if (roll < 11) text.delete(Math.min(place, Math.max(0, text.length - 2)), Math.min(2, text.length))
      else if (roll < 14) text.format(0, place, { bold: chance.below(2) === 0 ? {} : null })
      else if (roll < 15) text.insert(place, 'paste '.repeat(PART_BYTES_MAX / 4))
      else if (roll < 19) deliver(peers[chance.below(3)]!, peers[at]!, chance)
      else {
        peers[at] = start(peers[at]!.keys, peers[at]!.store)
        screens = screens.map((screen, index) => (index === at ? openScreen(peers[at]!, document, 1) : screen))
      }
      peers[at]!.clock.advance(chance.below(60))
    }
    settle(peers)
    assertEqual(peers, document, `seed ${seed}`)
  }
})

test('an edit’s promise resolves when the real log has it on disk', async () => {
  const peer = start()
  const { document, saved } = peer.documents.create('Note', 'text')
  await saved
  const screen = openScreen(peer, document, 1)
  for (const key of 'abc') screen.text().insert(0, key)
  peer.clock.advance(100)
  for (const answer of screen.answers) assert.ok(answer.ok && (await answer.value) === undefined)
  const again = start(peer.keys, peer.store)
  assert.equal(again.documents.markdown(document).trim(), 'cbatext')
})
