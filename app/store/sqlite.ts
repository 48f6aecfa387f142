/** The real disk: one SQLite file in WAL mode. A kill loses nothing; a power cut loses at most what no `synced` covers. */
import { closeSync, fsync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PeerError } from '../base/errors.ts'
import { invariant } from '../base/invariant.ts'
import { createGroupFlush } from './group-flush.ts'
import { decodeKey, encodeKey, rangeFrom, rangeOf, successor } from './keys.ts'
import type { KeyRange } from './keys.ts'
import type { Key, Store, StoreItem, StoreOperation } from './store.ts'

const FILE_NAME = 'lanyard.db'
/** Rows a scan holds at once: no statement stays open between two, so an abandoned scan holds up nothing. */
const SCAN_PAGE_ROWS = 64
/** Of its first page: many look for one row only. */
const SCAN_FIRST_ROWS = 2

const SQLITE_BUSY = 5
const SQLITE_FULL = 13

/** Errors of SQLite carry `errcode`, those of the file system `code`. */
const storeError = (cause: unknown): PeerError => {
  if (cause instanceof PeerError) return cause
  const { errcode, code } = cause as { errcode?: number; code?: string }
  const kind = errcode === undefined ? undefined : errcode & 0xff
  if (kind === SQLITE_BUSY) return new PeerError('STORE_LOCKED', {}, { cause })
  if (kind === SQLITE_FULL || code === 'ENOSPC' || code === 'EDQUOT') return new PeerError('STORE_FULL', {}, { cause })
  return new PeerError('STORE_BROKEN', { cause: String(cause) }, { cause })
}

const guarded = <T>(act: () => T): T => {
  try {
    return act()
  } catch (cause) {
    throw storeError(cause)
  }
}

const syncDirectory = (directory: string): void => {
  // Windows has no such thing as a directory's own flush; its file system keeps names in a journal.
  if (process.platform === 'win32') return
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** SQLite gives its -wal file the mode of the database: made here first, so that neither was ever readable by others. */
const createPrivateFile = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    // Never open a database that exists: closing any descriptor of it drops every lock this process holds on it (POSIX).
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error
  }
}

// The exclusive mode keeps the operating system's lock until close, or until the process is gone, however it went.
// It must come before the first access in WAL mode. NORMAL leaves flushing to `synced`, except around a checkpoint:
// there SQLite flushes the WAL before it copies, and the database before it uses the WAL's place again.
const OPENING = `
  pragma locking_mode = exclusive;
  pragma journal_mode = wal;
  pragma synchronous = normal;
  begin immediate;
  create table if not exists items (key blob primary key, value blob not null) without rowid, strict;
  commit;
`

const openDatabase = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file)
  try {
    database.exec(OPENING)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** What was written, but not flushed, by an earlier run that was killed must not pass for flushed either. */
const openWal = (file: string): number => {
  const descriptor = openSync(`${file}-wal`, 'r+')
  fsyncSync(descriptor)
  syncDirectory(dirname(file))
  syncDirectory(dirname(dirname(file)))
  return descriptor
}

const prepareAll = (database: DatabaseSync) => ({
  get: database.prepare('select value from items where key = ?'),
  put: database.prepare('insert into items (key, value) values (?, ?) on conflict (key) do update set value = excluded.value'),
  delete: database.prepare('delete from items where key = ?'),
  deleteRange: database.prepare('delete from items where key >= ? and key < ?'),
  page: database.prepare('select key, value from items where key >= ? and key < ? order by key limit ?'),
})
type Statements = ReturnType<typeof prepareAll>
interface Row {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Checks the operation and gives what runs it. */
const toStep = (statements: Statements, operation: StoreOperation): (() => unknown) => {
  if (operation.kind === 'deletePrefix') {
    const { from, below } = rangeOf(operation.prefix)
    return () => statements.deleteRange.run(from, below)
  }
  const key = encodeKey(operation.key)
  if (operation.kind === 'delete') return () => statements.delete.run(key)
  return () => statements.put.run(key, operation.value)
}

const runTransaction = (database: DatabaseSync, steps: readonly (() => unknown)[]): void => {
  database.exec('begin immediate')
  try {
    for (const step of steps) step()
    database.exec('commit')
  } catch (error) {
    // SQLite rolls some failures back by itself, a full disk among them.
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}

/** The WAL's own descriptor, for flushing on a thread of its own. */
const createWalFlush = (descriptor: number) => {
  let isOpen = true
  let running = 0
  let failure: PeerError | undefined
  const release = () => {
    // A descriptor closed under a running flush could be another file's by then.
    if (!isOpen && running === 0) closeSync(descriptor)
  }
  const flush = () => new Promise<void>((done, failed) => {
    // Its turn came after close, which flushed everything.
    if (!isOpen) return failure ? failed(failure) : done()
    running += 1
    fsync(descriptor, (error) => {
      running -= 1
      release()
      if (!error) return done()
      // The kernel may have dropped what it could not write and call the next flush a success: no later word of this file can be trusted.
      failure = storeError(error)
      failed(failure)
    })
  })
  const flushAndClose = () => {
    try {
      fsyncSync(descriptor)
    } catch (error) {
      failure ??= storeError(error)
    }
    isOpen = false
    release()
  }
  return { flush, flushAndClose, failure: () => failure }
}

/** Opens, or creates, `lanyard.db` in `directory` (mode 0700, the file 0600).
 *  @throws STORE_LOCKED when another process or store has it open, STORE_FULL, STORE_BROKEN */
export const createSqliteStore = (directory: string): Store => {
  const file = join(resolve(directory), FILE_NAME)
  const { database, wal, statements } = guarded(() => {
    createPrivateFile(file)
    const opened = openDatabase(file)
    return { database: opened, wal: createWalFlush(openWal(file)), statements: prepareAll(opened) }
  })
  const group = createGroupFlush(wal.flush)
  let isOpen = true
  let version = 0
  const checkUsable = () => {
    if (!isOpen) throw new PeerError('STORE_CLOSED')
    const failure = wal.failure()
    if (failure) throw failure
  }

  function* pages(range: KeyRange): Generator<Row> {
    const atStart = version
    let from = range.from
    for (let page = SCAN_FIRST_ROWS; ; page = SCAN_PAGE_ROWS) {
      checkUsable()
      const rows = guarded(() => statements.page.all(from, range.below, page)) as unknown as Row[]
      for (const row of rows) {
        checkUsable()
        invariant(version === atStart, 'nothing is written while a scan is iterated')
        yield row
      }
      if (rows.length < page) return
      from = successor(rows.at(-1)!.key)
    }
  }
  function* scan(prefix: Key, after?: Key): Iterable<StoreItem> {
    for (const row of pages(rangeFrom(prefix, after))) yield { key: decodeKey(row.key), value: row.value }
  }

  return {
    get: (key) => {
      checkUsable()
      const bytes = encodeKey(key)
      return (guarded(() => statements.get.get(bytes)) as { value: Uint8Array } | undefined)?.value
    },
    batch: (operations) => {
      checkUsable()
      const steps = operations.map((operation) => toStep(statements, operation))
      guarded(() => runTransaction(database, steps))
      version += 1
      group.wrote()
    },
    synced: async () => {
      checkUsable()
      await group.synced()
    },
    scan,
    close: () => {
      if (!isOpen) return
      isOpen = false
      wal.flushAndClose()
      database.close()
    },
  }
}
