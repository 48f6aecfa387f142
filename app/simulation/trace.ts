/** What happened, as a fingerprint: two runs that differ anywhere differ here. */

export interface Trace {
  /** Adds one line: the virtual time and what happened. Never more than DETAILS_MAX lines are kept for the story. */
  note(line: string): void
  /** 16 hex digits over every line so far. */
  hash(): string
  readonly lines: readonly string[]
}

const LINES_KEPT_MAX = 100_000

/** Two lanes of 32 bits, mixed as MurmurHash3 mixes: a fingerprint for comparing, not a signature. */
const createFingerprint = () => {
  let high = 0x9e3779b9
  let low = 0x85ebca6b
  const add = (code: number) => {
    high = Math.imul(high ^ code, 0x01000193)
    low = Math.imul((low << 5) ^ (low >>> 27) ^ code, 0xcc9e2d51)
  }
  const hex = (lane: number) => (lane >>> 0).toString(16).padStart(8, '0')
  return { add, hex: () => hex(high) + hex(low) }
}

export const createTrace = (nowMs: () => number, onLine: (line: string) => void = () => {}): Trace => {
  const fingerprint = createFingerprint()
  const lines: string[] = []
  return {
    note: (what) => {
      const line = `${(nowMs() / 1000).toFixed(3).padStart(9)} ${what}`
      for (let at = 0; at < line.length; at++) fingerprint.add(line.charCodeAt(at))
      fingerprint.add(10)
      if (lines.length < LINES_KEPT_MAX) lines.push(line)
      onLine(line)
    },
    hash: () => fingerprint.hex(),
    lines,
  }
}
