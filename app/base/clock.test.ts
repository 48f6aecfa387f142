import assert from 'node:assert/strict'
import { test } from 'node:test'
import { every, systemClock, type Clock } from './clock.ts'
import { createEmitter } from './emitter.ts'
import { invariant, InvariantError } from './invariant.ts'
import { lineLogger } from './logger.ts'
import { below, systemRandom } from './random.ts'

const createManual = () => {
  const timers = new Map<number, { atMs: number; fn: () => void }>()
  let nowMs = 0
  let made = 0
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: (delayMs, fn) => {
      const id = made++
      timers.set(id, { atMs: nowMs + delayMs, fn })
      return () => void timers.delete(id)
    },
    deadline: () => new AbortController().signal,
  }
  const pass = (untilMs: number) => {
    for (;;) {
      const next = [...timers].filter(([, timer]) => timer.atMs <= untilMs).sort((a, b) => a[1].atMs - b[1].atMs)[0]
      if (!next) break
      timers.delete(next[0])
      nowMs = next[1].atMs
      next[1].fn()
    }
    nowMs = untilMs
  }
  return { clock, pass, timers }
}

test('what happens every second happens every second, until it is cancelled', () => {
  const { clock, pass, timers } = createManual()
  const seen: number[] = []
  const cancel = every(clock, 1000, () => seen.push(clock.nowMs()))
  pass(3500)
  cancel()
  pass(9000)
  assert.deepEqual(seen, [1000, 2000, 3000])
  assert.equal(timers.size, 0)
})

test('it can be cancelled from within itself, and a failure in it does not end it', () => {
  const { clock, pass, timers } = createManual()
  let count = 0
  const cancel = every(clock, 10, () => {
    count++
    if (count === 2) cancel()
    else throw new Error('once')
  })
  assert.throws(() => pass(10), /once/)
  pass(100)
  assert.deepEqual([count, timers.size], [2, 0])
})

test('the machine’s clock calls once, later, and not at all when cancelled', async () => {
  const clock = systemClock()
  const beforeMs = clock.monotonicMs()
  let cancelled = 0
  clock.after(1, () => cancelled++)()
  await new Promise<void>((resolve) => clock.after(20, resolve))
  assert.equal(cancelled, 0)
  assert.ok(clock.monotonicMs() - beforeMs >= 15)
  assert.equal(clock.deadline(60_000).aborted, false)
  assert.ok(Math.abs(clock.nowMs() - Date.now()) < 5000)
})

test('a listener hears of everything until it cancels, also when it came twice or leaves while it is called', () => {
  const emitter = createEmitter<number>()
  const heard: string[] = []
  const listener = (value: number) => heard.push(`l${value}`)
  const cancelFirst = emitter.on(listener)
  const cancelSecond = emitter.on(listener)
  const cancelOnce = emitter.on((value) => {
    heard.push(`once${value}`)
    cancelOnce()
    cancelFirst()
  })
  emitter.emit(1)
  emitter.emit(2)
  cancelSecond()
  emitter.emit(3)
  assert.deepEqual(heard, ['l1', 'l1', 'once1', 'l2'])
})

test('a broken invariant is no operating failure', () => {
  invariant(true, 'fine')
  assert.throws(() => invariant(0, 'seq is contiguous'), (error) => error instanceof InvariantError && /seq is contiguous/.test(error.message))
})

test('chance is spread over the whole range and stays below its limit', () => {
  const random = systemRandom()
  assert.equal(random.bytes(33).length, 33)
  const many = Array.from({ length: 200 }, () => random.uint53())
  assert.ok(many.every((value) => Number.isSafeInteger(value) && value >= 0))
  assert.ok(many.some((value) => value >= 2 ** 52) && many.some((value) => value < 2 ** 52), 'the highest bit moves')
  assert.deepEqual([...new Set(Array.from({ length: 200 }, () => below(random, 3)))].sort(), [0, 1, 2])
})

test('a line of the log is JSON with its time, level and event; quieter ones are left out', () => {
  const lines: string[] = []
  const logger = lineLogger('info', () => 0, (line) => lines.push(line))
  logger.debug('too quiet')
  logger.info('began', { port: 7 })
  logger.warn('odd\nline')
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    { at: '1970-01-01T00:00:00.000Z', level: 'info', event: 'began', port: 7 },
    { at: '1970-01-01T00:00:00.000Z', level: 'warn', event: 'odd\nline' },
  ])
  assert.ok(lines.every((line) => line.indexOf('\n') === line.length - 1))
})
