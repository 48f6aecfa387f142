import { toUint8Array, writeVarUint } from 'lib0/encoding'
import * as Y from 'yjs'

/** After its host restarted, a screen still has edits that the old session never saved. The new session gives it a new clientID: this
 *  makes them edits of that one, as if they had been made now. What else the update holds is left out: the host has it, or will get it
 *  from where it came from. Concurrent insertions at one place may change places, as their order hangs on clientIDs.
 *  @param update Yjs update (V1) with everything that the host lacks: `Y.encodeStateAsUpdate(doc, stateVectorOfHost)`
 *  @param from the screen's clientID in the old session
 *  @param firstUnsent the host's clock of `from`
 *  @param to the screen's clientID in the new session, of which no struct exists yet
 *  @returns Yjs update (V1): the unsent structs of `from` as structs of `to` from clock 0, and all deletes
 *  @throws what Yjs throws for bytes that are no update */
export const renameStructs = (update: Uint8Array, from: number, firstUnsent: number, to: number): Uint8Array => {
  const { structs, ds } = Y.decodeUpdate(update)
  const isUnsent = (id: Y.ID) => id.client === from && id.clock >= firstUnsent
  const rename = (id: Y.ID): Y.ID => (isUnsent(id) ? Y.createID(to, id.clock - firstUnsent) : id)

  const unsent = structs
    .filter((struct) => struct.id.client === from && struct.id.clock + struct.length > firstUnsent)
    .map((struct) => renamed(struct, Math.max(0, firstUnsent - struct.id.clock), rename))
  const deletes = [...ds.clients].flatMap(([client, ranges]) =>
    ranges.flatMap(({ clock, len }) => (client === from ? split(clock, len, firstUnsent) : [{ clock, len }])
      .map((range) => ({ id: rename(Y.createID(client, range.clock)), length: range.len }))))
  return encode(to, unsent, deletes)
}

/** The struct under its new name, without its first `sent` clocks. */
const renamed = (struct: Y.Item | Y.GC | Y.Skip, sent: number, rename: (id: Y.ID) => Y.ID): Y.Item | Y.GC | Y.Skip => {
  const { client, clock } = struct.id
  const id = rename(Y.createID(client, clock + sent))
  if (!(struct instanceof Y.Item)) return new (struct instanceof Y.GC ? Y.GC : Y.Skip)(id, struct.length - sent)
  const origin = sent > 0 ? Y.createID(client, clock + sent - 1) : struct.origin
  const parent = struct.parent instanceof Y.ID ? rename(struct.parent) : struct.parent
  const content = sent > 0 ? struct.content.splice(sent) : struct.content
  const rightOrigin = struct.rightOrigin && rename(struct.rightOrigin)
  return new Y.Item(id, null, origin && rename(origin), null, rightOrigin, parent, struct.parentSub, content)
}

interface Range {
  readonly clock: number
  readonly len: number
}

const split = (clock: number, len: number, at: number): readonly Range[] => {
  const before = Math.min(Math.max(at - clock, 0), len)
  return [{ clock, len: before }, { clock: clock + before, len: len - before }].filter((range) => range.len > 0)
}

/** The layout of Yjs's own V1 updates: one client's structs, then the deletes by client. */
const encode = (client: number, structs: readonly (Y.Item | Y.GC | Y.Skip)[], deletes: readonly { id: Y.ID; length: number }[]) => {
  const encoder = new Y.UpdateEncoderV1()
  const out = encoder.restEncoder
  writeVarUint(out, structs.length > 0 ? 1 : 0)
  if (structs.length > 0) {
    writeVarUint(out, structs.length)
    writeVarUint(out, client)
    writeVarUint(out, structs[0]!.id.clock)
    for (const struct of structs) struct.write(encoder, 0)
  }
  const clients = Map.groupBy(deletes, ({ id }) => id.client)
  writeVarUint(out, clients.size)
  for (const [owner, ranges] of [...clients].sort(([a], [b]) => b - a)) {
    writeVarUint(out, owner)
    writeVarUint(out, ranges.length)
    for (const { id, length } of ranges.sort((a, b) => a.id.clock - b.id.clock)) {
      writeVarUint(out, id.clock)
      writeVarUint(out, length)
    }
  }
  return toUint8Array(out)
}
