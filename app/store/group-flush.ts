/** Group commit: calls that come while one flush runs share the next one. */

export interface GroupFlush {
  /** Something was written that no flush covers yet. */
  wrote(): void
  /** Resolves when everything written so far is flushed; rejects as the flush that should have covered it. */
  synced(): Promise<void>
}

/** @param flush makes everything written before the call durable */
export const createGroupFlush = (flush: () => Promise<void>): GroupFlush => {
  let written = 0
  let durable = 0
  let running: { readonly upTo: number; readonly done: Promise<void> } | undefined
  let next: Promise<void> | undefined

  const start = (): Promise<void> => {
    const upTo = written
    const done = flush().then(() => {
      durable = upTo
    }).finally(() => {
      running = undefined
    })
    running = { upTo, done }
    return done
  }
  const afterRunning = async (before: Promise<void>): Promise<void> => {
    // Its own callers hear of its failure; these only wait for it to be over.
    await before.catch(() => {})
    next = undefined
    await start()
  }
  return {
    wrote: () => {
      written += 1
    },
    synced: () => {
      if (durable === written) return Promise.resolve()
      if (!running) return start()
      if (running.upTo === written) return running.done
      return (next ??= afterRunning(running.done))
    },
  }
}
