/** How long a workspace takes to start and its documents to open, and what it holds in memory. The first run builds the store.
 *  Run: node app/documents/start.bench.ts DIRECTORY [documents] [changes] [logs] [block] */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../base/clock.ts'
import { fromHex, toHex } from '../base/codec.ts'
import { documentId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { sha256 } from '../identity/crypto.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { createKeyring } from '../log/keyring.ts'
import { createLog } from '../log/log.ts'
import { random, WORKSPACE } from '../log/log.support.ts'
import { createSqliteStore } from '../store/sqlite.ts'
import { writeBulk } from './bulk.fixture.ts'
import { createDocuments } from './documents.ts'

const [directory = '', ...numbers] = globalThis.process.argv.slice(2)
const [documentCount = 100, changes = 1000, logs = 4, block = 250] = numbers.map(Number)
const clock = systemClock()
const megabytes = () => Math.round(globalThis.process.memoryUsage.rss() / 1e6)
const print = (what: string, ms: number) => globalThis.console.log(`${ms.toFixed(1).padStart(10)} ms  ${what}  (RSS ${megabytes()} MB)`)
const timed = <Value>(what: string, work: () => Value): Value => {
  const start = clock.monotonicMs()
  const value = work()
  print(what, clock.monotonicMs() - start)
  return value
}

const store = timed('store open', () => createSqliteStore(directory))
const secretFile = join(directory, 'bench.json')
if (!existsSync(secretFile)) {
  const secrets = { control: random.bytes(32), epochs: [random.bytes(32)] }
  const keyring = createKeyring(WORKSPACE, secrets)
  const shape = { documents: documentCount, changes, logs, block, characters: 1, signedEvery: 50 }
  const ids = timed(`${documentCount * changes} entries built`, () => writeBulk({ workspace: WORKSPACE, keyring, store, random }, shape))
  writeFileSync(secretFile, JSON.stringify({ control: toHex(secrets.control), epochs: secrets.epochs.map(toHex), ids, device: toHex(createDeviceKeys(random).secret) }))
}
const saved = JSON.parse(readFileSync(secretFile, 'utf8')) as { control: string; epochs: string[]; ids: string[] }
const keyring = createKeyring(WORKSPACE, { control: fromHex(saved.control), epochs: saved.epochs.map(fromHex) })
const log = createLog({ workspace: WORKSPACE, keys: createDeviceKeys(random), keyring, store, clock, random, logger: silentLogger })
const documents = createDocuments({ log, workspace: WORKSPACE, clock, random, logger: silentLogger, sha256 })
timed('log start', () => log.start())
globalThis.console.log(`${log.entries} entries, ${documents.list().length} documents, ${log.pending} pending, quarantined ${[...documents.quarantined]}`)
const first = documentId(saved.ids[0])
timed('first document as Markdown', () => documents.markdown(first).length)
for (const id of saved.ids.slice(1, 4)) timed('another', () => documents.markdown(documentId(id)).length)
documents.stop()
log.stop()
await store.synced()
store.close()
