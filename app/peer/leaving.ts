/** Leaving a workspace: the others hear of it from us if they can, before everything here is deleted. */
import type { Clock } from '../base/clock.ts'
import type { Links } from '../sync/links.ts'
import type { Workspace } from './workspace.ts'

const WAIT_MS = 3000
const LOOK_MS = 50

/** Writes the leave entry and waits, a bounded time, for receipts of those who can be reached.
 *  Answers how many machines hold everything that was written here.
 *  @throws STORE_FULL: then the workspace is as it was */
export const leaveWorkspace = async (workspace: Workspace, links: Links, clock: Clock): Promise<number> => {
  const { log, membership, cluster } = workspace
  // First, for a full disk refuses it, and then nothing has changed.
  membership.leave()
  workspace.close()
  const extent = new Map([[log.self, log.heightOf(log.self)]])
  await log.saved({ log: log.self, seq: log.heightOf(log.self) - 1 })
  const reachable = () => [...new Set(links.proven(workspace.id).map((proven) => proven.device))]
  const informed = () => reachable().filter((device) => cluster.holds(device, extent).holds === 'all')
  const untilMs = clock.monotonicMs() + WAIT_MS
  while (clock.monotonicMs() < untilMs && informed().length < reachable().length) {
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve))
  }
  return informed().length
}
