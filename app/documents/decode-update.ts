/** Looks into a Yjs update (V1) without applying it: what it writes, and what it builds on. */
import { createDecoder, readVarUint } from 'lib0/decoding'
import * as Y from 'yjs'
import { ok, refused, type Result } from '../base/result.ts'

export interface Change {
  /** Whose structs it holds; undefined when it only deletes. */
  readonly client: number | undefined
  /** Their clocks: from `clock`, below `end`, without a gap. */
  readonly clock: number
  readonly end: number
  /** client -> how much of its clock must be there before: references and deletes. */
  readonly needs: ReadonlyMap<number, number>
}

/** Values inside one another, such as attributes: deeper ones overflow the stack on one machine and not on another. */
const VALUE_DEPTH_MAX = 32

/** Accepts exactly what applies in one piece: one run of structs of one client.
 *  Refusals: DOCUMENTS_UPDATE_MALFORMED, DOCUMENTS_UPDATE_FOREIGN, DOCUMENTS_UPDATE_GAP */
export const decodeChange = (update: Uint8Array): Result<Change> => {
  let sections: number
  let decoded: ReturnType<typeof Y.decodeUpdate>
  try {
    sections = readVarUint(createDecoder(update))
    decoded = Y.decodeUpdate(update)
  } catch {
    // Whatever Yjs says of it, and a stack that overflowed: all of it means that these bytes are no update.
    return refused('DOCUMENTS_UPDATE_MALFORMED')
  }
  // Yjs applies only the last of several sections of one client.
  if (sections > 1) return refused('DOCUMENTS_UPDATE_FOREIGN')
  if (sections !== Math.min(1, decoded.structs.length)) return refused('DOCUMENTS_UPDATE_MALFORMED')
  return describe(decoded)
}

const describe = ({ structs, ds }: ReturnType<typeof Y.decodeUpdate>): Result<Change> => {
  const needs = new Map<number, number>()
  const need = (client: number, end: number) => {
    if (end > (needs.get(client) ?? 0)) needs.set(client, end)
  }
  for (const struct of structs) {
    if (struct instanceof Y.Skip) return refused('DOCUMENTS_UPDATE_GAP')
    if (!isSound(struct)) return refused('DOCUMENTS_UPDATE_MALFORMED')
    for (const reference of referencesOf(struct)) {
      if (reference.client === struct.id.client && reference.clock >= struct.id.clock) return refused('DOCUMENTS_UPDATE_GAP')
      need(reference.client, reference.clock + 1)
    }
  }
  for (const [client, ranges] of ds.clients)
    for (const { clock, len } of ranges) {
      if (len < 1) return refused('DOCUMENTS_UPDATE_MALFORMED')
      need(client, clock + len)
    }
  const first = structs[0]
  const last = structs.at(-1)
  if (!first || !last) return ok({ client: undefined, clock: 0, end: 0, needs })
  return ok({ client: first.id.client, clock: first.id.clock, end: last.id.clock + last.length, needs })
}

/** Something that Yjs can keep: not empty, within exact numbers, no document in a document, no bottomless value. */
const isSound = (struct: Y.Item | Y.GC): boolean => {
  if (struct.length < 1 || !Number.isSafeInteger(struct.id.clock + struct.length)) return false
  if (!(struct instanceof Y.Item)) return true
  const content: unknown = struct.content
  if (content instanceof Y.ContentDoc) return false
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) return isShallow(content.arr, 0)
  if (content instanceof Y.ContentEmbed) return isShallow(content.embed, 0)
  return content instanceof Y.ContentFormat ? isShallow(content.value, 0) : true
}

const isShallow = (value: unknown, depth: number): boolean => {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true
  return depth < VALUE_DEPTH_MAX && Object.values(value).every((inner) => isShallow(inner, depth + 1))
}

const referencesOf = (struct: Y.Item | Y.GC): Y.ID[] =>
  struct instanceof Y.Item ? [struct.origin, struct.rightOrigin, struct.parent].filter((id): id is Y.ID => id instanceof Y.ID) : []
