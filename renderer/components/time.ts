/** Times as people say them, in the machine's own zone. */
import { strings } from '../strings.ts'

const MINUTE_MS = 60_000
const clockTime = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const dayMonthYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

const startOfDay = (ms: number) => new Date(ms).setHours(0, 0, 0, 0)

/** "10:42", "yesterday 10:42", "12 Nov 10:42", "12 Nov 2025 10:42": a point in time, said absolutely. */
export const sayTime = (ms: number, nowMs = Date.now()): string => {
  const time = clockTime.format(ms)
  // A day in autumn has 25 hours: ask for the day before today's noon, not for 24 hours ago.
  const yesterday = startOfDay(startOfDay(nowMs) - 12 * 60 * MINUTE_MS)
  if (startOfDay(ms) === startOfDay(nowMs)) return time
  if (startOfDay(ms) === yesterday) return strings.time.yesterday(time)
  const isThisYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear()
  return `${(isThisYear ? dayAndMonth : dayMonthYear).format(ms)} ${time}`
}

/** The same, with the last hour said by minutes: for lists. */
export const sayAge = (ms: number, nowMs = Date.now()): string => {
  const minutes = Math.floor((nowMs - ms) / MINUTE_MS)
  // A clock elsewhere may run ahead of ours: never "in 3 minutes".
  if (minutes < 1) return strings.time.now
  return minutes < 60 ? strings.time.minutes(minutes) : sayTime(ms, nowMs)
}
