/** Which workspace, which note: an id, the beginning of one, or a name that only one has. */
import type { PeerClient } from '../../app/api/client.ts'
import { PeerError } from '../../app/base/errors.ts'
import { documentId, type DocumentId, type WorkspaceId } from '../../app/base/ids.ts'

const PREFIX = /^[0-9a-f]{6,}$/

const matching = <T>(items: readonly T[], asked: string, idOf: (item: T) => string, nameOf: (item: T) => string): readonly T[] => {
  const exact = items.filter((item) => idOf(item) === asked)
  if (exact.length > 0) return exact
  const begins = PREFIX.test(asked) ? items.filter((item) => idOf(item).startsWith(asked)) : []
  return begins.length > 0 ? begins : items.filter((item) => nameOf(item) === asked)
}

/** @throws MEMBERSHIP_WORKSPACE_UNKNOWN, MEMBERSHIP_WORKSPACE_AMBIGUOUS */
export const findWorkspace = async (client: PeerClient, asked: string | undefined): Promise<WorkspaceId> => {
  const { workspaces } = await client.run('status', {})
  const found = asked === undefined ? workspaces : matching(workspaces, asked, ({ id }) => id, ({ name }) => name)
  const [first] = found
  if (first === undefined) throw new PeerError('MEMBERSHIP_WORKSPACE_UNKNOWN', asked === undefined ? {} : { hint: asked })
  if (found.length > 1) throw new PeerError('MEMBERSHIP_WORKSPACE_AMBIGUOUS', { names: found.map(({ name, id }) => `${name} (${id.slice(0, 8)})`).join(', ') })
  return first.id
}

const isDocumentId = (text: string) => /^[0-9a-f]{32}$/.test(text)

/** @throws DOCUMENTS_UNKNOWN, also when several have that title */
export const findDocument = async (client: PeerClient, workspace: WorkspaceId, asked: string): Promise<DocumentId> => {
  // A whole id is the peer's to judge: it may name a note that only its log knows yet.
  if (isDocumentId(asked)) return documentId(asked)
  const lists = await Promise.all([false, true].map((trash) => client.run('document.list', { workspace, trash })))
  const all = [...new Map(lists.flatMap(({ documents }) => documents).map((item) => [item.document, item])).values()]
  const found = matching(all, asked, ({ document }) => document, ({ title }) => title)
  const [first] = found
  if (first === undefined || found.length > 1) throw new PeerError('DOCUMENTS_UNKNOWN', { hint: found.length > 1 ? `Several notes fit "${asked}": use the id.` : `"${asked}"` })
  return first.document
}
