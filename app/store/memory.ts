import { PeerError } from '../base/errors.ts'
import { invariant } from '../base/invariant.ts'
import { decodeKey, encodeKey, rangeOf, successor } from './keys.ts'
import type { Key, Store, StoreItem, StoreOperation } from './store.ts'

type Change = (items: SortedItems) => void

/** One character a byte: JavaScript compares such texts as bytes, which it doesn't do beyond U+FFFF otherwise. */
const asText = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
const asBytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

// What UTF-8 leaves as it is, and no separator.
const PLAIN = /^[\x01-\x7f]*$/
const isPlain = (key: Key) => key.length > 0 && key.every((segment) => PLAIN.test(segment))
/** The key's bytes as a text. @throws STORE_KEY_MALFORMED */
const textOf = (key: Key): string => (isPlain(key) ? key.join('\0') : asText(encodeKey(key)))

interface SortedItems {
  readonly values: Map<string, Uint8Array>
  readonly sorted: string[]
}

/** Index of the first key that is not below `key`. */
const lowerBound = (sorted: readonly string[], key: string): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}

const put = ({ values, sorted }: SortedItems, key: string, value: Uint8Array): void => {
  if (!values.has(key)) sorted.splice(lowerBound(sorted, key), 0, key)
  values.set(key, value)
}

const removeRange = ({ values, sorted }: SortedItems, from: number, to: number): void => {
  for (const key of sorted.splice(from, to - from)) values.delete(key)
}

const bounds = (sorted: readonly string[], prefix: Key): [number, number] => {
  // 1 follows NUL, and nothing lies between a prefix and its end.
  if (isPlain(prefix)) return [lowerBound(sorted, prefix.join('\0')), lowerBound(sorted, `${prefix.join('\0')}\x01`)]
  const { from, below } = rangeOf(prefix)
  return [lowerBound(sorted, asText(from)), lowerBound(sorted, asText(below))]
}

/** Everything that can fail happens here, before the first change. */
const toChange = (operation: StoreOperation): Change => {
  if (operation.kind === 'deletePrefix') {
    rangeOf(operation.prefix)
    return (items) => removeRange(items, ...bounds(items.sorted, operation.prefix))
  }
  const key = textOf(operation.key)
  if (operation.kind === 'put') {
    const value = operation.value.slice()
    return (items) => put(items, key, value)
  }
  return (items) => {
    if (!items.values.has(key)) return
    const at = lowerBound(items.sorted, key)
    removeRange(items, at, at + 1)
  }
}

/** A store that lives as long as the process: for tests, and the surface of the simulator's disks. */
export const createMemoryStore = (): Store => {
  const items: SortedItems = { values: new Map(), sorted: [] }
  let isOpen = true
  let version = 0
  const checkOpen = () => {
    if (!isOpen) throw new PeerError('STORE_CLOSED')
  }
  function* scan(prefix: Key, after?: Key): Iterable<StoreItem> {
    checkOpen()
    const atStart = version
    const [first, to] = bounds(items.sorted, prefix)
    const from = after ? Math.max(first, lowerBound(items.sorted, asText(successor(encodeKey(after))))) : first
    for (let index = from; index < to; index++) {
      checkOpen()
      invariant(version === atStart, 'nothing is written while a scan is iterated')
      const key = items.sorted[index]!
      yield { key: PLAIN.test(key.replaceAll('\0', '')) ? key.split('\0') : decodeKey(asBytes(key)), value: items.values.get(key)!.slice() }
    }
  }
  return {
    get: (key) => {
      checkOpen()
      return items.values.get(textOf(key))?.slice()
    },
    batch: (operations) => {
      checkOpen()
      const changes = operations.map(toChange)
      version += 1
      for (const change of changes) change(items)
    },
    synced: async () => checkOpen(),
    scan,
    close: () => {
      isOpen = false
    },
  }
}
