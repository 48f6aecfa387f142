/** Many seeds over several processes: each is handed a seed when it has done its last. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { SimulationReport } from '../../app/simulation/simulate.ts'

export type Outcome = Pick<SimulationReport, 'seed' | 'verdict'> & Partial<SimulationReport>

export interface PoolInit {
  readonly processes: number
  /** Options that the workers take over. */
  readonly args: readonly string[]
  /** Undefined when there are no more. */
  readonly nextSeed: () => number | undefined
  readonly onOutcome: (outcome: Outcome) => void
}

/** A larger nursery: most of what a run makes dies young. */
const NODE_ARGUMENTS = ['--max-semi-space-size=32']

const start = (args: readonly string[]): ChildProcess =>
  fork(process.argv[1]!, ['--worker', ...args], { execArgv: [...process.execArgv, ...NODE_ARGUMENTS], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })

/** One process after another, should one die: of the seed that it was at, which counts as failed. */
const work = ({ args, nextSeed, onOutcome }: PoolInit): Promise<void> => new Promise((resolve) => {
  const begin = (): void => {
    const child = start(args)
    let seed: number | undefined
    const next = () => {
      seed = nextSeed()
      if (seed === undefined) child.disconnect()
      else child.send(seed)
    }
    child.on('message', (outcome: Outcome) => {
      onOutcome(outcome)
      next()
    })
    child.once('exit', (code, signal) => {
      if (seed === undefined) return resolve()
      onOutcome({ seed, verdict: 'fail', properties: ['run'], faults: [`the process ended with ${signal ?? code}`] })
      begin()
    })
    next()
  }
  begin()
})

export const runSeeds = async (init: PoolInit): Promise<void> => {
  await Promise.all(Array.from({ length: init.processes }, () => work(init)))
}
