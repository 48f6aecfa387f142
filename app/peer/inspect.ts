/** A workspace as tests and the simulator look at it: not through a screen. */
import type { WorkspaceInspection } from '../peer.types.ts'
import type { Workspace } from './workspace.ts'

export const inspect = ({ log, documents, refusals }: Workspace): WorkspaceInspection => {
  const summaries = documents.list()
  return {
    heights: log.heights(),
    pending: log.pending,
    documents: summaries.map((summary) => summary.document),
    state: (document) => {
      const isHere = summaries.some((summary) => summary.document === document && summary.isHere)
      return isHere ? documents.state(document) : undefined
    },
    refusals: Object.fromEntries(refusals),
    quarantined: [...documents.quarantined.values()].reduce((sum, count) => sum + count, 0),
    pendingParts: documents.pendingParts,
    index: summaries.map(({ document, kind, title, createdMs, createdBy, trashedMs, schema }) => ({
      document, kind, title, createdMs, createdBy, trashedMs: trashedMs ?? null, schema,
    })),
  }
}
