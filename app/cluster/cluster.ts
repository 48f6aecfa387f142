/** What this peer knows of the others: who was heard when, and who holds what. A connection is never evidence of the latter. */
import type { Cancel, Clock } from '../base/clock.ts'
import { createEmitter } from '../base/emitter.ts'
import { codeOf, type ErrorCode } from '../base/errors.ts'
import type { DeviceId, WorkspaceId } from '../base/ids.ts'
import { InvariantError } from '../base/invariant.ts'
import type { Logger } from '../base/logger.ts'
import type { DeviceKeys } from '../identity/device-keys.ts'
import type { WorkspaceLog } from '../log/log.ts'
import type { Store } from '../store/store.ts'
import { createReceiptAuthor } from './author.ts'
import { createGossip, receiptPayload, type Reply } from './gossip.ts'
import { createHeard } from './heard.ts'
import { holdsOf, type Extent, type Holds } from './holdings.ts'
import { createReceiptShelf } from './receipt-shelf.ts'
import { decodeReceipt } from './receipt.ts'

export type { Reply } from './gossip.ts'

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

export const createCluster = (parts: ClusterParts): Cluster => {
  const { workspace, keys, log, clock, refuse } = parts
  const shelf = createReceiptShelf(parts)
  const heard = createHeard(parts)
  const changed = createEmitter<void>()

  const author = createReceiptAuthor({
    ...parts, shelf,
    issued: (bytes) => {
      parts.broadcast(receiptPayload(bytes))
      changed.emit()
    },
  })

  const takeReceipt = (bytes: Uint8Array) => {
    const decoded = decodeReceipt(workspace, bytes)
    if (!decoded.ok) return refuse(decoded.code)
    const receipt = decoded.value
    if (!parts.admits(receipt.device)) return refuse('MEMBERSHIP_NOT_A_MEMBER')
    const isOwn = receipt.device === keys.device
    if (isOwn && receipt.session === log.session) return
    const kept = shelf.keep(receipt, bytes.slice())
    if (!kept.ok) return refuse(kept.code)
    if (!kept.value) return
    if (isOwn) author.answer(receipt)
    else gossip.spread(receipt)
    changed.emit()
  }

  const gossip = createGossip({ ...parts, shelf, takeReceipt })
  log.durability.onSaved(author.issueSoon)

  return {
    onChange: changed.on,
    greet: (reply) => {
      const own = shelf.bytesOf(keys.device, log.session)
      if (own) reply(receiptPayload(own))
      gossip.greet(reply)
    },
    receive: (payload, reply) => {
      try {
        gossip.receive(payload, reply)
      } catch (error) {
        if (error instanceof InvariantError) throw error
        refuse(codeOf(error))
      }
    },
    heard: heard.note,
    lastHeardMs: heard.lastMs,
    holds: (device, extent) => {
      if (device === keys.device) {
        const isSaved = [...extent].every(([id, count]) => log.durability.heightOf(id) >= count)
        return { holds: isSaved ? 'all' : 'behind', asOfMs: clock.nowMs() }
      }
      return { holds: holdsOf(shelf.of(device), extent, log.shortHashAt), asOfMs: shelf.arrivedMs(device) }
    },
    stop: () => {
      heard.stop()
      author.stop()
      gossip.stop()
    },
  }
}
