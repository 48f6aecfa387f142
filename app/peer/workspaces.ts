/** The workspaces that this peer is in, open and bound to the links. */
import type { ScreenEvent } from '../api/commands.ts'
import type { Clock } from '../base/clock.ts'
import type { Emitter } from '../base/emitter.ts'
import { codeOf, PeerError } from '../base/errors.ts'
import type { WorkspaceId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import type { Store } from '../store/store.ts'
import type { Links } from '../sync/links.ts'
import type { Records, WorkspaceRecord } from './records.ts'
import { createWorkspace, type Workspace } from './workspace.ts'

export interface Workspaces {
  all(): readonly Workspace[]
  get(id: WorkspaceId): Workspace | undefined
  /** @throws MEMBERSHIP_WORKSPACE_UNKNOWN */
  find(id: WorkspaceId): Workspace
  /** Opens one that is on disk. */
  open(record: WorkspaceRecord): Workspace
  /** Writes the record, then opens the workspace. */
  enter(record: WorkspaceRecord): Workspace
  /** Closes it and deletes everything of it here. */
  remove(id: WorkspaceId): void
  isFilling(id: WorkspaceId): boolean
  /** Something arrived: perhaps all that was missing since the join. */
  progressed(id: WorkspaceId): void
}

export interface WorkspacesParts {
  readonly store: Store
  readonly records: Records
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly events: Emitter<ScreenEvent>
  links(): Links
  opened(workspace: Workspace): void
  closed(workspace: WorkspaceId): void
  machineName(): string
  statusSoon(): void
}

export const createWorkspaces = (parts: WorkspacesParts): Workspaces => {
  const { records, events, logger, statusSoon } = parts
  const workspaces = new Map<WorkspaceId, Workspace>()
  const filling = new Set<WorkspaceId>()

  const open = (record: WorkspaceRecord): Workspace => {
    const { workspace: id } = record
    if (!record.isFilled) filling.add(id)
    const workspace = createWorkspace({
      ...parts, record,
      broadcast: (to, room, payload) => parts.links().sendRoom(to, room, payload),
      isFilling: () => filling.has(id),
    })
    workspaces.set(id, workspace)
    workspace.log.onStored((stored) => parts.links().stored(id, stored))
    workspace.membership.onChange(() => parts.links().refresh())
    workspace.onChange(statusSoon)
    workspace.documents.onList(() => events.emit({ kind: 'documents', workspace: id }))
    parts.opened(workspace)
    sayName(workspace)
    return workspace
  }

  /** Also in a later run, when the first one ended, or its disk was full, just after it joined. */
  const sayName = ({ membership, keys }: Workspace) => {
    if (membership.isNamed(keys.device)) return
    try {
      membership.rename(parts.machineName())
    } catch (error) {
      logger.warn('name not said', { code: codeOf(error) })
    }
  }

  return {
    all: () => [...workspaces.values()],
    get: (id) => workspaces.get(id),
    find: (id) => {
      const workspace = workspaces.get(id)
      if (!workspace) throw new PeerError('MEMBERSHIP_WORKSPACE_UNKNOWN', { workspace: id })
      return workspace
    },
    open,
    enter: (record) => {
      records.putWorkspace(record)
      const workspace = open(record)
      parts.links().refresh()
      statusSoon()
      return workspace
    },
    remove: (id) => {
      const workspace = workspaces.get(id)
      workspaces.delete(id)
      filling.delete(id)
      parts.links().drop(id)
      parts.closed(id)
      workspace?.stop()
      records.deleteWorkspace(id)
      statusSoon()
    },
    isFilling: (id) => filling.has(id),
    progressed: (id) => {
      if (!filling.has(id) || !parts.links().proven(id).some((proven) => proven.exchange.isLevel)) return
      try {
        const record = records.workspaces().find((candidate) => candidate.workspace === id)
        if (record) records.putWorkspace({ ...record, isFilled: true })
      } catch (error) {
        // It is as full as it looks; the next run will only compare once more before it says so.
        logger.warn('not noted as filled', { code: codeOf(error) })
      }
      filling.delete(id)
      parts.links().refresh()
      statusSoon()
    },
  }
}
