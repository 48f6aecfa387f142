/** A benchmark that can't tell slow from fast is worse than none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ourPair, typeOnce } from './cases/keystroke.ts'
import { cpuMsOf } from './processes.ts'
import { createWorld } from './world.ts'

const FREEZE_MS = 600

test('a reader\'s peer that stands still shows as slow, and as idle', async () => {
  const world = createWorld()
  try {
    const pair = await ourPair(world)
    const [, reader] = pair.pids
    const keys = { count: 8, gapMs: 10 }
    await typeOnce(pair, keys)
    const usual = await typeOnce(pair, keys)
    process.kill(reader!, 'SIGSTOP')
    const before = cpuMsOf(reader!)
    let whileFrozenMs = Number.NaN
    setTimeout(() => {
      whileFrozenMs = cpuMsOf(reader!) - before
      process.kill(reader!, 'SIGCONT')
    }, FREEZE_MS)
    const slowed = await typeOnce(pair, keys)
    assert.equal(usual.length, keys.count)
    assert.ok(usual.every((delayMs) => delayMs > 0), `${usual}`)
    // The last key goes down within the freeze, a good deal before its end.
    assert.ok(Math.min(...slowed) > FREEZE_MS / 3, `${slowed}`)
    assert.equal(whileFrozenMs, 0)
  } finally {
    await world.close()
  }
})
