/** Several devices of one workspace, each with its own log on a memory store, for tests of the rooms above. */
import { systemClock } from '../base/clock.ts'
import { toUtf8 } from '../base/codec.ts'
import { workspaceId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { systemRandom, type Random } from '../base/random.ts'
import { createDeviceKeys, type DeviceKeys } from '../identity/device-keys.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { createKeyring } from './keyring.ts'
import { createLog, type WorkspaceLog } from './log.ts'
import type { Draft } from './log.types.ts'

export const WORKSPACE = workspaceId('ab'.repeat(32))
export const random = systemRandom()
export const keyring = createKeyring(WORKSPACE, { control: random.bytes(32), epochs: [random.bytes(32)] })

export type TestLog = WorkspaceLog & { readonly keys: DeviceKeys; readonly store: Store }

export const openLog = (
  keys: DeviceKeys = createDeviceKeys(random), store: Store = createMemoryStore(), chance: Random = random,
): TestLog => {
  const log = createLog({ workspace: WORKSPACE, keys, keyring, store, clock: systemClock(), random: chance, logger: silentLogger })
  // Added to the object itself: its getters must stay getters.
  return Object.assign(log, { keys, store })
}

export const draft = (text: string): Draft => ({ kind: 'control', schema: 1, screen: 0, payload: new Uint8Array(toUtf8(text)), part: { index: 0, count: 1 } })

/** Gives `to` every entry of `log` that it lacks and `from` has. */
export const copyLog = (from: WorkspaceLog, to: WorkspaceLog, log = from.self): void => {
  for (;;) {
    const run = from.readRun({ log, from: to.heightOf(log), to: Infinity, bytesMax: 200_000 })
    if (!run) return
    const result = to.accept(run)
    if (!result.ok) throw new Error(result.code)
  }
}
