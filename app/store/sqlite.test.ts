import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import type { TestContext } from 'node:test'
import { createSqliteStore } from './sqlite.ts'
import { storeContract } from './store.contract.ts'
import type { Store } from './store.ts'

const WRITER = join(import.meta.dirname, 'testing/sqlite-writer.ts')
const root = mkdtempSync(join(tmpdir(), 'lanyard-store-'))
after(() => rmSync(root, { recursive: true }))
let directories = 0
const freshDirectory = () => join(root, String(++directories))
const locked = { name: 'PeerError', code: 'STORE_LOCKED' }
const full = { name: 'PeerError', code: 'STORE_FULL' }
const broken = { name: 'PeerError', code: 'STORE_BROKEN' }
const put = (name: string, size = 1) => ({ kind: 'put', key: [name], value: new Uint8Array(size).fill(7) }) as const

storeContract('sqlite', () => createSqliteStore(freshDirectory()))

interface Said {
  readonly synced?: number
  readonly written?: number
  readonly walBytes: number
}

/** Starts a real second process on `directory`; gives what it said until `until` says so, and the way to kill it. */
const startWriter = async (directory: string, count: number, valueBytes: number) => {
  const child = spawn(process.execPath, [WRITER, directory, String(count), String(valueBytes)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: Said[] = []
  const lines = createInterface({ input: child.stdout })
  const end = Promise.withResolvers<void>()
  lines.on('line', (line) => {
    said.push(JSON.parse(line))
    if (said.at(-1)!.written !== undefined) end.resolve()
  })
  child.once('exit', () => end.resolve())
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await end.promise
  return { said, kill }
}

/** How many batches of the writer are there; each must be whole, and none may be missing before another. */
const wholeBatches = (store: Store): number => {
  const items = [...store.scan(['n'])]
  assert.deepEqual(items.map((item) => `${Number(item.key[1])}${item.key[2]}`), items.map((_, at) => `${Math.floor(at / 3) + 1}${'abc'[at % 3]}`))
  assert.equal(items.length % 3, 0, 'a batch is there in part')
  return items.length / 3
}

test('opens a directory once: a second store and a second process are told that it is locked', async () => {
  const directory = freshDirectory()
  const first = createSqliteStore(directory)
  first.batch([put('a')])
  assert.throws(() => createSqliteStore(directory), locked)
  const second = spawnSync(process.execPath, [WRITER, directory, '1', '1'], { encoding: 'utf8' })
  assert.match(second.stderr, /STORE_LOCKED/)
  first.batch([put('b')])
  first.close()
  createSqliteStore(directory).close()
})

test('the lock goes, and every batch stays, when the process that held it is killed', async () => {
  const directory = freshDirectory()
  const writer = await startWriter(directory, 500, 3000)
  try {
    assert.throws(() => createSqliteStore(directory), locked)
  } finally {
    await writer.kill()
  }
  const store = createSqliteStore(directory)
  assert.equal(wholeBatches(store), 500)
  store.close()
})

test('a batch that SQLite refuses half-way leaves nothing behind, and the next one works', () => {
  const store = createSqliteStore(freshDirectory())
  const notBytes = { kind: 'put', key: ['b'], value: 'text' as unknown as Uint8Array } as const
  assert.throws(() => store.batch([put('a'), notBytes]), broken)
  store.batch([put('c')])
  assert.deepEqual([...store.scan([])].map((item) => item.key), [['c']])
  store.close()
})

/** A power cut: of the WAL only what was flushed is sure, and any part of the rest may be there, cut or torn. */
const cutPower = (from: string, keepBytes: number, isTorn: boolean): string => {
  const copy = freshDirectory()
  mkdirSync(copy)
  // By another process: closing a database's descriptor in this one could drop its locks.
  assert.equal(spawnSync('cp', [join(from, 'lanyard.db'), join(from, 'lanyard.db-wal'), copy]).status, 0)
  const wal = join(copy, 'lanyard.db-wal')
  truncateSync(wal, keepBytes)
  if (isTorn) truncateSync(wal, keepBytes + 9000)
  return copy
}

for (const [size, batches, valueBytes] of [['without a checkpoint', 200, 2000], ['with checkpoints', 440, 20_000]] as const) {
  test(`a power cut loses only a tail of whole batches, none before a resolved synced: ${size}`, async () => {
    const directory = freshDirectory()
    const writer = await startWriter(directory, batches, valueBytes)
    await writer.kill()
    const synced = writer.said.filter((line) => line.synced !== undefined).at(-1)!
    const walBytes = writer.said.at(-1)!.walBytes
    assert.ok(synced.walBytes < walBytes, 'the tail is in the same round of the WAL as the last flush')
    const kept = new Set<number>()
    for (let trial = 0; trial < 24; trial++) {
      const keepBytes = trial === 0 ? synced.walBytes : synced.walBytes + Math.floor(Math.random() * (walBytes - synced.walBytes))
      const cut = cutPower(directory, keepBytes, trial % 3 === 1)
      const store = createSqliteStore(cut)
      const count = wholeBatches(store)
      assert.ok(count >= synced.synced! && count <= batches, `${count} batches are left of ${batches}, ${synced.synced} were synced, cut at ${keepBytes}`)
      store.batch([put('after')])
      await store.synced()
      store.close()
      kept.add(count)
    }
    assert.ok(kept.size > 2, 'the cuts left different tails')
  })
}

test('a full disk refuses a batch whole, keeps what it had, and goes on when there is room', async (context: TestContext) => {
  const mountPoint = freshDirectory()
  mkdirSync(mountPoint)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mountPoint], { encoding: 'utf8' })
  if (mounted.status !== 0) return context.skip(`no small file system could be mounted here: ${mounted.stderr || mounted.error}`)
  try {
    const filler = join(mountPoint, 'filler')
    writeFileSync(filler, new Uint8Array(1024 * 1024))
    const store = createSqliteStore(join(mountPoint, 'data'))
    let accepted = 0
    assert.throws(() => {
      for (;;) {
        store.batch([put(`first ${accepted}`), put(`second ${accepted}`, 50_000)])
        accepted += 1
      }
    }, full)
    assert.ok(accepted > 0)
    assert.equal([...store.scan([])].length, 2 * accepted)
    assert.equal(store.get([`first ${accepted}`]), undefined)
    rmSync(filler)
    store.batch([put('afterwards', 50_000)])
    await store.synced()
    store.close()
    const again = createSqliteStore(join(mountPoint, 'data'))
    assert.equal([...again.scan([])].length, 2 * accepted + 1)
    again.close()
  } finally {
    assert.equal(spawnSync('umount', [mountPoint]).status, 0)
  }
})

