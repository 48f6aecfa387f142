/** Every change of every document of a workspace, twenty-four bytes each: there may be a million. */
import type { ByteReader, ByteWriter } from '../base/codec.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { LogId } from '../base/ids.ts'
import { invariant } from '../base/invariant.ts'
import { createLogNumbers, type LogNumbers } from '../log/log-numbers.ts'
import { RowTable } from '../log/row-table.ts'
import type { Writer } from './client-owners.ts'
import type { Place } from './parts.ts'

/** document u32, writer u32, seq u32, entries u16, verdict u8, u8, end of the client's clock f64 (0: it wrote no struct). */
const ROW_BYTES = 24
const DOCUMENT_AT = 0
const WRITER_AT = 4
const SEQ_AT = 8
const COUNT_AT = 12
const VERDICT_AT = 14
const END_AT = 16

/** A verdict is the place of its code here; 0 is sound. To be added to, never reordered: checkpoints hold them. */
const VERDICTS: readonly (ErrorCode | undefined)[] = [
  undefined, 'DOCUMENTS_UPDATE_FOREIGN', 'DOCUMENTS_UPDATE_GAP', 'DOCUMENTS_UPDATE_MALFORMED',
]

export interface NumberedWriter extends Writer {
  readonly number: number
  /** Nothing of it was here before. */
  readonly isNew: boolean
}

export interface Changes {
  readonly table: RowTable
  readonly logs: LogNumbers
  writerOf(log: LogId, screen: number): NumberedWriter
  add(document: number, writer: number, place: Place): number
  /** @param end of its client's clock; undefined when it only deletes, or was refused */
  decide(row: number, refusal: ErrorCode | undefined, end: number | undefined): void
  document(row: number): number
  writer(row: number): Writer
  seq(row: number): number
  place(row: number): Place
  refusal(row: number): ErrorCode | undefined
  end(row: number): number | undefined
  write(writer: ByteWriter, clientId: (writer: Writer) => number): void
  read(reader: ByteReader, remember: (writer: Writer, client: number) => void): void
}

export const createChangeTable = (): Changes => {
  const table = new RowTable('changes', ROW_BYTES)
  const logs = createLogNumbers()
  const writers: Writer[] = []
  const numbers = new Map<LogId, Map<number, number>>()

  const writerOf = (log: LogId, screen: number): NumberedWriter => {
    let ofLog = numbers.get(log)
    if (!ofLog) numbers.set(log, (ofLog = new Map()))
    const known = ofLog.get(screen)
    if (known !== undefined) return { log, screen, number: known, isNew: false }
    ofLog.set(screen, writers.length)
    writers.push({ log, screen })
    return { log, screen, number: writers.length - 1, isNew: true }
  }

  const writer = (row: number): Writer => writers[table.u32(row, WRITER_AT)]!

  return {
    table,
    logs,
    writerOf,
    add: (document, number, { seq, count }) => {
      const row = table.append()
      table.setU32(row, DOCUMENT_AT, document)
      table.setU32(row, WRITER_AT, number)
      table.setU32(row, SEQ_AT, seq)
      table.setU16(row, COUNT_AT, count)
      return row
    },
    decide: (row, refusal, end) => {
      const verdict = VERDICTS.indexOf(refusal)
      invariant(verdict >= 0, 'every verdict has its number')
      table.setU8(row, VERDICT_AT, verdict)
      table.setF64(row, END_AT, end ?? 0)
    },
    document: (row) => table.u32(row, DOCUMENT_AT),
    writer,
    seq: (row) => table.u32(row, SEQ_AT),
    place: (row) => ({ log: writer(row).log, seq: table.u32(row, SEQ_AT), count: table.u16(row, COUNT_AT) }),
    refusal: (row) => VERDICTS[table.u8(row, VERDICT_AT)],
    end: (row) => table.f64(row, END_AT) || undefined,
    write: (out, clientId) => {
      for (const { log } of writers) logs.of(log)
      logs.write(out)
      out.varint(writers.length)
      for (const one of writers) out.varint(logs.of(one.log)).varint(one.screen).varint(clientId(one))
    },
    read: (reader, remember) => {
      logs.read(reader)
      for (let count = reader.varint(); count > 0; count--) {
        const [log, screen, client] = [logs.log(reader.varint()), reader.varint(), reader.varint()]
        remember(writerOf(log, screen), client)
      }
    },
  }
}
