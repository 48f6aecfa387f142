/** What happened, as a story for people and as a fingerprint: two runs that differ anywhere differ there. */

export interface Trace {
  /** A detail: only in the fingerprint. */
  note(line: string): void
  /** A turn of the story. */
  tell(line: string): void
  /** 16 hex digits over every line so far. */
  hash(): string
}

/** Two lanes of 32 bits: a fingerprint for comparing, not a signature. */
const createFingerprint = () => {
  let high = 0x9e3779b9
  let low = 0x85ebca6b
  const add = (code: number) => {
    high = Math.imul(high ^ code, 0x01000193)
    low = Math.imul(((low << 5) | (low >>> 27)) ^ code, 0xcc9e2d51)
  }
  const hex = (lane: number) => (lane >>> 0).toString(16).padStart(8, '0')
  return { add, hex: () => hex(high) + hex(low) }
}

export const createTrace = (nowMs: () => number, onTold: (line: string) => void): Trace => {
  const fingerprint = createFingerprint()
  const note = (what: string): string => {
    const line = `${(nowMs() / 1000).toFixed(3).padStart(8)} s  ${what}`
    for (let at = 0; at < line.length; at++) fingerprint.add(line.charCodeAt(at))
    fingerprint.add(10)
    return line
  }
  return {
    note,
    tell: (what) => onTold(note(what)),
    hash: () => fingerprint.hex(),
  }
}
