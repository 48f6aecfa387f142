/** What the running host of this data directory knows. */
import type { PeerClient } from '../../../app/api/client.ts'
import type { PeerView, StatusView } from '../../../app/api/views.ts'
import { codeOf, type ErrorCode } from '../../../app/base/errors.ts'
import { connectToHost, withDeadline } from '../../cli/connection.ts'
import { readHostFile } from '../../headless/host-file.ts'
import type { HostFact } from '../facts.types.ts'

const ANSWER_MS = 10_000

/** Notes are dated by the clock of the machine that changed them last. */
const furthestAhead = async (client: PeerClient, { workspaces, machine }: StatusView): Promise<HostFact['ahead']> => {
  const lists = await Promise.all(workspaces.map(({ id }) => client.run('document.list', { workspace: id, trash: false })))
  const nowMs = Date.now()
  const others = lists.flatMap(({ documents }) => documents).filter(({ changedBy }) => changedBy !== machine)
  const newest = others.toSorted((a, b) => b.changedMs - a.changedMs)[0]
  return newest === undefined || newest.changedMs <= nowMs ? null : { name: newest.changedBy, byMs: newest.changedMs - nowMs }
}

const addedUp = (counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = {}
  for (const [code, count] of counts.flatMap((each) => Object.entries(each))) sums[code] = (sums[code] ?? 0) + count
  return sums
}

const isTwin = ({ workspaces }: StatusView, peers: readonly PeerView[]): boolean => {
  const own = new Set(workspaces.map(({ id, device }) => `${id} ${device}`))
  return peers.some(({ proven }) => proven.some(({ workspace, device }) => own.has(`${workspace} ${device}`)))
}

const ask = async (client: PeerClient, host: { readonly pid: number; readonly version: string }): Promise<HostFact> => {
  const [status, { peers }] = await Promise.all([client.run('status', {}), client.run('peers', {})])
  const members = status.workspaces.flatMap((workspace) => workspace.members)
  return {
    pid: host.pid,
    version: host.version,
    discovers: status.discovers,
    addresses: status.addresses,
    peers: peers.map(({ address, state, code, proven }) => ({ address, state, code, names: [...new Set(proven.map(({ name }) => name))] })),
    missing: [...new Set(members.filter(({ self, reachable, hasLeft }) => !self && !reachable && !hasLeft).map(({ name }) => name))],
    refusals: addedUp(status.workspaces.map(({ refusals }) => refusals)),
    hasTwin: isTwin(status, peers),
    ahead: await furthestAhead(client, status),
  }
}

/** Undefined: none runs. A code: it runs, and does not answer as it should. */
export const askHost = async (dataDir: string): Promise<HostFact | ErrorCode | undefined> => {
  const host = readHostFile(dataDir)
  if (host === undefined) return undefined
  try {
    const client = await connectToHost(dataDir)
    return await withDeadline(ask(client, host), ANSWER_MS).finally(() => client.close())
  } catch (error) {
    const code = codeOf(error)
    return code === 'HOST_NOT_RUNNING' ? undefined : code
  }
}
