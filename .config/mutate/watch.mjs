/** Ends this process when a mutant spins or eats memory: a thread of its own sees what a busy main thread can't. Time is the processor's, not
 *  the wall's, so that a busy machine condemns nobody. */
import { isMainThread, Worker, workerData } from 'node:worker_threads'

const LOOK_MS = 200
const MEMORY_BYTES_MAX = 1_500_000_000

const watch = ({ limitMs }) => {
  setInterval(() => {
    const { user, system } = process.cpuUsage()
    const limit = Atomics.load(limitMs, 0)
    if ((limit > 0 && (user + system) / 1000 > limit) || process.memoryUsage.rss() > MEMORY_BYTES_MAX) process.kill(process.pid, 'SIGKILL')
  }, LOOK_MS)
}

export const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return Math.round((user + system) / 1000)
}

/** Gives a function that allows so many milliseconds of processor from now on; 0 for no end. */
export const startWatch = () => {
  const limitMs = new Int32Array(new SharedArrayBuffer(4))
  new Worker(new URL(import.meta.url), { workerData: { limitMs } }).unref()
  return (allowedMs) => Atomics.store(limitMs, 0, allowedMs === 0 ? 0 : cpuMs() + allowedMs)
}

if (!isMainThread && workerData?.limitMs) watch(workerData)
