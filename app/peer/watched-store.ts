/** The store, watched for the one failure that a person must hear of. */
import { codeOf, type ErrorCode } from '../base/errors.ts'
import type { Store } from '../store/store.ts'

export interface WatchedStore extends Store {
  /** Of the last write or flush; undefined when it went well. */
  readonly problem: ErrorCode | undefined
}

export const watchStore = (store: Store, onChange: () => void): WatchedStore => {
  let problem: ErrorCode | undefined
  const note = (code: ErrorCode | undefined) => {
    if (problem === code) return
    problem = code
    onChange()
  }
  return {
    get: (key) => store.get(key),
    scan: (prefix) => store.scan(prefix),
    close: () => store.close(),
    get problem() {
      return problem
    },
    batch: (operations) => {
      try {
        store.batch(operations)
        note(undefined)
      } catch (error) {
        note(codeOf(error))
        throw error
      }
    },
    synced: () =>
      store.synced().catch((error: unknown) => {
        note(codeOf(error))
        throw error
      }),
  }
}
