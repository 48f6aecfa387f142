/** Ends this process when a mutant spins, eats memory, or waits for another process for ever: a thread of its own sees what a busy main
 *  thread can't. Time is the processor's, not the wall's, so that a busy machine condemns nobody. */
import { isMainThread, Worker, workerData } from 'node:worker_threads'

const LOOK_MS = 200
const MEMORY_BYTES_MAX = 1_500_000_000

/** A main thread that neither turns nor computes for so long stands in a call that does not come back. */
const BLOCKED_MS = 40_000
const BLOCKED_CPU_MS = 1000

const watch = ({ shared }) => {
  let turned = { beat: -1, atMs: 0, cpu: 0 }
  setInterval(() => {
    const [limit, beat] = [Atomics.load(shared, 0), Atomics.load(shared, 1)]
    const [now, cpu] = [performance.now(), cpuMs()]
    if (beat !== turned.beat) turned = { beat, atMs: now, cpu }
    const isBlocked = now - turned.atMs > BLOCKED_MS && cpu - turned.cpu < BLOCKED_CPU_MS
    if (isBlocked || (limit > 0 && cpu > limit) || process.memoryUsage.rss() > MEMORY_BYTES_MAX) process.kill(process.pid, 'SIGKILL')
  }, LOOK_MS)
}

export const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return Math.round((user + system) / 1000)
}

/** @returns allow(ms): so many milliseconds of processor from now on, 0 for no end; beat(): the main thread turns */
export const startWatch = () => {
  const shared = new Int32Array(new SharedArrayBuffer(8))
  new Worker(new URL(import.meta.url), { workerData: { shared } }).unref()
  return {
    allow: (allowedMs) => Atomics.store(shared, 0, allowedMs === 0 ? 0 : cpuMs() + allowedMs),
    beat: () => Atomics.add(shared, 1, 1),
  }
}

if (!isMainThread && workerData?.shared) watch(workerData)
