/** What this peer knows of the others: who was heard when, and who holds what. A connection is never evidence of the latter. */
import type { Cancel, Clock } from '../base/clock.ts'
import { ByteReader, ByteWriter, concat, fromHex, toHex } from '../base/codec.ts'
import { createEmitter } from '../base/emitter.ts'
import { codeOf, type ErrorCode } from '../base/errors.ts'
import { deviceId, sessionId, type DeviceId, type LogId, type SessionId, type WorkspaceId } from '../base/ids.ts'
import { RECEIPT_COALESCE_MS } from '../base/limits.ts'
import type { Logger } from '../base/logger.ts'
import type { DeviceKeys } from '../identity/device-keys.ts'
import type { WorkspaceLog } from '../log/log.ts'
import type { Key, Store } from '../store/store.ts'
import { createHeard } from './heard.ts'
import { holdsOf, isSuperseded, withReceipt, type DeviceReceipts, type Extent, type Holds } from './holdings.ts'
import { decodeReceipt, encodeReceipt, type Receipt, type ReceiptRow } from './receipt.ts'

/** Kinds of this room's messages, the first byte of a payload. */
const RECEIPT = 0
const SUMMARY = 1
const WANT = 2
const SUMMARY_ROWS_MAX = 2048
const SUMMARY_COALESCE_MS = 1000

/** Sends to one neighbour, or to all. */
export type Reply = (payload: Uint8Array) => void

export interface MachineHolds {
  readonly holds: Holds
  /** When its newest receipt arrived here; undefined without one. */
  readonly asOfMs: number | undefined
}

export interface Cluster {
  /** A neighbour proved itself: tell it what is stored here. */
  greet(reply: Reply): void
  receive(payload: Uint8Array, reply: Reply): void
  heard(device: DeviceId): void
  lastHeardMs(device: DeviceId): number | undefined
  /** By stored receipts; for this machine itself by what is saved here. */
  holds(device: DeviceId, extent: Extent): MachineHolds
  onChange(listener: () => void): Cancel
  stop(): void
}

export interface ClusterParts {
  readonly workspace: WorkspaceId
  readonly keys: DeviceKeys
  readonly log: WorkspaceLog
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  admits(device: DeviceId): boolean
  broadcast(payload: Uint8Array): void
  refuse(code: ErrorCode): void
}

interface Stored {
  readonly receipts: DeviceReceipts
  readonly bytes: ReadonlyMap<SessionId, Uint8Array>
  readonly arrivedMs: number
}

const payloadOf = (kind: number, bytes: Uint8Array) => concat([Uint8Array.of(kind), bytes])

