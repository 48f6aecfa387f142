/** The store, watched for the one failure that a person must hear of. */
import { codeOf, type ErrorCode } from '../base/errors.ts'
import type { Store } from '../store/store.ts'

export interface WatchedStore extends Store {
  /** Of the last write or flush; undefined when it went well. */
  readonly problem: ErrorCode | undefined
}

export const watchStore = (store: Store, onChange: () => void): WatchedStore => {
  const problems: { write?: ErrorCode | undefined; flush?: ErrorCode | undefined } = {}
  const note = (of: keyof typeof problems, code: ErrorCode | undefined) => {
    if (problems[of] === code) return
    problems[of] = code
    onChange()
  }
  return {
    get: (key) => store.get(key),
    scan: (prefix, after) => store.scan(prefix, after),
    close: () => store.close(),
    get problem() {
      return problems.write ?? problems.flush
    },
    batch: (operations) => {
      try {
        store.batch(operations)
        // Deleting is possible on a full disk too, and says nothing of writing.
        if (operations.some((operation) => operation.kind === 'put')) note('write', undefined)
      } catch (error) {
        note('write', codeOf(error))
        throw error
      }
    },
    synced: async () => {
      try {
        await store.synced()
        note('flush', undefined)
      } catch (error) {
        note('flush', codeOf(error))
        throw error
      }
    },
  }
}
