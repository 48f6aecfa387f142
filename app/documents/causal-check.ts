/** Whether a change is what its author may write, judged by what its author had seen: the same verdict on every peer, in any order. */
import type { ErrorCode } from '../base/errors.ts'
import type { Change } from './decode-update.ts'

/** @param clientId the one that belongs to the author
 *  @param knows how much of a client's clock the author had seen; 0 for a client that it couldn't know
 *  @returns why it is refused: DOCUMENTS_UPDATE_FOREIGN or DOCUMENTS_UPDATE_GAP; undefined when it is sound */
export const checkChange = (change: Change, clientId: number, knows: (client: number) => number): ErrorCode | undefined => {
  const { client, clock, end, needs } = change
  if (client !== undefined && client !== clientId) return 'DOCUMENTS_UPDATE_FOREIGN'
  if (client !== undefined && clock !== knows(client)) return 'DOCUMENTS_UPDATE_GAP'
  for (const [other, needed] of needs) if (needed > (other === client ? end : knows(other))) return 'DOCUMENTS_UPDATE_GAP'
  return undefined
}
