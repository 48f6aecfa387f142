/** Joins under way: each goes on knocking, across restarts, until a member admits it or says finally no. */
import type { Clock } from '../base/clock.ts'
import { PeerError, type ErrorCode } from '../base/errors.ts'
import type { WorkspaceId } from '../base/ids.ts'
import type { Random } from '../base/random.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { decodeLink, inviteKey, rendezvousKey, type Invitation } from '../membership/invitation.ts'
import { proveJoin } from '../membership/join-proof.ts'
import type { Knock } from '../sync/handshake.ts'
import type { JoinRecord, Records } from './records.ts'

/** No other member, and no later time, would say otherwise. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['MEMBERSHIP_INVITE_EXPIRED', 'MEMBERSHIP_INVITE_USED', 'MEMBERSHIP_PROOF_INVALID'])

export interface Join {
  readonly record: JoinRecord
  readonly invitation: Invitation
  readonly knock: Knock
}

export interface Joins {
  list(): readonly Join[]
  of(workspace: WorkspaceId): Join | undefined
  /** Those that may be told of: their keys survive a power cut. A member that admitted keys which are lost would have used up the link. */
  knocks(): readonly Knock[]
  /** Begins, or goes on with the keys it began with. To be followed by `saved` once the store has been flushed.
   *  @throws MEMBERSHIP_LINK_MALFORMED */
  begin(link: string): Join
  saved(join: Join): void
  /** Resolves when admitted. @throws MEMBERSHIP_JOIN_TIMEOUT (it goes on knocking), or why a member said no */
  wait(workspace: WorkspaceId, timeoutMs: number): Promise<void>
  admitted(workspace: WorkspaceId): void
  declined(workspace: WorkspaceId, code: ErrorCode): void
  /** Whoever waits is told that this run is over; the joins go on in the next. */
  stop(): void
}

const toJoin = (record: JoinRecord): Join => {
  const invitation = decodeLink(record.link)
  const { workspace, invite, secret } = invitation
  const key = inviteKey(workspace, secret)
  const { keys } = record
  const knock: Knock = {
    workspace, invite,
    rendezvousKey: rendezvousKey(key.publicKey),
    device: keys.device,
    sealKey: keys.opening.publicKey,
    prove: (claim) => proveJoin(claim, key, keys.signing),
  }
  return { record, invitation, knock }
}

export const createJoins = (records: Records, clock: Clock, random: Random): Joins => {
  const joins = new Map<WorkspaceId, Join>(records.joins().map((record) => [record.workspace, toJoin(record)]))
  const unsaved = new Set<Join>()
  const waiters = new Map<WorkspaceId, Set<(code: ErrorCode | undefined) => void>>()

  const settle = (workspace: WorkspaceId, code: ErrorCode | undefined) => {
    for (const waiter of waiters.get(workspace) ?? []) waiter(code)
    waiters.delete(workspace)
  }

  return {
    list: () => [...joins.values()],
    of: (workspace) => joins.get(workspace),
    knocks: () => [...joins.values()].filter((join) => !unsaved.has(join)).map((join) => join.knock),
    saved: (join) => void unsaved.delete(join),
    begin: (link) => {
      const invitation = decodeLink(link)
      const known = joins.get(invitation.workspace)
      if (known?.record.link === link.trim()) return known
      const record = { workspace: invitation.workspace, link: link.trim(), keys: createDeviceKeys(random) }
      records.putJoin(record)
      const join = toJoin(record)
      joins.set(join.record.workspace, join)
      unsaved.add(join)
      return join
    },
    wait: (workspace, timeoutMs) =>
      new Promise((resolve, reject) => {
        const done = (code: ErrorCode | undefined) => {
          cancel()
          waiters.get(workspace)?.delete(done)
          if (code) reject(new PeerError(code))
          else resolve()
        }
        const cancel = clock.after(timeoutMs, () => done('MEMBERSHIP_JOIN_TIMEOUT'))
        waiters.set(workspace, (waiters.get(workspace) ?? new Set()).add(done))
      }),
    admitted: (workspace) => {
      joins.delete(workspace)
      records.deleteJoin(workspace)
      settle(workspace, undefined)
    },
    declined: (workspace, code) => {
      if (!FINAL.has(code)) return
      joins.delete(workspace)
      records.deleteJoin(workspace)
      settle(workspace, code)
    },
    stop: () => {
      for (const workspace of [...waiters.keys()]) settle(workspace, 'API_CHANNEL_CLOSED')
    },
  }
}
