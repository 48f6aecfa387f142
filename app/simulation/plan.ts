/** A simulation as data: who does what, and what goes wrong, when. The same plan gives the same run; what it doesn't say comes from its
 *  seed. */

export const EDIT_KINDS = ['type', 'format', 'rich', 'delete', 'block', 'unblock', 'paste'] as const
export type EditKind = (typeof EDIT_KINDS)[number]

export const ACTION_KINDS = [...EDIT_KINDS, 'append', 'create', 'rename', 'trash', 'restore', 'open', 'cursor', 'where', 'name'] as const
export type ActionKind = (typeof ACTION_KINDS)[number]

export const FAULT_KINDS = [
  'split', 'oneWay', 'slowWay', 'flap', 'powerCut', 'kill', 'killWaiting', 'stumble', 'stop', 'away', 'freeze', 'slowDisk', 'fullDisk', 'wrongClock', 'clone', 'backup',
  'slowReader',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export type StepKind = ActionKind | FaultKind

export interface Step {
  /** Since everybody has joined. */
  readonly atMs: number
  readonly kind: StepKind
  readonly machine: number
  /** The machine at the other end, of what happens between two. */
  readonly other?: number
  /** Until it is over: mended, up again, room again. */
  readonly forMs?: number
  /** How slow, how wrong, how soon after the next edit. */
  readonly amountMs?: number
  readonly groups?: readonly (readonly number[])[]
  /** Names the step's own stream of chance: what it does stays the same when others are left out. */
  readonly draw?: number
}

export interface NetworkPlan {
  /** One way, for most ways of a LAN; from and to. */
  readonly shortMs: readonly [number, number]
  /** For a few, so that news overtakes what it is about. */
  readonly longMs: readonly [number, number]
  /** Of ways that are long. */
  readonly longShare: number
  readonly jitterMs: number
  /** Streams between two machines overtake each other. */
  readonly streamsMix: boolean
}

export interface Plan {
  readonly seed: number
  /** From 2 to MACHINES_MAX. */
  readonly machines: number
  /** How long people work and things go wrong. */
  readonly activeMs: number
  /** At most so many at a machine. */
  readonly windows: number
  /** How often somebody answers at once to what has just been read. */
  readonly replies: number
  /** How often a cable is cut in the middle of a big change. */
  readonly middleCuts: number
  /** At last, two halves change the same formatting. */
  readonly quarrel: boolean
  /** The last machine joins only then, in the middle of it all. */
  readonly lateMs?: number
  readonly network: NetworkPlan
  readonly steps: readonly Step[]
}

/** Named by letters, and one may be copied. */
export const MACHINES_MAX = 25
export const MACHINES_MIN = 2

const FAULTS: ReadonlySet<string> = new Set(FAULT_KINDS)
export const isFault = (step: Step): boolean => FAULTS.has(step.kind)

export const nameOf = (machine: number): string => String.fromCharCode(65 + machine)

/** How many faults of each kind. */
export const faultsOf = (plan: Plan): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const step of plan.steps) if (isFault(step)) counts[step.kind] = (counts[step.kind] ?? 0) + 1
  if (plan.middleCuts > 0) counts['middleCut'] = 1
  if (plan.lateMs !== undefined) counts['late'] = 1
  if (plan.network.streamsMix) counts['streamsMix'] = 1
  return counts
}