export const createCluster = (parts: ClusterParts): Cluster => {
  const { workspace, keys, log, store, clock, logger } = parts
  const known = new Map<DeviceId, Stored>()
  const heard = createHeard(parts)
  const changed = createEmitter<void>()
  const dueSummaries = new Map<DeviceId, Set<SessionId>>()
  let isReceiptDue = false
  let isStopped = false
  let counter = 0
  let lastRows = ''

  const receiptKey = (device: DeviceId, session: SessionId): Key => ['w', workspace, 'r', device, session]

  const savedRows = (): ReadonlyMap<LogId, ReceiptRow> => {
    const rows = new Map<LogId, ReceiptRow>()
    for (const id of log.heights().keys()) {
      const height = log.durability.heightOf(id)
      const shortHash = log.shortHashAt(id, height - 1)
      if (shortHash) rows.set(id, { height, shortHash })
    }
    return rows
  }

  /** In memory as it is on disk; answers sessions whose receipts are superseded. */
  const remember = (receipt: Receipt, bytes: Uint8Array, arrivedMs: number): readonly SessionId[] => {
    const before = known.get(receipt.device)
    const receipts = withReceipt(before?.receipts ?? new Map(), receipt)
    const kept = new Map([...(before?.bytes ?? [])].filter(([session]) => receipts.has(session))).set(receipt.session, bytes)
    known.set(receipt.device, { receipts, bytes: kept, arrivedMs })
    return [...(before?.receipts.keys() ?? [])].filter((session) => !receipts.has(session))
  }

  const keep = (receipt: Receipt, bytes: Uint8Array) => {
    const arrivedMs = clock.nowMs()
    const superseded = remember(receipt, bytes, arrivedMs)
    store.batch([
      { kind: 'put', key: receiptKey(receipt.device, receipt.session), value: new ByteWriter().varint(arrivedMs).raw(bytes).finish() },
      ...superseded.map((session) => ({ kind: 'delete' as const, key: receiptKey(receipt.device, session) })),
    ])
  }

  const issue = () => {
    isReceiptDue = false
    if (isStopped) return
    const rows = savedRows()
    const fingerprint = [...rows].map(([id, row]) => `${id}:${row.height}`).join()
    if (fingerprint === lastRows) return
    lastRows = fingerprint
    const receipt = { device: keys.device, session: log.session, counter: ++counter, timeMs: clock.nowMs(), rows }
    const bytes = encodeReceipt(workspace, receipt, keys.signing)
    try {
      keep(receipt, bytes)
      parts.broadcast(payloadOf(RECEIPT, bytes))
    } catch (error) {
      // A full disk: the receipt says less than it could until the next one.
      logger.warn('receipt not stored', { code: codeOf(error) })
    }
    changed.emit()
  }

  const issueSoon = () => {
    if (isReceiptDue) return
    isReceiptDue = true
    clock.after(RECEIPT_COALESCE_MS, issue)
  }

  const rowsOf = (pairs: Iterable<readonly [DeviceId, SessionId]>, withCounters: boolean): Uint8Array => {
    const writer = new ByteWriter()
    for (const [device, session] of [...pairs].slice(0, SUMMARY_ROWS_MAX)) {
      writer.raw(fromHex(device)).raw(fromHex(session))
      if (withCounters) writer.varint(known.get(device)?.receipts.get(session)?.counter ?? 0)
    }
    return writer.finish()
  }

  const allPairs = () => [...known].flatMap(([device, stored]) => [...stored.receipts.keys()].map((session) => [device, session] as const))

  /** Whoever has no direct link to its author learns of a receipt from us. */
  const summariseSoon = (device: DeviceId, session: SessionId) => {
    if (dueSummaries.size === 0) {
      clock.after(SUMMARY_COALESCE_MS, () => {
        const pairs = [...dueSummaries].flatMap(([of, sessions]) => [...sessions].map((one) => [of, one] as const))
        dueSummaries.clear()
        if (!isStopped) parts.broadcast(payloadOf(SUMMARY, rowsOf(pairs, true)))
      })
    }
    dueSummaries.set(device, (dueSummaries.get(device) ?? new Set()).add(session))
  }

  /** A receipt of our own that this disk has lost: ours must count further, or others would take them for older ones. */
  const outdo = (receipt: Receipt) => {
    if (receipt.session === log.session || receipt.counter < counter) return
    counter = receipt.counter
    lastRows = ''
    issueSoon()
  }

  const takeReceipt = (bytes: Uint8Array) => {
    const decoded = decodeReceipt(workspace, bytes)
    if (!decoded.ok) return parts.refuse(decoded.code)
    const receipt = decoded.value
    if (!parts.admits(receipt.device)) return parts.refuse('MEMBERSHIP_NOT_A_MEMBER')
    if (receipt.device === keys.device) return outdo(receipt)
    const earlier = known.get(receipt.device)?.receipts.get(receipt.session)
    if (earlier && earlier.counter >= receipt.counter) return
    if (isSuperseded(known.get(receipt.device)?.receipts ?? new Map(), receipt)) return
    keep(receipt, bytes.slice())
    summariseSoon(receipt.device, receipt.session)
    changed.emit()
  }

  const takeSummary = (reader: ByteReader, reply: Reply) => {
    const wanted: (readonly [DeviceId, SessionId])[] = []
    for (let index = 0; index < SUMMARY_ROWS_MAX && reader.remaining > 0; index++) {
      const [device, session] = [deviceId(toHex(reader.raw(32))), sessionId(toHex(reader.raw(16)))]
      const theirs = reader.varint()
      const isNews = device === keys.device
        ? session !== log.session && theirs >= counter
        : (known.get(device)?.receipts.get(session)?.counter ?? 0) < theirs
      if (isNews) wanted.push([device, session])
    }
    if (wanted.length > 0) reply(payloadOf(WANT, rowsOf(wanted, false)))
  }

  const giveWanted = (reader: ByteReader, reply: Reply) => {
    for (let index = 0; index < SUMMARY_ROWS_MAX && reader.remaining > 0; index++) {
      const bytes = known.get(deviceId(toHex(reader.raw(32))))?.bytes.get(sessionId(toHex(reader.raw(16))))
      if (bytes) reply(payloadOf(RECEIPT, bytes))
    }
  }

  const load = () => {
    for (const { value } of store.scan(['w', workspace, 'r'])) {
      const reader = new ByteReader(value)
      const arrivedMs = reader.varint()
      const bytes = reader.rest().slice()
      const decoded = decodeReceipt(workspace, bytes)
      if (!decoded.ok) continue
      remember(decoded.value, bytes, arrivedMs)
      if (decoded.value.device === keys.device) counter = Math.max(counter, decoded.value.counter)
    }
  }

  load()
  log.durability.onSaved(issueSoon)

  return {
    onChange: changed.on,
    greet: (reply) => {
      const own = known.get(keys.device)?.bytes.get(log.session)
      if (own) reply(payloadOf(RECEIPT, own))
      const pairs = allPairs()
      for (let at = 0; at < pairs.length; at += SUMMARY_ROWS_MAX)
        reply(payloadOf(SUMMARY, rowsOf(pairs.slice(at, at + SUMMARY_ROWS_MAX), true)))
    },
    receive: (payload, reply) => {
      try {
        const reader = new ByteReader(payload)
        const kind = reader.u8()
        if (kind === RECEIPT) takeReceipt(reader.rest())
        else if (kind === SUMMARY) takeSummary(reader, reply)
        else if (kind === WANT) giveWanted(reader, reply)
      } catch (error) {
        parts.refuse(codeOf(error))
      }
    },
    heard: heard.note,
    lastHeardMs: heard.lastMs,
    holds: (device, extent) => {
      if (device === keys.device) {
        const isSaved = [...extent].every(([id, count]) => log.durability.heightOf(id) >= count)
        return { holds: isSaved ? 'all' : 'behind', asOfMs: clock.nowMs() }
      }
      const stored = known.get(device)
      return { holds: holdsOf(stored?.receipts, extent, log.shortHashAt), asOfMs: stored?.arrivedMs }
    },
    stop: () => {
      heard.stop()
      isStopped = true
    },
  }
}
