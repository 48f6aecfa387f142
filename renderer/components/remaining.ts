const SECOND_MS = 1000

/** "9:05"; never below zero. */
export const sayRemaining = (untilMs: number, nowMs: number): string => {
  const seconds = Math.max(0, Math.ceil((untilMs - nowMs) / SECOND_MS))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
