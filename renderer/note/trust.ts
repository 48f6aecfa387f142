/** What the trust line may claim: only what receipts prove, and never more than this window has handed over. */
import type { MachineHoldsView, WhereView } from '../../app/api/views.ts'
import type { ErrorCode } from '../../app/base/errors.ts'
import { hasUnsaved, type Edits } from './edits.ts'

export interface SilentMachine {
  readonly name: string
  /** Null: never heard. */
  readonly lastHeardMs: number | null
}

export type Trust =
  /** Nothing is known yet, or no longer. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'saving' }
  /** In this window only: the connection is lost. */
  | { readonly kind: 'windowOnly' }
  /** In this window only: the peer refused it. */
  | { readonly kind: 'refused'; readonly code: ErrorCode }
  | { readonly kind: 'saved'; readonly on: number; readonly of: number; readonly silent: readonly SilentMachine[] }

/** As known once something was typed here: no receipt can cover what was typed after it. */
export const withoutNewEdits = (where: WhereView): WhereView => ({ ...where, saved: false, machines: where.machines.map(lagging) })

const lagging = (machine: MachineHoldsView): MachineHoldsView => (machine.holds === 'all' ? { ...machine, holds: 'behind' } : machine)

/** As known once the peer confirmed the newest edit: it is saved here, and nothing is known of others yet. */
export const savedHere = (where: WhereView): WhereView => ({
  ...where,
  saved: true,
  machines: where.machines.map((machine) => (machine.self ? { ...machine, holds: 'all' } : machine)),
})

export const trustOf = (edits: Edits, where: WhereView | null, isConnected: boolean): Trust => {
  if (!isConnected) return { kind: hasUnsaved(edits) ? 'windowOnly' : 'unknown' }
  if (edits.kind === 'kept') return trustOfKept(edits)
  if (edits.kind === 'sending') return { kind: 'saving' }
  if (where === null) return { kind: 'unknown' }
  if (!where.saved) return { kind: 'saving' }
  const others = where.machines.filter(({ self }) => !self)
  return {
    kind: 'saved',
    on: 1 + others.filter(({ holds }) => holds === 'all').length,
    of: 1 + others.length,
    silent: others.filter(({ reachable }) => !reachable).toSorted(byLongestSilence),
  }
}

const trustOfKept = ({ code, hasEdits }: Extract<Edits, { kind: 'kept' }>): Trust => {
  if (!hasEdits) return { kind: 'unknown' }
  // Connected again: the note is just being attached, and what was kept goes out next.
  return code === 'API_CHANNEL_CLOSED' ? { kind: 'saving' } : { kind: 'refused', code }
}

const byLongestSilence = (a: SilentMachine, b: SilentMachine) => (a.lastHeardMs ?? 0) - (b.lastHeardMs ?? 0)
