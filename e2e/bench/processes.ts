/** What a running process costs, as the kernel counts it. */
import { readFileSync } from 'node:fs'

/** The kernel counts in hundredths of a second on every system that Node.js runs on. */
const TICK_MS = 10

export const cpuMsOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

const memoryOf = (pid: number, field: string): number => {
  const [, kibibytes = '0'] = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) / 1024
}
export const rssMbOf = (pid: number): number => memoryOf(pid, 'VmRSS')
export const peakRssMbOf = (pid: number): number => memoryOf(pid, 'VmHWM')

/** Bytes in and out of a namespace's one interface. @param pid of a process inside */
export const networkBytesOf = (pid: number): number => {
  const line = readFileSync(`/proc/${pid}/net/dev`, 'utf8').split('\n').find((text) => text.trim().startsWith('eth0:'))
  const fields = line?.split(':')[1]?.trim().split(/\s+/) ?? []
  return Number(fields[0] ?? 0) + Number(fields[8] ?? 0)
}

/** Milliseconds of the clock that all processes of a machine share. */
export const sharedMs = (): number => Number(process.hrtime.bigint()) / 1e6
export const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs))
