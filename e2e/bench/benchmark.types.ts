import type { Result } from './result.ts'

export interface Context {
  readonly rounds: number
  /** Smaller, for a look: what it gives is no evidence. */
  readonly isQuick: boolean
  /** A trace file, if one was given. */
  readonly trace: string | undefined
  /** Tells whoever waits how far it is. */
  tell(line: string): void
}

export interface Benchmark {
  readonly name: string
  readonly title: string
  run(context: Context): Promise<Result>
}
