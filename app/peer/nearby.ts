/** People nearby, as the peer runs it: a member opens a workspace for some minutes, and whoever is let in joins in the ordinary way. */
import type { FoundView, NearbyView } from '../api/views.ts'
import type { Clock } from '../base/clock.ts'
import type { WorkspaceId } from '../base/ids.ts'
import { NEARBY_INVITE_MS } from '../base/limits.ts'
import type { Random } from '../base/random.ts'
import { createNearbyHost } from '../nearby/host.ts'
import { createNearbySeeker } from '../nearby/seeker.ts'
import type { Network } from '../network/network.ts'
import type { Workspaces } from './workspaces.ts'

export interface Nearby {
  start(): void
  stop(): void
  view(): NearbyView
  /** Answers when it closes by itself. @throws MEMBERSHIP_WORKSPACE_UNKNOWN, NEARBY_BUSY */
  open(workspace: WorkspaceId, durationMs: number): number
  close(workspace: WorkspaceId): void
  /** @throws NEARBY_ASKER_UNKNOWN */
  answer(workspace: WorkspaceId, asker: string, isWelcome: boolean): Promise<void>
  look(durationMs: number): Promise<readonly FoundView[]>
  /** Resolves once joined. @throws as NearbySeeker.ask and PeerCore.join */
  ask(opening: string, timeoutMs: number): Promise<WorkspaceId>
  withdraw(): void
}

export interface NearbyParts {
  readonly workspaces: Workspaces
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  machineName(): string
  statusSoon(): void
  join(link: string, timeoutMs: number): Promise<WorkspaceId>
}

export const createNearby = (parts: NearbyParts): Nearby => {
  const { workspaces, network, clock } = parts
  const host = createNearbyHost({
    ...parts,
    changed: parts.statusSoon,
    invite: async (id) => {
      const { membership, keys, log } = workspaces.find(id)
      const { link, entry } = membership.invite(keys.device, network.addresses(), NEARBY_INVITE_MS)
      await log.saved(entry)
      return link
    },
  })
  const seeker = createNearbySeeker({ ...parts, changed: parts.statusSoon })

  return {
    start: host.start,
    stop: () => {
      seeker.stop()
      host.stop()
    },
    view: () => ({ openings: host.openings(), looking: seeker.isLooking(), found: seeker.found(), asking: seeker.asking() ?? null }),
    open: (id, durationMs) => host.open(id, workspaces.find(id).genesis.name, durationMs),
    close: host.close,
    answer: host.answer,
    look: async (durationMs) => {
      await seeker.look(durationMs)
      return seeker.found()
    },
    ask: async (opening, timeoutMs) => {
      const startMs = clock.monotonicMs()
      const cancel = clock.after(timeoutMs, seeker.withdraw)
      const link = await seeker.ask(opening).finally(cancel)
      return parts.join(link, Math.max(1, timeoutMs - (clock.monotonicMs() - startMs)))
    },
    withdraw: seeker.withdraw,
  }
}
