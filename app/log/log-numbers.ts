/** Small numbers for logs, in the order in which they were first met: a table names a log by four bytes instead of forty-eight. */
import type { ByteReader, ByteWriter } from '../base/codec.ts'
import { fromHex } from '../base/codec.ts'
import { deviceOf, sessionOf, type LogId } from '../base/ids.ts'
import { readLogId } from './envelope.ts'

export interface LogNumbers {
  /** Gives it one if it has none. */
  of(log: LogId): number
  log(number: number): LogId
  readonly size: number
  write(writer: ByteWriter): void
  /** Into an empty one. @throws BASE_BYTES_MALFORMED */
  read(reader: ByteReader): void
}

export const createLogNumbers = (): LogNumbers => {
  const logs: LogId[] = []
  const numbers = new Map<LogId, number>()

  const of = (log: LogId): number => {
    let number = numbers.get(log)
    if (number === undefined) {
      numbers.set(log, (number = logs.length))
      logs.push(log)
    }
    return number
  }

  return {
    of,
    log: (number) => logs[number]!,
    get size() {
      return logs.length
    },
    write: (writer) => {
      writer.varint(logs.length)
      for (const log of logs) writer.raw(fromHex(deviceOf(log))).raw(fromHex(sessionOf(log)))
    },
    read: (reader) => {
      const count = reader.varint()
      for (let index = 0; index < count; index++) of(readLogId(reader))
    },
  }
}
