/** What a benchmark gives: plain data, kept as JSON. */

/** `memory`: lost with the process. `written`: survives a kill. `flushed`: survives a power cut. */
export type Durability = 'memory' | 'written' | 'flushed' | 'none'

export interface Row {
  /** Stable: goals name it. */
  readonly id: string
  readonly what: string
  readonly system: string
  readonly unit: string
  /** One a round. */
  readonly values: readonly number[]
  readonly processes: string
  readonly network: string
  readonly durability: Durability
  /** What differs from the other rows of its table. */
  readonly difference?: string
}

export interface Curve {
  readonly id: string
  readonly title: string
  readonly x: { readonly label: string; readonly isLog?: boolean }
  readonly y: { readonly label: string; readonly isLog?: boolean }
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[]
}

export interface Result {
  readonly rows: readonly Row[]
  readonly curves?: readonly Curve[]
  /** What a reader has to know besides. */
  readonly notes?: readonly string[]
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly system: string
  readonly node: string
}

export interface Report extends Result {
  readonly benchmark: string
  readonly title: string
  readonly rounds: number
  readonly isQuick: boolean
  readonly date: string
  readonly commit: string
  readonly tookS: number
  readonly machine: Machine
}