test('a file that is no database, and one with damaged pages, are called broken', () => {
  const directory = freshDirectory()
  mkdirSync(directory)
  writeFileSync(join(directory, 'lanyard.db'), 'x'.repeat(10_000))
  assert.throws(() => createSqliteStore(directory), broken)

  const second = freshDirectory()
  const store = createSqliteStore(second)
  store.batch(Array.from({ length: 400 }, (_, at) => put(`key ${at}`, 500)))
  store.close()
  const file = join(second, 'lanyard.db')
  const size = statSync(file).size
  truncateSync(file, 3 * 4096)
  truncateSync(file, size)
  assert.throws(() => {
    const damaged = createSqliteStore(second)
    try {
      for (const item of damaged.scan([])) damaged.get(item.key)
    } finally {
      damaged.close()
    }
  }, broken)
})

test('neither the file nor a directory made for it can be read by others', { skip: process.platform === 'win32' && 'no such modes here' }, () => {
  const directory = join(freshDirectory(), 'deep', 'data')
  const store = createSqliteStore(directory)
  store.batch([put('a')])
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
  assert.deepEqual([mode(directory), mode(join(directory, '..')), mode(join(directory, 'lanyard.db')), mode(join(directory, 'lanyard.db-wal'))], ['700', '700', '600', '600'])
  store.close()
})
