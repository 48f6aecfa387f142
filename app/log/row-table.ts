/** Append-only rows of one fixed layout, in pieces that a checkpoint writes as they are. As objects, a million would not fit. */
import { PeerError } from '../base/errors.ts'

/** Rows in a piece: full ones are written once, the last one again and again. */
export const PIECE_ROWS = 4096

export class RowTable {
  readonly name: string
  readonly rowBytes: number
  readonly #pieces: DataView[] = []
  #rows = 0

  constructor(name: string, rowBytes: number) {
    this.name = name
    this.rowBytes = rowBytes
  }

  get rows(): number {
    return this.#rows
  }

  get pieces(): number {
    return this.#pieces.length
  }

  /** A new row of zeros; answers its number. */
  append(): number {
    if (this.#rows % PIECE_ROWS === 0) this.#addPiece()
    return this.#rows++
  }

  u8(row: number, at: number): number {
    return this.#piece(row).getUint8(this.#offset(row, at))
  }

  setU8(row: number, at: number, value: number): void {
    this.#piece(row).setUint8(this.#offset(row, at), value)
  }

  u16(row: number, at: number): number {
    return this.#piece(row).getUint16(this.#offset(row, at))
  }

  setU16(row: number, at: number, value: number): void {
    this.#piece(row).setUint16(this.#offset(row, at), value)
  }

  u32(row: number, at: number): number {
    return this.#piece(row).getUint32(this.#offset(row, at))
  }

  setU32(row: number, at: number, value: number): void {
    this.#piece(row).setUint32(this.#offset(row, at), value)
  }

  f64(row: number, at: number): number {
    return this.#piece(row).getFloat64(this.#offset(row, at))
  }

  setF64(row: number, at: number, value: number): void {
    this.#piece(row).setFloat64(this.#offset(row, at), value)
  }

  /** A view, not a copy. */
  bytes(row: number, at: number, length: number): Uint8Array {
    const piece = this.#piece(row)
    return new Uint8Array(piece.buffer, piece.byteOffset + this.#offset(row, at), length)
  }

  /** The rows of a piece, as far as there are any: a view. */
  pieceBytes(piece: number): Uint8Array {
    const rows = Math.min(PIECE_ROWS, this.#rows - piece * PIECE_ROWS)
    return new Uint8Array(this.#pieces[piece]!.buffer, 0, rows * this.rowBytes)
  }

  /** Takes `rows` rows from pieces, of which the last may hold more than that.
   *  @throws STORE_BROKEN when a piece is too short */
  load(rows: number, readPiece: (piece: number) => Uint8Array): void {
    for (let piece = 0; piece * PIECE_ROWS < rows; piece++) {
      const bytes = Math.min(PIECE_ROWS, rows - piece * PIECE_ROWS) * this.rowBytes
      const read = readPiece(piece)
      if (read.length < bytes) throw new PeerError('STORE_BROKEN', { table: this.name, piece })
      this.#addPiece()
      new Uint8Array(this.#pieces[piece]!.buffer).set(read.subarray(0, bytes))
    }
    this.#rows = rows
  }

  #addPiece(): void {
    this.#pieces.push(new DataView(new ArrayBuffer(PIECE_ROWS * this.rowBytes)))
  }

  #piece(row: number): DataView {
    return this.#pieces[Math.floor(row / PIECE_ROWS)]!
  }

  #offset(row: number, at: number): number {
    return (row % PIECE_ROWS) * this.rowBytes + at
  }
}

/** A list of numbers below 2^32 that grows, four bytes each. */
export class NumberList {
  #items = new Uint32Array(4)
  length = 0

  push(value: number): void {
    if (this.length === this.#items.length) {
      const larger = new Uint32Array(2 * this.length)
      larger.set(this.#items)
      this.#items = larger
    }
    this.#items[this.length++] = value
  }

  at(index: number): number {
    return this.#items[index]!
  }

  /** How many of its first items `isBefore` holds for; it must hold for no item after one that it doesn't hold for. */
  countWhile(isBefore: (item: number) => boolean): number {
    let [low, high] = [0, this.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (isBefore(this.#items[middle]!)) low = middle + 1
      else high = middle
    }
    return low
  }
}
