/** When each machine was last heard, kept across restarts. */
import type { Cancel, Clock } from '../base/clock.ts'
import { ByteReader, ByteWriter } from '../base/codec.ts'
import { codeOf } from '../base/errors.ts'
import { deviceId, type DeviceId, type WorkspaceId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { Key, Store } from '../store/store.ts'

const PERSIST_MS = 10_000

export interface HeardParts {
  readonly workspace: WorkspaceId
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
}

export const createHeard = ({ workspace, store, clock, logger }: HeardParts) => {
  const prefix: Key = ['w', workspace, 'heard']
  const heardMs = new Map<DeviceId, number>()
  let cancel: Cancel | undefined

  const persist = () => {
    cancel = undefined
    try {
      store.batch([...heardMs].map(([device, ms]) => ({ kind: 'put', key: [...prefix, device], value: new ByteWriter().varint(ms).finish() })))
    } catch (error) {
      logger.warn('last-heard times not stored', { code: codeOf(error) })
    }
  }
  for (const { key, value } of store.scan(prefix)) heardMs.set(deviceId(key.at(-1)), new ByteReader(value).varint())

  return {
    note: (device: DeviceId): void => {
      heardMs.set(device, clock.nowMs())
      cancel ??= clock.after(PERSIST_MS, persist)
    },
    lastMs: (device: DeviceId) => heardMs.get(device),
    stop: () => {
      if (!cancel) return
      cancel()
      persist()
    },
  }
}
