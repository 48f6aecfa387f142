/** Leaving a workspace: the others hear of it from us if they can, before everything here is deleted. */
import type { Clock } from '../base/clock.ts'
import type { Links } from '../sync/links.ts'
import type { Workspace } from './workspace.ts'

const WAIT_MS = 3000
const LOOK_MS = 50

/** Writes the leave entry and waits, a bounded time, for receipts of those who can be reached.
 *  Answers how many machines hold everything that was written here. */
export const leaveWorkspace = async (workspace: Workspace, links: Links, clock: Clock): Promise<number> => {
  const { log, membership, cluster, documents } = workspace
  documents.stop()
  const entry = membership.leave()
  await log.saved(entry)
  const extent = new Map([[entry.log, entry.seq + 1]])
  const reachable = () => [...new Set(links.proven(workspace.id).map((proven) => proven.device))]
  const informed = () => reachable().filter((device) => cluster.holds(device, extent).holds === 'all')
  const untilMs = clock.monotonicMs() + WAIT_MS
  while (clock.monotonicMs() < untilMs && informed().length < reachable().length) {
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve))
  }
  return informed().length
}
