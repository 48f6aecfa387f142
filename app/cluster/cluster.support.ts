/** Clusters over real logs, joined by queues, on a clock that is moved by hand and disks whose flushes can be held. */
import type { ErrorCode } from '../base/errors.ts'
import type { DeviceId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { createDeviceKeys, type DeviceKeys } from '../identity/device-keys.ts'
import { createLog } from '../log/log.ts'
import { copyLog, draft, keyring, random, WORKSPACE } from '../log/log.support.ts'
import { createManualClock } from '../network/testing/world.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { createCluster } from './cluster.ts'

/** A disk: what was flushed, and what a power cut would take.
 *  @param content what is on it at first, all of it flushed */
export const createTestDisk = (content: Store = createMemoryStore()) => {
  const written = content
  let isHeld = false
  let failure: Error | undefined
  let waiting: (() => void)[] = []
  const copy = () => {
    const whole = createMemoryStore()
    whole.batch([...written.scan([])].map((item) => ({ kind: 'put', ...item })))
    return whole
  }
  let flushed = copy()
  const store: Store = {
    ...written,
    batch: (operations) => {
      if (failure) throw failure
      written.batch(operations)
    },
    synced: () =>
      new Promise((resolve) => {
        // What is written while it flushes is for the next flush.
        const content = copy()
        const finish = () => {
          flushed = content
          resolve()
        }
        if (isHeld) waiting.push(finish)
        else finish()
      }),
  }
  return {
    store,
    hold: () => (isHeld = true),
    /** The flush that is under way ends; the next one is held again. */
    releaseOne: () => waiting.shift()?.(),
    release: () => {
      isHeld = false
      for (const finish of waiting.splice(0)) finish()
    },
    fail: (error: Error | undefined) => (failure = error),
    /** What would be there after a power cut now. */
    afterPowerCut: () => {
      waiting = []
      return flushed
    },
    /** What would be there after a kill now. */
    afterKill: copy,
  }
}
export type TestDisk = ReturnType<typeof createTestDisk>

export const createClusterWorld = () => {
  const clock = createManualClock()
  const queue: (() => void)[] = []

  const settle = () => {
    for (let steps = 0; queue.length > 0; steps++) {
      if (steps > 10_000) throw new Error('they never stop talking')
      queue.shift()!()
    }
  }

  /** Everybody that was opened here, until a test says otherwise. */
  const members = new Set<DeviceId>()

  const open = (options: { keys?: DeviceKeys; store?: Store; admits?: (device: DeviceId) => boolean } = {}): ClusterNode => {
    const keys = options.keys ?? createDeviceKeys(random)
    members.add(keys.device)
    const store = options.store ?? createMemoryStore()
    const log = createLog({ workspace: WORKSPACE, keys, keyring, store, clock, random, logger: silentLogger })
    log.start()
    const refusals: ErrorCode[] = []
    const neighbours = new Set<ClusterNode>()
    const sent: Uint8Array[] = []
    const send = (to: ClusterNode, payload: Uint8Array) => {
      sent.push(payload)
      queue.push(() => {
        if (neighbours.has(to)) to.cluster.receive(payload.slice(), (answer) => to.send(node, answer))
      })
    }
    const cluster = createCluster({
      workspace: WORKSPACE, keys, log, store, clock, logger: silentLogger,
      admits: options.admits ?? ((device) => members.has(device)),
      broadcast: (payload) => {
        for (const to of neighbours) send(to, payload)
      },
      refuse: (code) => void refusals.push(code),
    })
    const node: ClusterNode = {
      keys, store, log, cluster, refusals, neighbours, send, sent,
      /** Everything that is here. */
      extent: () => new Map([...log.heights()].map(([id, { height }]) => [id, height])),
      write: (count = 1) => {
        for (let index = 0; index < count; index++) log.append([draft(`entry ${index}`)])
      },
      copyTo: (other: ClusterNode) => {
        for (const id of log.heights().keys()) copyLog(log, other.log, id)
      },
      stop: () => {
        for (const other of neighbours) other.neighbours.delete(node)
        neighbours.clear()
        cluster.stop()
        log.stop()
      },
    }
    return node
  }

  const join = (a: ClusterNode, b: ClusterNode) => {
    a.neighbours.add(b)
    b.neighbours.add(a)
    a.cluster.greet((payload) => a.send(b, payload))
    b.cluster.greet((payload) => b.send(a, payload))
  }
  const part = (a: ClusterNode, b: ClusterNode) => {
    a.neighbours.delete(b)
    b.neighbours.delete(a)
  }

  /** Time for flushes, receipts and summaries. */
  const pass = async (durationMs = 3000) => {
    for (let passedMs = 0; passedMs < durationMs; passedMs += 250) {
      settle()
      await clock.pass(250)
    }
    settle()
  }

  return { clock, members, open, join, part, pass, settle, queue }
}

export interface ClusterNode {
  readonly keys: DeviceKeys
  readonly store: Store
  readonly log: ReturnType<typeof createLog>
  readonly cluster: ReturnType<typeof createCluster>
  readonly refusals: ErrorCode[]
  readonly neighbours: Set<ClusterNode>
  readonly sent: Uint8Array[]
  send(to: ClusterNode, payload: Uint8Array): void
  extent(): Map<ReturnType<typeof createLog>['self'], number>
  write(count?: number): void
  copyTo(other: ClusterNode): void
  stop(): void
}
