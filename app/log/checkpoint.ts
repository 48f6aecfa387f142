/** What the rooms of a workspace worked out from the entries so far, kept so that the next start need not do it again. A local cache:
 *  the log stays the truth, and whatever is odd about a checkpoint, it is dropped and everything is worked out from the entries.
 *
 *  Rows of the tables are written first, piece by piece: they only ever grow, so that more of them than a root counts do no harm.
 *  The root, one value that counts the rows and says the rest, comes last. Entries that it covers were written before it, and a disk
 *  that loses its newest batches loses the root before any of them. */
import { ByteReader, ByteWriter, fromHex, fromUtf8, toHex, toUtf8 } from '../base/codec.ts'
import type { Cancel, Clock } from '../base/clock.ts'
import { codeOf, PeerError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import type { StoreOperation } from '../store/store.ts'
import { PIECE_ROWS, type RowTable } from './row-table.ts'
import type { Vault } from './vault.ts'

/** To be raised whenever any room reads entries in another way, or writes its part in another way: an older checkpoint is dropped then. */
export const CHECKPOINT_VERSION = 1

/** One room's share. */
export interface CheckpointPart {
  readonly tables: readonly RowTable[]
  /** Everything that its tables don't say. */
  write(writer: ByteWriter): void
  /** Into a room that has seen no entry yet, its tables filled. Throws whatever it likes when it can't. */
  read(reader: ByteReader): void
}

export interface CheckpointParts {
  readonly vault: Vault
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly rooms: readonly CheckpointPart[]
  /** What else the work depends on: with another edition the entries would be worked out anew. */
  readonly edition: string
}

export interface Checkpoint {
  /** Fills the rooms; false when there is nothing to fill them with. @throws anything: then they are half filled, of no more use */
  read(): boolean
  /** So many entries more were worked out. */
  grown(entries: number): void
  /** Every row may have changed: all of them are written again, as another generation. */
  renew(): void
  /** Nothing more is written in this run, and what is there is deleted. */
  drop(): void
  /** Writes what is worth it, whole, and nothing more after it. */
  stop(): void
}

/** With fewer entries than this to work out again, start is as fast. */
const WORTHWHILE_ENTRIES = 64
/** Nothing has come for this long: a good time to write. */
const IDLE_MS = 1500
/** So many entries without a quiet moment are written nevertheless. */
const OVERDUE_ENTRIES = 10_000
/** Pieces of one batch, between which screens are served. */
const PIECES_AT_ONCE = 4
const PAUSE_MS = 5

const ROOT = ['root']
const ALL: readonly string[] = []
const GENERATION_BYTES = 8

export const createCheckpoint = (parts: CheckpointParts): Checkpoint => {
  const { vault, clock, random, logger, rooms, edition } = parts
  const tables = rooms.flatMap((room) => room.tables)
  /** Rows that are on disk, by table. */
  const written = new Map<RowTable, number>()
  let generation = toHex(random.bytes(GENERATION_BYTES))
  let fresh = 0
  let cancel: Cancel | undefined
  let isOver = false

  const pieceName = (table: RowTable, piece: number) => ['t', generation, table.name, String(piece)]

  const read = (): boolean => {
    const bytes = vault.get(ROOT)
    if (!bytes) return false
    const reader = new ByteReader(bytes)
    if (reader.varint() !== CHECKPOINT_VERSION) throw new PeerError('STORE_BROKEN', { checkpoint: 'version' })
    generation = toHex(reader.raw(GENERATION_BYTES))
    if (fromUtf8(reader.sized(1024)) !== edition) throw new PeerError('STORE_BROKEN', { checkpoint: 'edition' })
    for (const table of tables) {
      const rows = reader.varint()
      table.load(rows, (piece) => vault.get(pieceName(table, piece)) ?? new Uint8Array(0))
      written.set(table, rows)
    }
    for (const room of rooms) room.read(new ByteReader(reader.sized(bytes.length)))
    reader.end()
    return true
  }

  const rootOf = (): Uint8Array => {
    const writer = new ByteWriter().varint(CHECKPOINT_VERSION).raw(fromHex(generation)).sized(toUtf8(edition))
    for (const table of tables) writer.varint(table.rows)
    for (const room of rooms) {
      const own = new ByteWriter()
      room.write(own)
      writer.sized(own.finish())
    }
    return writer.finish()
  }

  /** What has to go to disk for the rooms as they are at this moment: the pieces that grew, then the root. */
  const plan = (): (() => StoreOperation)[] => {
    const root = rootOf()
    const pieces = tables.flatMap((table) => {
      const first = Math.floor((written.get(table) ?? 0) / PIECE_ROWS)
      return Array.from({ length: table.rows === (written.get(table) ?? 0) ? 0 : table.pieces - first }, (_, index) => () => {
        const piece = first + index
        const bytes = table.pieceBytes(piece)
        written.set(table, Math.max(written.get(table) ?? 0, piece * PIECE_ROWS + bytes.length / table.rowBytes))
        return vault.put(pieceName(table, piece), bytes)
      })
    })
    return [...pieces, () => vault.put(ROOT, root)]
  }

  const failed = (error: unknown) => {
    // A full disk: the next start works longer.
    logger.warn('checkpoint not written', { code: codeOf(error) })
    written.clear()
  }

  const writeOn = (steps: readonly (() => StoreOperation)[]) => {
    cancel = undefined
    const mine = generation
    try {
      vault.batch(steps.slice(0, PIECES_AT_ONCE).map((step) => step()))
    } catch (error) {
      return failed(error)
    }
    const rest = steps.slice(PIECES_AT_ONCE)
    if (rest.length > 0 && mine === generation) cancel = clock.after(PAUSE_MS, () => writeOn(rest))
  }

  const begin = () => {
    fresh = 0
    writeOn(plan())
  }

  let idle: Cancel | undefined
  const soon = () => {
    idle?.()
    idle = clock.after(IDLE_MS, () => {
      idle = undefined
      if (!cancel) begin()
      else soon()
    })
  }

  const end = () => {
    isOver = true
    cancel?.()
    idle?.()
  }

  return {
    read,
    grown: (entries) => {
      fresh += entries
      if (isOver || fresh < WORTHWHILE_ENTRIES) return
      if (fresh < OVERDUE_ENTRIES) soon()
      else if (!cancel) cancel = clock.after(PAUSE_MS, begin)
    },
    renew: () => {
      cancel?.()
      cancel = undefined
      vault.batch([vault.delete(ROOT), vault.delete(['t', generation])])
      generation = toHex(random.bytes(GENERATION_BYTES))
      written.clear()
    },
    drop: () => {
      end()
      vault.batch([vault.delete(ALL)])
    },
    stop: () => {
      const isWorthIt = !isOver && (fresh >= WORTHWHILE_ENTRIES || cancel !== undefined)
      end()
      if (!isWorthIt) return
      try {
        const steps = plan()
        for (let at = 0; at < steps.length; at += PIECES_AT_ONCE) vault.batch(steps.slice(at, at + PIECES_AT_ONCE).map((step) => step()))
      } catch (error) {
        failed(error)
      }
    },
  }
}
