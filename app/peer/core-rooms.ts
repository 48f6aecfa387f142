/** The rooms of a workspace that are worked out from its entries: filled from their checkpoint, as far as that goes, then from the log. */
import type { Clock } from '../base/clock.ts'
import { codeOf } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import { createDocuments } from '../documents/documents.ts'
import { SCHEMA, type Documents } from '../documents/documents.types.ts'
import { sha256 } from '../identity/crypto.ts'
import { createCheckpoint, type Checkpoint } from '../log/checkpoint.ts'
import { createKeyring, epochOf } from '../log/keyring.ts'
import { createLog, type WorkspaceLog } from '../log/log.ts'
import { createVault } from '../log/vault.ts'
import { readGenesis, type Genesis } from '../membership/genesis.ts'
import { createMembership, type Membership } from '../membership/membership.ts'
import type { Store } from '../store/store.ts'
import type { WorkspaceRecord } from './records.ts'

export interface CoreRoomsParts {
  readonly record: WorkspaceRecord
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

export interface CoreRooms {
  readonly genesis: Genesis
  readonly log: WorkspaceLog
  readonly membership: Membership
  readonly documents: Documents
  readonly checkpoint: Checkpoint
}

/** Everything that is on disk, worked out. A checkpoint that is odd in any way is dropped, and costs nothing but time. */
export const startCoreRooms = (parts: CoreRoomsParts): CoreRooms => {
  const rooms = readCheckpoint(parts)
  const { log, documents, checkpoint } = rooms
  log.onSettled(checkpoint.grown)
  documents.onDisplacement(checkpoint.renew)
  log.start()
  return rooms
}

/** Rooms as their checkpoint left them; empty ones when there is none, or none that can be used. */
const readCheckpoint = (parts: CoreRoomsParts): CoreRooms => {
  const rooms = build(parts)
  try {
    rooms.checkpoint.read()
    return rooms
  } catch (error) {
    parts.logger.warn('checkpoint dropped', { code: codeOf(error), error: String(error) })
    // Half filled: no more is to be heard of them.
    rooms.documents.stop()
    rooms.checkpoint.drop()
    return build(parts)
  }
}

const build = ({ record, store, clock, random, logger }: CoreRoomsParts): CoreRooms => {
  const { workspace, keys } = record
  const genesis = readGenesis(record.genesis, workspace)
  const vault = createVault({ workspace, keys, store, random })
  const log = createLog({ workspace, keys, keyring: createKeyring(workspace, record), store, clock, random, logger })
  const membership = createMembership({ workspace, genesis, log, clock, random, logger })
  const documents = createDocuments({ log, workspace, clock, random, logger, sha256, vault })
  const checkpoint = createCheckpoint({
    vault, clock, random, logger,
    rooms: [log.checkpoint, membership.checkpoint, documents.checkpoint],
    // Entries that this program, or these keys, could not read are read with others.
    edition: [SCHEMA, ...record.epochs.map((key) => epochOf(key).id)].join(),
  })
  return { genesis, log, membership, documents, checkpoint }
}
