/** The port to the disk: ordered keys, atomic batches, and an honest word on what would survive a power cut. */

/** Segments of text without NUL. A prefix matches whole segments only: `['a']` is no prefix of `['ab']`. */
export type Key = readonly string[]

export type StoreOperation =
  | { readonly kind: 'put'; readonly key: Key; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: Key }
  /** Deletes every key that starts with `prefix`, and `prefix` itself. */
  | { readonly kind: 'deletePrefix'; readonly prefix: Key }

export interface StoreItem {
  readonly key: Key
  readonly value: Uint8Array
}

export interface Store {
  get(key: Key): Uint8Array | undefined
  /** All or nothing. On return it survives a kill of the process, not yet a power cut.
   *  @throws STORE_FULL (nothing was written), STORE_BROKEN */
  batch(operations: readonly StoreOperation[]): void
  /** Resolves when everything in batches so far survives a power cut. Calls that come together share one flush.
   *  @throws STORE_FULL, STORE_BROKEN */
  synced(): Promise<void>
  /** Items whose key starts with `prefix`, in key order (segment by segment, by UTF-8 bytes).
   *  Nothing may be written while it is iterated: that fails an invariant.
   *  @param after only keys behind this one */
  scan(prefix: Key, after?: Key): Iterable<StoreItem>
  close(): void
}
