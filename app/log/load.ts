/** Reads what a log holds beyond what is known of it, checking the chain of hashes and the last signature. */
import { deviceId, deviceOf, logId, sessionId, type LogId, type WorkspaceId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { verifyDevice } from '../identity/crypto.ts'
import type { Key, Store } from '../store/store.ts'
import { decodeStored, entriesPrefix, entryKey, logPrefix, type Chain } from './chain.ts'
import { entryHashBytes, signedBytes } from './envelope.ts'

export interface LoadParts {
  readonly workspace: WorkspaceId
  readonly store: Store
  readonly logger: Logger
  /** A chain to fill: empty, or as a checkpoint left it. */
  chainOf(log: LogId): Chain
}

/** Each log up to its first gap and its last valid signature; answers the logs that have grown. What lies behind stays on disk,
 *  overwritten when peers send it again. */
export const loadChains = (parts: LoadParts): readonly Chain[] => {
  const grown = new Set<Chain>()
  const prefix = entriesPrefix(parts.workspace)
  const names = createNames(prefix)
  let after: Key | undefined = prefix
  while (after) after = readFrom(parts, after, (key, value) => takeEntry(parts.chainOf(names(key)), key, value, grown))
  for (const chain of grown) cutToSignature(chain, parts.logger)
  return [...grown].filter((chain) => chain.height > 0)
}

/** Answers where to go on: behind the entries that a checkpoint vouches for, which are not read. */
const readFrom = (
  { workspace, store }: LoadParts, after: Key, take: (key: Key, value: Uint8Array) => Chain | undefined,
): Key | undefined => {
  for (const { key, value } of store.scan(entriesPrefix(workspace), after)) {
    const known = take(key, value)
    if (known) return entryKey(logPrefix(workspace, known.log), known.height - 1)
  }
  return undefined
}

/** Answers the chain when it knows this entry already. */
const takeEntry = (chain: Chain, key: Key, value: Uint8Array, grown: Set<Chain>): Chain | undefined => {
  const seq = parseInt(key.at(-1)!, 16)
  if (seq < chain.height && !grown.has(chain)) return chain
  if (seq !== chain.height) return undefined
  const { body, signature } = decodeStored(value)
  chain.extend(entryHashBytes(chain.place(seq), body), signature !== undefined)
  grown.add(chain)
  return undefined
}

/** The log that a key names: checked once a log, not once an entry. */
const createNames = (prefix: Key) => {
  let last: { readonly device: string; readonly session: string; readonly log: LogId } | undefined
  return (key: Key): LogId => {
    const [device, session] = [key[prefix.length]!, key[prefix.length + 1]!]
    if (last?.device !== device || last.session !== session) last = { device, session, log: logId(deviceId(device), sessionId(session)) }
    return last.log
  }
}

const cutToSignature = (chain: Chain, logger: Logger) => {
  const before = chain.height
  for (;;) {
    const seq = chain.lastSigned(0, chain.height)
    const signature = seq < 0 ? undefined : chain.read(seq).signature
    if (signature && verifyDevice(deviceOf(chain.log), signedBytes(chain.hashAt(seq)), signature)) {
      chain.truncate(seq + 1)
      break
    }
    chain.truncate(Math.max(seq, 0))
    if (seq <= 0) break
  }
  if (chain.height < before) logger.warn('log is damaged on disk', { log: chain.log, from: chain.height, to: before })
}
