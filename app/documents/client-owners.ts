/** Which session and screen a clientID belongs to. Two can only share one by search (a member needs some 2^26 hashes for two of its
 *  own, 2^53 for a victim's): then the one with the lower start hash keeps it, on every peer, whichever came first. */
import type { LogId } from '../base/ids.ts'
import type { EntryLog } from '../log/log.types.ts'
import { deriveClientId, type Sha256 } from './client-id.ts'

export interface Writer {
  readonly log: LogId
  readonly screen: number
}

export interface ClientOwners {
  clientId(writer: Writer): number
  /** Takes note of a writer. Answers its clientID if that was another's until now. */
  claim(writer: Writer): number | undefined
  owns(writer: Writer): boolean
  /** Takes note of a writer whose clientID a checkpoint knows. */
  remember(writer: Writer, client: number): void
}

export const createClientOwners = (sha256: Sha256, log: Pick<EntryLog, 'startHash'>): ClientOwners => {
  const clientIds = new Map<LogId, Map<number, number>>()
  const owners = new Map<number, Writer>()

  const clientId = ({ log: id, screen }: Writer): number => {
    let ofLog = clientIds.get(id)
    if (!ofLog) clientIds.set(id, (ofLog = new Map()))
    let client = ofLog.get(screen)
    if (client === undefined) ofLog.set(screen, (client = deriveClientId(sha256, log.startHash(id), screen)))
    return client
  }

  const comesBefore = (a: Writer, b: Writer): boolean => {
    const [hashA, hashB] = [log.startHash(a.log), log.startHash(b.log)]
    return hashA < hashB || (hashA === hashB && a.screen < b.screen)
  }

  const claim = (writer: Writer): number | undefined => {
    const client = clientId(writer)
    const owner = owners.get(client)
    if (owner && !comesBefore(writer, owner)) return undefined
    owners.set(client, writer)
    return owner && client
  }

  const owns = (writer: Writer): boolean => {
    const owner = owners.get(clientId(writer))
    return owner?.log === writer.log && owner.screen === writer.screen
  }

  const remember = (writer: Writer, client: number) => {
    const ofLog = clientIds.get(writer.log) ?? new Map<number, number>()
    clientIds.set(writer.log, ofLog.set(writer.screen, client))
    claim(writer)
  }

  return { clientId, claim, owns, remember }
}
