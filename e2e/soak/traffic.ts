/** Writes all the time, on every machine that runs: through the API, and now and then by the command line. */
import type { Chance } from './chance.ts'
import type { Cluster, Seat } from './cluster.ts'
import type { Ledger } from './ledger.ts'

/** Between two lines of one machine through its API. */
const API_EVERY_MS: readonly [number, number] = [250, 750]
/** Between two lines by the command line, of all machines together: each starts a program. */
const CLI_EVERY_MS: readonly [number, number] = [1500, 4500]
/** Lines that one host may owe an answer for: a frozen one answers none. */
const WAITING_MAX = 40
const LONG_EVERY = 40
const LONG_WORDS = 800
const SHORT_WORDS = 12

export interface Traffic {
  resume(): void
  /** Writes no more; resolves once every line is answered. */
  pause(): Promise<void>
}

export const createTraffic = ({ seats, workspace, documents }: Cluster, ledger: Ledger, chance: Chance): Traffic => {
  const open = new Set<Promise<void>>()
  const timers = new Set<NodeJS.Timeout>()
  let isPaused = true
  const filler = () => (chance.whole(1, LONG_EVERY) === 1 ? LONG_WORDS : chance.whole(0, SHORT_WORDS))
  const track = (work: Promise<void>) => {
    open.add(work)
    void work.finally(() => open.delete(work))
  }

  const writeByApi = async ({ machine, screen }: Seat, waiting: { count: number }) => {
    if (!machine.isRunning || waiting.count >= WAITING_MAX) return
    const line = ledger.write({ document: chance.pick(documents), machine: machine.name, by: 'api' }, filler())
    waiting.count++
    const answer = await screen.run('document.append', { workspace, document: line.document, text: line.text })
    waiting.count--
    if (answer.ok) line.isSaved = true
    else line.code = answer.code
  }
  const writeByCli = async ({ machine }: Seat) => {
    if (!machine.isRunning) return
    const line = ledger.write({ document: chance.pick(documents), machine: machine.name, by: 'cli' }, filler())
    try {
      const { exitCode, error } = await machine.ask('doc', 'append', line.document, line.text)
      if (exitCode === 0) line.isSaved = true
      else line.code = error ?? `exit code ${exitCode}`
    } catch (error) {
      line.code = String(error)
    }
  }
  const repeat = ([from, to]: readonly [number, number], write: () => Promise<void>) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (isPaused) return
      track(write())
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
      while (open.size > 0) await Promise.all(open)
    },
  }
}
