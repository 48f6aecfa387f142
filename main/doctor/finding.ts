/** One thing that the doctor looked at. */

/** Unknown is never shown as ok: it says what could not be seen. */
export type FindingState = 'ok' | 'problem' | 'unknown'

export interface Finding {
  readonly code: string
  /** What it is about, in a word or two. */
  readonly area: string
  readonly state: FindingState
  /** One sentence for the person at this machine. */
  readonly sentence: string
  /** What to do; null when there is nothing to do. */
  readonly fix: string | null
}

type Make = (code: string, sentence: string, fix?: string) => Finding

/** Findings of one area. */
export const findingsOf = (area: string): { readonly ok: Make; readonly problem: Make; readonly unknown: Make } => {
  const make = (state: FindingState): Make => (code, sentence, fix) => ({ code, area, state, sentence, fix: fix ?? null })
  return { ok: make('ok'), problem: make('problem'), unknown: make('unknown') }
}
