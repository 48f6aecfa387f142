/** What screens are shown of the peer. Nothing here is guessed: what isn't known says so. */
import type { DocumentView, MachineHoldsView, MemberView, NoticeView, PeerView, WhereView, WorkspaceView } from '../api/views.ts'
import { sentence, type ErrorCode } from '../base/errors.ts'
import type { DeviceId, DocumentId, LogId, WorkspaceId } from '../base/ids.ts'
import type { DocumentSummary } from '../documents/documents.types.ts'
import { SCHEMA } from '../documents/documents.types.ts'
import type { Member } from '../membership/membership.ts'
import type { NeighbourView } from '../network/neighbours.types.ts'
import type { Links } from '../sync/links.ts'
import type { Workspace } from './workspace.ts'

/** Dark enough on white and light enough on black for a label of the other colour: 4.5 to 1 at least. */
const COLORS = ['#b3261e', '#8a5000', '#5b6300', '#186c31', '#006874', '#0b61a4', '#5355a9', '#7b4397', '#9a4058', '#6b5e4b']

export const colorOf = (device: DeviceId): string => COLORS[parseInt(device.slice(0, 6), 16) % COLORS.length]!

const reachableIn = (workspace: Workspace, links: Links): ReadonlySet<DeviceId> =>
  new Set(links.proven(workspace.id).map((proven) => proven.device))

/** Everything that is here, whoever wrote it. */
const wholeExtent = (workspace: Workspace): ReadonlyMap<LogId, number> =>
  new Map([...workspace.log.heights()].map(([log, { height }]) => [log, height]))

interface Known {
  readonly reachable: ReadonlySet<DeviceId>
  readonly extent: ReadonlyMap<LogId, number>
}

const memberView = (workspace: Workspace, member: Member, known: Known): MemberView => {
  const { cluster, membership, keys } = workspace
  const { holds, asOfMs } = cluster.holds(member.device, known.extent)
  const self = member.device === keys.device
  return {
    device: member.device,
    name: membership.nameOf(member.device),
    self,
    reachable: self || known.reachable.has(member.device),
    lastHeardMs: self ? asOfMs ?? null : cluster.lastHeardMs(member.device) ?? null,
    hasLeft: member.hasLeft,
    holds,
    asOfMs: asOfMs ?? null,
    color: colorOf(member.device),
  }
}

/** This machine first, then by name. */
const byName = (a: { self: boolean; name: string; device: string }, b: { self: boolean; name: string; device: string }) =>
  Number(b.self) - Number(a.self) || a.name.localeCompare(b.name, 'en') || (a.device < b.device ? -1 : 1)

export const workspaceView = (workspace: Workspace, links: Links, isFilling: boolean): WorkspaceView => {
  const known = { reachable: reachableIn(workspace, links), extent: wholeExtent(workspace) }
  const { log, membership, documents, keys } = workspace
  return {
    id: workspace.id,
    name: workspace.genesis.name,
    device: keys.device,
    members: membership.members().map((member) => memberView(workspace, member, known)).sort(byName),
    documents: documents.list().filter((summary) => summary.trashedMs === undefined).length,
    entries: log.entries,
    headsHash: log.headsHash(),
    pending: log.pending,
    unsaved: [...log.durability.unsaved].reduce((sum, [id, height]) => sum + height - log.durability.heightOf(id), 0),
    refusals: Object.fromEntries(workspace.refusals),
    isFilling,
  }
}

export const whereView = (workspace: Workspace, links: Links, document: DocumentId): WhereView => {
  const extent = workspace.documents.extent(document)
  const reachable = reachableIn(workspace, links)
  const machines = workspace.membership.members()
    .filter((member) => !member.hasLeft)
    .map((member): MachineHoldsView => {
      const { color: _color, hasLeft: _hasLeft, ...view } = memberView(workspace, member, { reachable, extent })
      return view
    })
    .sort(byName)
  return { document, saved: machines.some((machine) => machine.self && machine.holds === 'all'), machines }
}

export const documentView = (workspace: Workspace, summary: DocumentSummary): DocumentView => {
  const { membership, cluster, documents, keys } = workspace
  const others = membership.members().filter((member) => !member.hasLeft && member.device !== keys.device)
  const holders = summary.isHere ? [] : others.filter((member) => cluster.holds(member.device, documents.extent(summary.document)).holds === 'all')
  return {
    document: summary.document,
    kind: summary.kind,
    title: summary.title,
    createdMs: summary.createdMs,
    changedMs: summary.changedMs,
    changedBy: membership.nameOf(summary.changedBy),
    trashed: summary.trashedMs !== undefined,
    readOnly: summary.schema > SCHEMA,
    here: summary.isHere,
    waitingFor: holders.map((member) => membership.nameOf(member.device)),
  }
}

export const peerViews = (
  neighbours: readonly NeighbourView[], links: Links, workspaceOf: (id: WorkspaceId) => Workspace | undefined,
): readonly PeerView[] => {
  const byPeer = new Map(links.list().map((link) => [link.peer, link]))
  return neighbours.map((neighbour) => {
    const link = neighbour.peer && byPeer.get(neighbour.peer)
    const proven = [...(link?.proven.values() ?? [])].map(({ workspace, device }) => ({
      workspace, device, name: workspaceOf(workspace)?.membership.nameOf(device) ?? '',
    }))
    const code = neighbour.code ?? (neighbour.peer && links.incompatible.get(neighbour.peer)) ?? null
    return { address: neighbour.address, state: neighbour.state, proven, code }
  })
}

const notice = (code: ErrorCode, details: NoticeView['details'] = {}): NoticeView => ({ code, sentence: sentence(code), details })

export const noticesOf = (
  facts: { storeProblem: ErrorCode | undefined; keysAreUnprotected: boolean; incompatible: number },
): readonly NoticeView[] => [
  ...(facts.storeProblem ? [notice(facts.storeProblem)] : []),
  ...(facts.incompatible > 0 ? [notice('SYNC_VERSION_UNSUPPORTED', { machines: facts.incompatible })] : []),
  ...(facts.keysAreUnprotected
    ? [{
        code: 'KEYS_UNPROTECTED' as const,
        sentence: 'The keys of your workspaces lie in the data directory, readable by whoever can read your files. Keep this account and its backups to yourself.',
        details: {},
      }]
    : []),
]
