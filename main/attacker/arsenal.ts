/** What an attacker may have: nothing, a workspace's secrets without being let in, or a member's place. Read from the data directory of a
 *  peer that is not running; what is written here stays in memory. */
import { systemClock } from '../../app/base/clock.ts'
import { PeerError } from '../../app/base/errors.ts'
import { silentLogger } from '../../app/base/logger.ts'
import { systemRandom } from '../../app/base/random.ts'
import type { LogId } from '../../app/base/ids.ts'
import type { DeviceKeys } from '../../app/identity/device-keys.ts'
import { createKeyring } from '../../app/log/keyring.ts'
import { createLog, type WorkspaceLog } from '../../app/log/log.ts'
import type { Run } from '../../app/log/run.ts'
import { encodeControl } from '../../app/membership/control.ts'
import { createRecords, type WorkspaceRecord } from '../../app/peer/records.ts'
import { createMemoryStore } from '../../app/store/memory.ts'
import { createSqliteStore } from '../../app/store/sqlite.ts'
import type { Store } from '../../app/store/store.ts'

export const random = systemRandom()

export interface Arsenal {
  readonly record: WorkspaceRecord
  /** A run that nobody has seen: a whole new session of these keys, sealed as a member would. */
  freshRun(keys: DeviceKeys): Run
  /** A log of another member. */
  othersLog(): LogId
}

const copyToMemory = (dataDir: string): Store => {
  const disk = createSqliteStore(dataDir)
  const copy = createMemoryStore()
  copy.batch([...disk.scan([])].map((item) => ({ kind: 'put', ...item })))
  disk.close()
  return copy
}

export const takeArsenal = (dataDir: string): Arsenal => {
  const store = copyToMemory(dataDir)
  const [record] = createRecords(store).workspaces()
  if (!record) throw new PeerError('MEMBERSHIP_WORKSPACE_UNKNOWN', { dataDir })
  const open = (keys: DeviceKeys, on: Store): WorkspaceLog => {
    const keyring = createKeyring(record.workspace, record)
    const log = createLog({ workspace: record.workspace, keys, keyring, store: on, clock: systemClock(), random, logger: silentLogger })
    log.start()
    return log
  }
  return {
    record,
    freshRun: (keys) => {
      const log = open(keys, createMemoryStore())
      const payload = encodeControl({ kind: 'profile', name: 'Mallory was here' })
      log.append([{ kind: 'control', schema: 0, screen: 0, payload, part: { index: 0, count: 1 } }])
      return log.readRun({ log: log.self, from: 0, to: Infinity, bytesMax: 100_000 })!
    },
    othersLog: () => [...open(record.keys, store).heights().keys()].find((id) => !id.startsWith(record.keys.device))!,
  }
}
