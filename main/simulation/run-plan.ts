/** Runs plans in this process, one after another. */
import { createPeer } from '../../app/peer.ts'
import type { Plan } from '../../app/simulation/plan.ts'
import { simulate } from '../../app/simulation/simulate.ts'
import type { SimulationReport } from '../../app/simulation/simulate.ts'
import { rememberVerifications } from './remembered-verify.ts'

export type RunPlan = (plan: Plan, tell?: (line: string) => void) => Promise<SimulationReport>

const silently = () => {}

/** What is due as a promise runs before the next tick: a turn without the cost of a look at the operating system. */
const turn = () => new Promise<void>((resolve) => process.nextTick(resolve))
/** Only a turn of the whole loop tells of promises that failed with nobody waiting. */
const wholeTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
const TURNS_PER_WHOLE_TURN = 64

export const createRunner = (): RunPlan => {
  // They fail the run, not the process.
  const strayErrors: unknown[] = []
  process.on('unhandledRejection', (error) => strayErrors.push(error))
  process.on('uncaughtException', (error) => strayErrors.push(error))
  const forget = rememberVerifications()
  let turns = 0
  const nextTurn = () => (turns++ % TURNS_PER_WHOLE_TURN === 0 ? wholeTurn() : turn())
  return async (plan, tell = silently) => {
    strayErrors.length = 0
    turns = 0
    forget()
    return simulate(plan, { turn: nextTurn, rest: wholeTurn, createPeer, strayErrors, tell })
  }
}
