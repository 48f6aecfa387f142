/** What a peer keeps on disk beside its logs: its workspaces and their keys, joins under way, its name, and where others were. */
import { decodeCbor, encodeCbor } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { address, deviceId, workspaceId, type Address, type DeviceId, type WorkspaceId } from '../base/ids.ts'
import { ADDRESSES_REMEMBERED_MAX } from '../base/limits.ts'
import { restoreDeviceKeys, type DeviceKeys } from '../identity/device-keys.ts'
import type { Key, Store } from '../store/store.ts'

export interface WorkspaceRecord {
  readonly workspace: WorkspaceId
  readonly genesis: Uint8Array
  readonly keys: DeviceKeys
  readonly control: Uint8Array
  readonly epochs: readonly Uint8Array[]
  /** Who admitted us: heard out while its own admission has not arrived here. Undefined for a workspace that was made here. */
  readonly sponsor: DeviceId | undefined
  /** A whole comparison with another member has happened since it was joined. */
  readonly isFilled: boolean
}

export interface JoinRecord {
  readonly workspace: WorkspaceId
  readonly link: string
  /** Made once for a link: asked again with the same keys, a member gives the same answer. */
  readonly keys: DeviceKeys
}

export interface Records {
  machineName(): string | undefined
  setMachineName(name: string): void
  workspaces(): readonly WorkspaceRecord[]
  putWorkspace(record: WorkspaceRecord): void
  /** Deletes all that is here of a workspace. */
  deleteWorkspace(workspace: WorkspaceId): void
  joins(): readonly JoinRecord[]
  putJoin(record: JoinRecord): void
  deleteJoin(workspace: WorkspaceId): void
  /** Where members answered to a dial of ours. */
  addresses(): readonly Address[]
  /** What members signed of their addresses, as it came. */
  addressRecords(workspace: WorkspaceId): readonly Uint8Array[]
  putAddressRecord(workspace: WorkspaceId, device: DeviceId, bytes: Uint8Array): void
  putAddresses(workspace: WorkspaceId, device: DeviceId, addresses: readonly Address[]): void
}

const MACHINE: Key = ['machine']

const fieldsIn = (bytes: Uint8Array): Record<string, unknown> => {
  const value = decodeCbor(bytes)
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  throw new PeerError('STORE_BROKEN')
}

const listIn = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  throw new PeerError('STORE_BROKEN')
}

const textIn = (value: unknown): string => {
  if (typeof value === 'string') return value
  throw new PeerError('STORE_BROKEN')
}

const bytesIn = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array) return value
  throw new PeerError('STORE_BROKEN')
}

const readWorkspace = (key: Key, bytes: Uint8Array): WorkspaceRecord => {
  const value = fieldsIn(bytes)
  return {
    workspace: workspaceId(key[1]),
    genesis: bytesIn(value['genesis']),
    keys: restoreDeviceKeys(bytesIn(value['keys'])),
    control: bytesIn(value['control']),
    epochs: listIn(value['epochs']).map(bytesIn),
    sponsor: typeof value['sponsor'] === 'string' ? deviceId(value['sponsor']) : undefined,
    isFilled: value['filled'] === true,
  }
}

const readJoin = (key: Key, bytes: Uint8Array): JoinRecord => {
  const value = fieldsIn(bytes)
  return { workspace: workspaceId(key[1]), link: textIn(value['link']), keys: restoreDeviceKeys(bytesIn(value['keys'])) }
}

export const createRecords = (store: Store): Records => {
  const put = (key: Key, value: unknown) => store.batch([{ kind: 'put', key, value: encodeCbor(value) }])
  return {
    machineName: () => {
      const bytes = store.get(MACHINE)
      return bytes && textIn(decodeCbor(bytes))
    },
    setMachineName: (name) => put(MACHINE, name),
    workspaces: () => [...store.scan(['workspaces'])].map((item) => readWorkspace(item.key, item.value)),
    putWorkspace: ({ workspace, genesis, keys, control, epochs, sponsor, isFilled }) =>
      put(['workspaces', workspace], { genesis, keys: keys.secret, control, epochs, sponsor: sponsor ?? null, filled: isFilled }),
    deleteWorkspace: (workspace) =>
      store.batch([['w', workspace], ['workspaces', workspace], ['book', workspace], ['told', workspace]].map((prefix) => ({ kind: 'deletePrefix', prefix }))),
    joins: () => [...store.scan(['joins'])].map((item) => readJoin(item.key, item.value)),
    putJoin: ({ workspace, link, keys }) => put(['joins', workspace], { link, keys: keys.secret }),
    deleteJoin: (workspace) => store.batch([{ kind: 'delete', key: ['joins', workspace] }]),
    addresses: () => [...store.scan(['book'])].flatMap((item) => listIn(decodeCbor(item.value)).map(address)),
    addressRecords: (workspace) => [...store.scan(['told', workspace])].map((item) => item.value),
    putAddressRecord: (workspace, device, bytes) => store.batch([{ kind: 'put', key: ['told', workspace, deviceId(device)], value: bytes }]),
    putAddresses: (workspace, device, addresses) =>
      put(['book', workspace, deviceId(device)], [...new Set(addresses)].slice(0, ADDRESSES_REMEMBERED_MAX)),
  }
}
