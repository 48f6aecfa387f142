/** Every line that anybody tried to write, and whether it was said to be saved. What was not said to be saved may be there or not. */

export interface Line {
  readonly text: string
  readonly document: string
  readonly machine: string
  readonly by: 'cli' | 'api'
  /** Acknowledged: it must be there, on all machines, once. */
  isSaved: boolean
  /** Why it was not acknowledged. */
  code?: string
}

export interface Ledger {
  readonly lines: readonly Line[]
  /** A line that is like no other. */
  write(line: Pick<Line, 'document' | 'machine' | 'by'>, filler: number): Line
  readonly saved: number
}

export const createLedger = (): Ledger => {
  const lines: Line[] = []
  return {
    lines,
    write: ({ document, machine, by }, filler) => {
      const line: Line = { text: `${machine} wrote ${lines.length + 1} by ${by} ${'word '.repeat(filler)}end`, document, machine, by, isSaved: false }
      lines.push(line)
      return line
    },
    get saved() {
      return lines.filter(({ isSaved }) => isSaved).length
    },
  }
}
