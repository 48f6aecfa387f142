/** One workspace as this peer runs it: its rooms, built in order and bound together. */
import type { Clock } from '../base/clock.ts'
import { decodeCbor, encodeCbor, fromHex, toUtf8, concat } from '../base/codec.ts'
import { createEmitter } from '../base/emitter.ts'
import { codeOf, PeerError, type ErrorCode } from '../base/errors.ts'
import type { DeviceId, WorkspaceId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import { createCluster, type Cluster } from '../cluster/cluster.ts'
import type { Documents } from '../documents/documents.types.ts'
import { KEY_BYTES, sealTo } from '../identity/crypto.ts'
import type { DeviceKeys } from '../identity/device-keys.ts'
import type { WorkspaceLog } from '../log/log.ts'
import { readGenesis, type Genesis } from '../membership/genesis.ts'
import { rendezvousKey } from '../membership/invitation.ts'
import type { Membership } from '../membership/membership.ts'
import { discoveryKey } from '../membership/recognition.ts'
import { createPresence, type PresenceRoom } from '../presence/presence.ts'
import type { Store } from '../store/store.ts'
import type { SyncGate } from '../sync/link.ts'
import { createRequests } from '../sync/requests.ts'
import { startCoreRooms } from './core-rooms.ts'
import type { WorkspaceRecord } from './records.ts'

/** Payloads that other rooms send through links. */
export const ROOMS = { cluster: 1, presence: 2, addresses: 3 } as const

export interface Workspace {
  readonly id: WorkspaceId
  readonly genesis: Genesis
  readonly keys: DeviceKeys
  readonly log: WorkspaceLog
  readonly membership: Membership
  readonly documents: Documents
  readonly cluster: Cluster
  readonly presence: PresenceRoom
  readonly gate: SyncGate
  /** Refusals since start, by code. */
  readonly refusals: ReadonlyMap<ErrorCode, number>
  refuse(code: ErrorCode): void
  /** Anything that a status shows may have changed. */
  onChange(listener: () => void): () => void
  /** The last edits into the log, and what the next start needs beside it: before the last flush. */
  close(): void
  stop(): void
}

export interface WorkspaceParts {
  readonly record: WorkspaceRecord
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  broadcast(workspace: WorkspaceId, room: number, payload: Uint8Array): void
  /** The first whole comparison after joining is still to come. */
  isFilling(): boolean
}

interface Welcome {
  readonly genesis: Uint8Array
  readonly control: Uint8Array
  readonly epochs: readonly Uint8Array[]
}

const welcomeInfo = (workspace: WorkspaceId, device: DeviceId) => concat([toUtf8('lanyard-accept-v0'), fromHex(workspace), fromHex(device)])

/** What a joiner is sent once it is admitted.
 *  @throws IDENTITY_BOX_UNREADABLE, BASE_BYTES_MALFORMED, MEMBERSHIP_GENESIS_MISMATCH */
export const openWelcome = (workspace: WorkspaceId, keys: DeviceKeys, box: Uint8Array): Welcome => {
  return readWelcome(workspace, keys.opening.open(box, welcomeInfo(workspace, keys.device)))
}

/** What is in the box.
 *  @throws BASE_BYTES_MALFORMED, MEMBERSHIP_GENESIS_MISMATCH */
export const readWelcome = (workspace: WorkspaceId, bytes: Uint8Array): Welcome => {
  const { genesis, control, epochs } = (decodeCbor(bytes) ?? {}) as Record<string, unknown>
  const isKey = (key: unknown): key is Uint8Array => key instanceof Uint8Array && key.length === KEY_BYTES
  if (!(genesis instanceof Uint8Array) || !isKey(control) || !Array.isArray(epochs) || epochs.length === 0 || !epochs.every(isKey)) {
    throw new PeerError('MEMBERSHIP_GENESIS_MISMATCH')
  }
  readGenesis(genesis, workspace)
  return { genesis, control, epochs }
}

export const createWorkspace = (parts: WorkspaceParts): Workspace => {
  const { record, store, clock, random, logger } = parts
  const { workspace: id, keys } = record
  const { genesis, log, membership, documents, checkpoint } = startCoreRooms(parts)
  const changed = createEmitter<void>()
  const refusals = new Map<ErrorCode, number>()
  const refuse = (code: ErrorCode) => {
    refusals.set(code, (refusals.get(code) ?? 0) + 1)
    changed.emit()
  }
  const toRoom = (room: number) => (payload: Uint8Array) => parts.broadcast(id, room, payload)
  const admits = (device: DeviceId) => membership.admits(device)

  const cluster = createCluster({ workspace: id, keys, log, store, clock, logger, admits, refuse, broadcast: toRoom(ROOMS.cluster) })
  const presence = createPresence({ device: keys.device, clock, refuse, broadcast: toRoom(ROOMS.presence) })

  const welcome = (device: DeviceId, sealKey: Uint8Array): Uint8Array => {
    const plaintext = encodeCbor({ genesis: record.genesis, control: record.control, epochs: [...record.epochs] })
    return sealTo(sealKey, { plaintext, info: welcomeInfo(id, device), ephemeralSeed: random.bytes(KEY_BYTES) })
  }

  const admit: SyncGate['admit'] = (claim, proof, done) => {
    try {
      const admitted = membership.admit(claim, proof)
      if (!admitted.ok) return done({ code: admitted.code })
      const box = welcome(claim.device, claim.sealKey)
      log.saved(admitted.value).then(() => done({ box }), (error: unknown) => done({ code: codeOf(error) }))
    } catch (error) {
      done({ code: codeOf(error) })
    }
  }

  const gate: SyncGate = {
    workspace: id,
    discoveryKey: discoveryKey(id, record.control),
    device: keys.device,
    session: log.session,
    sign: keys.signing.sign,
    // A joiner knows the founder alone, and learns of its admitter only by talking to it. Entries still count by membership only.
    isMember: (device) => membership.isMember(device) || (parts.isFilling() && device === record.sponsor),
    admits,
    invites: createInviteIndex(membership),
    log,
    requests: createRequests(clock),
    admit,
  }

  log.onStored(() => changed.emit())
  log.durability.onSaved(() => changed.emit())
  membership.onChange(() => changed.emit())
  cluster.onChange(() => changed.emit())

  return {
    id, genesis, keys, log, membership, documents, cluster, presence, gate, refusals, refuse,
    onChange: changed.on,
    close: () => {
      documents.stop()
      checkpoint.stop()
    },
    stop: () => {
      documents.stop()
      checkpoint.stop()
      presence.stop()
      cluster.stop()
      log.stop()
    },
  }
}

/** Rendezvous keys cost a derivation each: made once an invitation. */
const createInviteIndex = (membership: Membership): SyncGate['invites'] => {
  const keys = new Map<string, Uint8Array>()
  return () =>
    membership.invites().map(({ invite, key }) => {
      let rendezvous = keys.get(invite)
      if (!rendezvous) keys.set(invite, (rendezvous = rendezvousKey(key)))
      return { invite, rendezvousKey: rendezvous }
    })
}
