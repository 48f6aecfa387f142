/** Machines: their power, their processes and their clocks. */
import type { Machine } from '../machine.ts'
import { rewire } from './cables.ts'
import { DEFAULT_FOR_MS } from './tools.ts'
import type { Fault, FaultTools } from './tools.ts'

const MINUTE_MS = 60_000

export const machineFaults = ({ world, workload, power, later, isOver }: FaultTools) => {
  const { trace, counts, time } = world
  // Also after everything is mended: nobody stays off for good.
  const restart = (machine: Machine, afterMs = DEFAULT_FOR_MS) => time.after(afterMs, () => {
    if (machine.run) return
    counts.restarts += 1
    void power.start(machine)
  })
  const crash = (machine: Machine, kind: 'kill' | 'power', downMs?: number) => {
    power.crash(machine, kind)
    restart(machine, downMs)
  }
  const powerCut: Fault = (machine, { amountMs = 0, forMs }) => workload.afterNextEdit(machine, () => later(amountMs, () => {
    if (machine.run?.isUp) crash(machine, 'power', forMs)
  }))
  const kill: Fault = (machine, { forMs }) => crash(machine, 'kill', forMs)
  const killWaiting: Fault = (machine, { forMs }) => void world.whenWaiting.set(machine, () => crash(machine, 'power', forMs))
  /** Killed, and killed again while it starts. */
  const stumble: Fault = (machine, { amountMs = 0, forMs = DEFAULT_FOR_MS }) => {
    crash(machine, 'kill', forMs)
    later(forMs + amountMs, () => {
      if (machine.run) crash(machine, 'power', forMs)
    })
  }
  const stop: Fault = (machine, { forMs }) => void power.stop(machine).then(() => restart(machine, forMs))
  /** Shut, and opened again only when all is over. */
  const away: Fault = (machine) => void power.stop(machine).then(() => {
    trace.tell(`${machine.name} is taken away`)
    world.away.add(machine)
    // Stopping took so long that all is over.
    if (isOver()) void power.start(machine)
  })
  /** Its process gets no time, as a laptop that sleeps, and its cables carry nothing. */
  const freeze: Fault = (machine, { forMs = DEFAULT_FOR_MS }) => {
    const run = machine.run
    if (!run || run.clock.isPaused) return
    counts.freezes += 1
    trace.tell(`${machine.name} is frozen`)
    run.clock.pause()
    rewire(world, () => world.links.freeze(machine.number, true))
    world.time.after(forMs, () => {
      if (machine.run === run) trace.tell(`${machine.name} goes on`)
      rewire(world, () => world.links.freeze(machine.number, false))
      run.clock.resume()
    })
  }
  const wrongClock: Fault = (machine, { amountMs = 0 }) => {
    machine.skewMs = amountMs
    trace.tell(`the clock of ${machine.name} is wrong by ${Math.round(machine.skewMs / MINUTE_MS)} min`)
  }
  const slowReader: Fault = (machine, { forMs = DEFAULT_FOR_MS }) => {
    for (const window of workload.windowsAt(machine)) window.pipe.holdUp(forMs)
    trace.tell(`the windows at ${machine.name} read nothing`)
  }
  return { powerCut, kill, killWaiting, stumble, stop, away, freeze, wrongClock, slowReader }
}
