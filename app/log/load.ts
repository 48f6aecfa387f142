/** Reads every log back from disk, checking the chain of hashes and the last signature of each. */
import { deviceOf, logId, deviceId, sessionId, type LogId, type WorkspaceId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { verifyDevice } from '../identity/crypto.ts'
import type { Store } from '../store/store.ts'
import { createChain, decodeStored, entriesPrefix, type Chain } from './chain.ts'
import { entryHashBytes, signedBytes } from './envelope.ts'

/** Each log up to its first gap and its last valid signature. What lies behind stays on disk, overwritten when peers send it again. */
export const loadChains = (workspace: WorkspaceId, store: Store, logger: Logger): readonly Chain[] => {
  const chains = new Map<LogId, Chain>()
  const prefix = entriesPrefix(workspace)
  for (const { key, value } of store.scan(prefix)) {
    const log = logId(deviceId(key[prefix.length]), sessionId(key[prefix.length + 1]))
    let chain = chains.get(log)
    if (!chain) chains.set(log, (chain = createChain(workspace, log, store)))
    const seq = parseInt(key[prefix.length + 2]!, 16)
    if (seq !== chain.height) continue
    const { body, signature } = decodeStored(value)
    chain.extend(entryHashBytes(chain.place(seq), body), signature !== undefined)
  }
  for (const chain of chains.values()) cutToSignature(chain, logger)
  return [...chains.values()].filter((chain) => chain.height > 0)
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
