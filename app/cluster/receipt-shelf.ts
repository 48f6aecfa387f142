/** The receipts that count, of every device: in memory and, always before that, on disk. */
import type { Clock } from '../base/clock.ts'
import { ByteReader, ByteWriter } from '../base/codec.ts'
import type { DeviceId, SessionId, WorkspaceId } from '../base/ids.ts'
import { ok, refused, type Result } from '../base/result.ts'
import type { Key, Store } from '../store/store.ts'
import { withReceipt, type DeviceReceipts } from './holdings.ts'
import { decodeReceipt, type Receipt } from './receipt.ts'

/** Sessions of one device that don't replace each other. An honest one has one, and a few for a while after its disk was set back. */
const SESSIONS_PER_DEVICE_MAX = 32
const NONE: DeviceReceipts = new Map()

export interface ReceiptShelf {
  of(device: DeviceId): DeviceReceipts
  bytesOf(device: DeviceId, session: SessionId): Uint8Array | undefined
  /** When the newest of them arrived here; undefined without one. */
  arrivedMs(device: DeviceId): number | undefined
  /** Whether a receipt of this session with this counter would change anything, as far as that can be told without it. */
  isNews(device: DeviceId, session: SessionId, counter: number): boolean
  /** Answers whether it was news.
   *  Refusals: SYNC_LIMIT_EXCEEDED
   *  @throws STORE_FULL: then nothing has changed */
  keep(receipt: Receipt, bytes: Uint8Array): Result<boolean>
  /** All that are here, oldest acquaintance first. */
  list(): readonly Receipt[]
}

interface Kept {
  readonly receipts: DeviceReceipts
  readonly bytes: ReadonlyMap<SessionId, Uint8Array>
  readonly arrivedMs: number
}

export const createReceiptShelf = ({ workspace, store, clock }: { workspace: WorkspaceId; store: Store; clock: Clock }): ReceiptShelf => {
  const kept = new Map<DeviceId, Kept>()
  const prefix: Key = ['w', workspace, 'r']
  const keyOf = (device: DeviceId, session: SessionId): Key => [...prefix, device, session]
  const of = (device: DeviceId) => kept.get(device)?.receipts ?? NONE

  const remember = (receipt: Receipt, receipts: DeviceReceipts, bytes: Uint8Array, arrivedMs: number) => {
    const others = [...(kept.get(receipt.device)?.bytes ?? [])].filter(([session]) => receipts.has(session))
    kept.set(receipt.device, { receipts, bytes: new Map(others).set(receipt.session, bytes), arrivedMs })
  }

  const keep = (receipt: Receipt, bytes: Uint8Array): Result<boolean> => {
    const before = of(receipt.device)
    const receipts = withReceipt(before, receipt)
    if (receipts === before) return ok(false)
    if (receipts.size > SESSIONS_PER_DEVICE_MAX) return refused('SYNC_LIMIT_EXCEEDED')
    const arrivedMs = clock.nowMs()
    const replaced = [...before.keys()].filter((session) => !receipts.has(session))
    store.batch([
      { kind: 'put', key: keyOf(receipt.device, receipt.session), value: new ByteWriter().varint(arrivedMs).raw(bytes).finish() },
      ...replaced.map((session) => ({ kind: 'delete' as const, key: keyOf(receipt.device, session) })),
    ])
    remember(receipt, receipts, bytes, arrivedMs)
    return ok(true)
  }

  for (const { value } of store.scan(prefix)) {
    const reader = new ByteReader(value)
    const arrivedMs = reader.varint()
    const bytes = reader.rest().slice()
    const decoded = decodeReceipt(workspace, bytes)
    if (decoded.ok) remember(decoded.value, withReceipt(of(decoded.value.device), decoded.value), bytes, arrivedMs)
  }

  return {
    of,
    keep,
    bytesOf: (device, session) => kept.get(device)?.bytes.get(session),
    arrivedMs: (device) => kept.get(device)?.arrivedMs,
    isNews: (device, session, counter) =>
      [...of(device).values()].every((one) => (one.session === session ? one.counter : one.supersedes.get(session) ?? -1) < counter),
    list: () => [...kept.values()].flatMap(({ receipts }) => [...receipts.values()]),
  }
}
