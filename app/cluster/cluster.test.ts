import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { RECEIPT_COALESCE_MS } from '../base/limits.ts'
import { silentLogger } from '../base/logger.ts'
import { copyLog, draft, openLog, WORKSPACE, type TestLog } from '../log/log.support.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { createCluster, type Cluster } from './cluster.ts'

const PATIENCE_MS = 20 * RECEIPT_COALESCE_MS
const until = async (isTrue: () => boolean) => {
  for (let waitedMs = 0; !isTrue() && waitedMs < PATIENCE_MS; waitedMs += 20) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.ok(isTrue())
}

interface Machine {
  readonly log: TestLog
  readonly cluster: Cluster
  readonly others: Set<Machine>
}

const open: Machine[] = []
after(() => {
  for (const { cluster, log } of open) {
    cluster.stop()
    log.stop()
  }
})

const start = (log: TestLog): Machine => {
  const others = new Set<Machine>()
  log.start()
  const tell = (payload: Uint8Array) => {
    for (const other of others) other.cluster.receive(payload, (answer) => machine.cluster.receive(answer, tell))
  }
  const cluster = createCluster({
    workspace: WORKSPACE, keys: log.keys, log, store: log.store, clock: systemClock(), logger: silentLogger,
    admits: () => true, broadcast: tell, refuse: (code) => assert.fail(code),
  })
  const machine: Machine = { log, cluster, others }
  open.push(machine)
  return machine
}
/** Each greets the other; answers go to and fro. */
const meet = (a: Machine, b: Machine) => {
  for (const [one, other] of [[a, b], [b, a]] as const) {
    one.others.add(other)
    const toOther = (payload: Uint8Array) => other.cluster.receive(payload, toOne)
    const toOne = (payload: Uint8Array) => one.cluster.receive(payload, toOther)
    one.cluster.greet(toOther)
  }
}
const copyOf = (store: Store): Store => {
  const copy = createMemoryStore()
  copy.batch([...store.scan([])].map((item) => ({ kind: 'put', ...item })))
  return copy
}

test('a disk that came back with less is not taken for what it held before, even while it writes nothing', async () => {
  const a = start(openLog())
  const b = start(openLog())
  meet(a, b)
  a.log.append([draft('one')])
  copyLog(a.log, b.log)
  const holds = (machine: Machine, count: number) => machine.cluster.holds(b.log.keys.device, new Map([[a.log.self, count]])).holds
  await until(() => holds(a, 2) === 'all')
  const backup = copyOf(b.log.store)
  for (const words of ['two', 'three']) {
    a.log.append([draft(words)])
    copyLog(a.log, b.log)
    const height = a.log.heightOf(a.log.self)
    await until(() => holds(a, height) === 'all')
  }
  a.others.clear()
  b.others.clear()

  const restored = start(openLog(b.log.keys, backup))
  meet(a, restored)
  await until(() => holds(a, 4) === 'behind')
  assert.equal(holds(a, 2), 'all')
  copyLog(a.log, restored.log)
  await until(() => holds(a, 4) === 'all')
})
