/** What is really flushed, and when: the calls that the adapter makes to the system, seen as they pass. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createSqliteStore } from './sqlite.ts'

const put = (name: string) => ({ kind: 'put', key: [name], value: new Uint8Array(10) }) as const
type Done = (error: Error | null) => void
const { closeSync, fsync, fsyncSync } = fs

/** Takes the place of the system's flushes until the test is over: `flushed` names the files, `fail` makes the next ones fail. */
const watchFlushes = (context: TestContext) => {
  const parent = fs.mkdtempSync(join(tmpdir(), 'lanyard-flushing-'))
  const directory = join(parent, 'data')
  const flushed: string[] = []
  const closed: number[] = []
  const waiting: (() => void)[] = []
  let failure: Error | undefined
  let isHeld = false
  const nameOf = (descriptor: number) => {
    const { ino } = fs.fstatSync(descriptor)
    const names = ['', 'data', 'data/lanyard.db-wal', 'data/lanyard.db'].filter((name) => fs.existsSync(join(parent, name)))
    return names.find((name) => fs.statSync(join(parent, name)).ino === ino) ?? 'something else'
  }
  fs.fsyncSync = (descriptor: number) => {
    flushed.push(nameOf(descriptor))
    if (failure) throw failure
    fsyncSync(descriptor)
  }
  fs.fsync = ((descriptor: number, done: Done) => {
    flushed.push(nameOf(descriptor))
    const go = () => (failure ? done(failure) : fsync(descriptor, done as never))
    if (isHeld) waiting.push(go)
    else go()
  }) as typeof fs.fsync
  fs.closeSync = (descriptor: number) => {
    closed.push(descriptor)
    closeSync(descriptor)
  }
  syncBuiltinESMExports()
  const store = createSqliteStore(directory)
  context.after(() => {
    Object.assign(fs, { fsync, fsyncSync, closeSync })
    syncBuiltinESMExports()
    store.close()
    fs.rmSync(parent, { recursive: true })
  })
  return {
    store, closed,
    flushed: () => flushed.splice(0),
    fail: (error: Error | undefined) => { failure = error },
    hold: () => { isHeld = true },
    goOn: () => {
      isHeld = false
      for (const go of waiting.splice(0)) go()
    },
  }
}
const isDone = async (promise: Promise<void>) => {
  let answer = 'waits'
  promise.then(() => { answer = 'done' }, (error) => { answer = error.code })
  await new Promise((resolve) => setTimeout(resolve, 20))
  return answer
}

test('what an earlier run wrote, and the names of its files, are flushed before a store opens', (context) => {
  const { flushed } = watchFlushes(context)
  assert.deepEqual(flushed(), ['data/lanyard.db-wal', 'data', ''])
})

test('synced resolves only when the write-ahead log was flushed after the write, and asks for no flush without one', async (context) => {
  const { store, flushed, hold, goOn } = watchFlushes(context)
  flushed()
  await store.synced()
  assert.deepEqual(flushed(), [])
  hold()
  for (const name of ['a', 'b']) {
    store.batch([put(name)])
    const synced = store.synced()
    assert.equal(await isDone(synced), 'waits')
    assert.deepEqual(flushed(), ['data/lanyard.db-wal'])
    goOn()
    await synced
    hold()
  }
})

test('a flush that failed once fails everything after it: nothing of that file can be trusted', async (context) => {
  const { store, fail, flushed } = watchFlushes(context)
  store.batch([put('a')])
  fail(Object.assign(new Error('EIO'), { code: 'EIO' }))
  assert.equal(await isDone(store.synced()), 'STORE_BROKEN')
  fail(undefined)
  flushed()
  assert.equal(await isDone(store.synced()), 'STORE_BROKEN', 'though the next flush would succeed')
  assert.throws(() => store.batch([put('b')]), { code: 'STORE_BROKEN' })
  assert.throws(() => store.get(['a']), { code: 'STORE_BROKEN' })
  assert.deepEqual(flushed(), [], 'and none is asked for')
})

test('a full disk is told as full, by whichever name the system gives it', async (context) => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    const { store, fail } = watchFlushes(context)
    store.batch([put('a')])
    fail(Object.assign(new Error(code), { code }))
    assert.equal(await isDone(store.synced()), 'STORE_FULL')
    fail(undefined)
  }
})

test('close flushes what no synced has covered, and those who waited for their turn hear how it went', async (context) => {
  const { store, flushed, hold, goOn, fail } = watchFlushes(context)
  store.batch([put('a')])
  hold()
  const first = store.synced()
  store.batch([put('b')])
  const outcomes = Promise.allSettled([first, store.synced()])
  await new Promise((resolve) => setTimeout(resolve, 5))
  flushed()
  fail(Object.assign(new Error('EIO'), { code: 'EIO' }))
  store.close()
  assert.deepEqual(flushed(), ['data/lanyard.db-wal'])
  fail(undefined)
  goOn()
  assert.deepEqual((await outcomes).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'done')), ['done', 'STORE_BROKEN'])
})

test('the write-ahead log’s descriptor is closed once: at close, or after the flush that runs then', async (context) => {
  const { store, closed, hold, goOn } = watchFlushes(context)
  store.batch([put('a')])
  hold()
  const synced = store.synced()
  closed.length = 0
  store.close()
  assert.deepEqual(closed, [], 'a flush still uses it')
  goOn()
  await synced
  assert.equal(closed.length, 1)
  store.close()
  assert.equal(closed.length, 1)
  const { store: idle, closed: again } = watchFlushes(context)
  again.length = 0
  idle.close()
  assert.equal(again.length, 1)
})
