/** A second process for sqlite.test.ts: opens the store in argv[2] and writes argv[3] numbered batches until it is killed. */
import { join } from 'node:path'
import { createSqliteStore } from '../sqlite.ts'
import { walLength } from './wal-length.ts'

const [directory = '', count = '0', valueBytes = '0'] = process.argv.slice(2)
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

const store = createSqliteStore(directory)
say({ opened: true })
const inBatch = ['a', 'b', 'c']
for (let number = 1; number <= Number(count); number++) {
  const value = new Uint8Array((number * 7919) % Number(valueBytes)).fill(number)
  store.batch(inBatch.map((name) => ({ kind: 'put', key: ['n', String(number).padStart(6, '0'), name], value })))
  // The last ten are never flushed.
  if (number % 17 === 0 && number < Number(count) - 10) {
    const walBytes = walLength(join(directory, 'lanyard.db-wal'))
    await store.synced()
    say({ synced: number, walBytes })
  }
}
say({ written: Number(count), walBytes: walLength(join(directory, 'lanyard.db-wal')) })
setInterval(() => store.get(['n']), 1000)
