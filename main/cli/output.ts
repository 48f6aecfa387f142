/** What a command prints: one JSON value with sorted keys, or a few aligned lines for a person. */
import { isPlainObject } from '../../app/api/validate.ts'
import { codeOf, PeerError, sentence } from '../../app/base/errors.ts'

export interface Output {
  readonly json: unknown
  /** Without its last line end; empty prints nothing. */
  readonly text: string
  /** Undefined: done. */
  readonly exitCode?: number
}

const sorted = (_: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

export const sortedJson = (value: unknown): string => JSON.stringify(value, sorted)

/** Control characters of a title or a name from elsewhere must not reach a terminal. */
export const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')

/** Rows as aligned columns, two spaces between. */
export const columns = (rows: readonly (readonly string[])[]): string => {
  const clean = rows.map((row) => row.map(printable))
  const widths = (clean[0] ?? []).map((_, column) => Math.max(...clean.map((row) => [...(row[column] ?? '')].length)))
  const line = (row: readonly string[]) => row.map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length))).join('  ')
  return clean.map((row) => line(row).trimEnd()).join('\n')
}

/** `1 note`, `2 notes` */
export const counted = (count: number, what: string): string => `${count} ${count === 1 ? what : what.replace(/y$/, 'ie') + 's'}`

/** `today 10:42`, or the date; what is unknown says so. */
export const timeText = (timeMs: number | null, nowMs: number): string => {
  if (timeMs === null) return 'never'
  const time = new Date(timeMs)
  const two = (number: number) => String(number).padStart(2, '0')
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`
  if (time.toDateString() === new Date(nowMs).toDateString()) return `today ${clock}`
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`
}

/** What is no error of the table has no words but its own. */
const detailsOf = (error: unknown): Readonly<Record<string, unknown>> =>
  (error instanceof PeerError ? error.details : { cause: String(error) })

/** `{"error":{"code","details","sentence"}}`, for the error stream. */
export const errorJson = (error: unknown): string => {
  const code = codeOf(error)
  return sortedJson({ error: { code, sentence: sentence(code), details: detailsOf(error) } })
}

const hint = (details: Readonly<Record<string, unknown>>): string => {
  const shown = ['hint', 'argument', 'rule', 'url', 'file', 'directory', 'names', 'cause'].filter((key) => details[key] !== undefined)
  return shown.map((key) => printable(String(details[key]))).join(' ')
}

/** The sentence of the table, what it is about, and the code to look up. */
export const errorText = (error: unknown): string => {
  const code = codeOf(error)
  const about = hint(detailsOf(error))
  return `${sentence(code)}${about === '' ? '' : `\n  ${about}`}\n  (${code})`
}
