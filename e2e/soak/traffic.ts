/** Writes all the time, on every machine that runs: through the API, and now and then by the command line. */
import type { Chance } from './chance.ts'
import type { Cluster, Seat } from './cluster.ts'
import type { Ledger, Line } from './ledger.ts'

/** Between two lines of one machine through its API. */
const API_EVERY_MS: readonly [number, number] = [250, 750]
/** Between two lines by the command line, of all machines together: each starts a program. */
const CLI_EVERY_MS: readonly [number, number] = [1500, 4500]
/** Lines that one host may owe an answer for: a frozen one answers none. */
const WAITING_MAX = 40
/** A command line gives up after half a minute. */
const ANSWER_MS_MAX = 45_000
const LONG_EVERY = 40
const LONG_WORDS = 800
const SHORT_WORDS = 12

export interface Traffic {
  resume(): void
  /** Writes no more; gives the lines that were not answered in time, which should be none: all hosts run, and nothing is cut. */
  pause(): Promise<readonly Line[]>
}

export const createTraffic = ({ seats, workspace, documents }: Cluster, ledger: Ledger, chance: Chance): Traffic => {
  const open = new Map<Promise<void>, Line>()
  const timers = new Set<NodeJS.Timeout>()
  let isPaused = true
  const filler = () => (chance.whole(1, LONG_EVERY) === 1 ? LONG_WORDS : chance.whole(0, SHORT_WORDS))
  const track = (line: Line, work: Promise<void>) => {
    open.set(work, line)
    void work.finally(() => open.delete(work))
  }

  const writeByApi = ({ machine, screen }: Seat, waiting: { count: number }) => {
    if (!machine.isRunning || waiting.count >= WAITING_MAX) return
    const line = ledger.write({ document: chance.pick(documents), machine: machine.name, by: 'api' }, filler())
    waiting.count++
    track(line, screen.run('document.append', { workspace, document: line.document, text: line.text }).then((answer) => {
      waiting.count--
      if (answer.ok) line.isSaved = true
      else line.code = answer.code
    }))
  }
  const writeByCli = ({ machine }: Seat) => {
    if (!machine.isRunning) return
    const line = ledger.write({ document: chance.pick(documents), machine: machine.name, by: 'cli' }, filler())
    track(line, machine.ask('doc', 'append', line.document, line.text).then(
      ({ exitCode, error }) => {
        if (exitCode === 0) line.isSaved = true
        else line.code = error ?? `exit code ${exitCode}`
      },
      (error: unknown) => {
        line.code = String(error)
      },
    ))
  }
  const repeat = ([from, to]: readonly [number, number], write: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (isPaused) return
      write()
      repeat([from, to], write)
    }, chance.whole(from, to))
    timers.add(timer)
  }
  return {
    resume: () => {
      isPaused = false
      for (const seat of seats) {
        const waiting = { count: 0 }
        repeat(API_EVERY_MS, () => writeByApi(seat, waiting))
      }
      repeat(CLI_EVERY_MS, () => writeByCli(chance.pick(seats)))
    },
    pause: async () => {
      isPaused = true
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      const until = performance.now() + ANSWER_MS_MAX
      while (open.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 100))
      return [...open.values()]
    },
  }
}
