/** How long a workspace takes to start and its documents to open, and what it holds in memory; beside it the limit: reading the same
 *  rows from the same file, and applying a document's updates to Yjs. The first run builds the store, the second writes the checkpoints.
 *  Run: node app/peer/start.bench.ts DIRECTORY [documents] [changes] [logs] [block] */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as Y from 'yjs'
import { systemClock } from '../base/clock.ts'
import { fromHex, toHex } from '../base/codec.ts'
import { documentId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { systemRandom } from '../base/random.ts'
import { writeBulk } from '../documents/bulk.fixture.ts'
import { createDeviceKeys, restoreDeviceKeys } from '../identity/device-keys.ts'
import { createKeyring } from '../log/keyring.ts'
import { createGenesis, genesisId } from '../membership/genesis.ts'
import { createSqliteStore } from '../store/sqlite.ts'
import { startCoreRooms } from './core-rooms.ts'

const [directory = '', ...numbers] = globalThis.process.argv.slice(2)
const [documentCount = 100, changes = 1000, logs = 4, block = 250] = numbers.map(Number)
const clock = systemClock()
const random = systemRandom()
const cpuMs = () => {
  const { user, system } = globalThis.process.cpuUsage()
  return (user + system) / 1000
}
const timed = <Value>(what: string, work: () => Value): Value => {
  const [start, cpu] = [clock.monotonicMs(), cpuMs()]
  const value = work()
  const [ms, cpuTaken] = [clock.monotonicMs() - start, cpuMs() - cpu]
  const rss = Math.round(globalThis.process.memoryUsage.rss() / 1e6)
  globalThis.console.log(`${ms.toFixed(1).padStart(10)} ms ${cpuTaken.toFixed(1).padStart(10)} ms of CPU  ${what}  (RSS ${rss} MB)`)
  return value
}

const store = timed('store open', () => createSqliteStore(directory))
const secretFile = join(directory, 'bench.json')
if (!existsSync(secretFile)) {
  const keys = createDeviceKeys(random)
  const genesis = createGenesis('Bench', keys, random)
  const workspace = genesisId(genesis)
  const secrets = { control: random.bytes(32), epochs: [random.bytes(32)] }
  const shape = { documents: documentCount, changes, logs, block, characters: 1, signedEvery: 50 }
  const ids = timed(`${documentCount * changes} entries built`, () =>
    writeBulk({ workspace, keyring: createKeyring(workspace, secrets), store, random }, shape))
  const hex = { genesis: toHex(genesis), control: toHex(secrets.control), epochs: secrets.epochs.map(toHex), keys: toHex(keys.secret) }
  writeFileSync(secretFile, JSON.stringify({ ...hex, workspace, ids }))
}
const saved = JSON.parse(readFileSync(secretFile, 'utf8'))
const record = {
  workspace: saved.workspace, genesis: fromHex(saved.genesis), keys: restoreDeviceKeys(fromHex(saved.keys)),
  control: fromHex(saved.control), epochs: saved.epochs.map(fromHex), sponsor: undefined, isFilled: true,
}
const rooms = timed('workspace started, list made', () => {
  const started = startCoreRooms({ record, store, clock, random, logger: silentLogger })
  started.documents.list()
  return started
})
const { log, documents, checkpoint } = rooms
globalThis.console.log(`${log.entries} entries, ${documents.list().length} documents, ${log.pending} pending, quarantined ${[...documents.quarantined]}`)
const first = documentId(saved.ids[0])
timed('first document opened', () => documents.attach(first, 1).detach())
for (const id of saved.ids.slice(1, 6)) timed('another', () => documents.attach(documentId(id), 1).detach())
const update = documents.state(first)
timed('limit: Yjs alone takes the first document', () => Y.applyUpdate(new Y.Doc(), update))
await new Promise((resolve) => setTimeout(resolve, Number(globalThis.process.env['BENCH_IDLE_MS'] ?? 0)))
timed('stopped', () => {
  documents.stop()
  checkpoint.stop()
  log.stop()
})
await store.synced()
if (globalThis.process.env['BENCH_LIMIT']) {
  timed('limit: every row of the entries read', () => {
    let bytes = 0
    for (const { value } of store.scan(['w', saved.workspace, 'e'])) bytes += value.length
    return bytes
  })
}
store.close()
