/** Memory and open descriptors of each host, and how many entries it holds, every few seconds. */
import { readFileSync, readdirSync } from 'node:fs'
import type { Seat } from './cluster.ts'

const EVERY_MS = 2000

export interface Sample {
  /** Since the soak began. */
  readonly atMs: number
  readonly machine: string
  readonly pid: number
  /** Since this host was first seen. */
  readonly ageMs: number
  readonly rssMiB: number
  readonly descriptors: number
  /** As last told; null before. */
  readonly entries: number | null
}

/** @throws when there is no such process */
const readProcess = (pid: number) => {
  const [, kibibytes = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return { rssMiB: Number(kibibytes) / 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length }
}

interface Status {
  readonly workspaces: readonly { readonly entries: number }[]
}

export interface Sampler {
  readonly samples: readonly Sample[]
  stop(): void
}

/** @param onGone a host that nobody ended is not there any more */
export const startSampler = (seats: readonly Seat[], nowMs: () => number, onGone: (machine: string) => void): Sampler => {
  const samples: Sample[] = []
  const firstSeenMs = new Map<number, number>()
  const entries = new Map<string, number>()
  const asking = new Set<string>()

  const askEntries = async ({ machine, screen }: Seat) => {
    if (asking.has(machine.name)) return
    asking.add(machine.name)
    const answer = await screen.run<Status>('status', {})
    asking.delete(machine.name)
    if (answer.ok) entries.set(machine.name, answer.gives.workspaces[0]?.entries ?? 0)
  }
  const look = (seat: Seat) => {
    const { machine } = seat
    if (!machine.isRunning) return
    const { pid, name } = machine
    const atMs = nowMs()
    if (!firstSeenMs.has(pid)) firstSeenMs.set(pid, atMs)
    void askEntries(seat)
    try {
      const ageMs = atMs - (firstSeenMs.get(pid) ?? atMs)
      samples.push({ atMs, machine: name, pid, ageMs, ...readProcess(pid), entries: entries.get(name) ?? null })
    } catch {
      // No such process, though nobody ended it.
      onGone(name)
    }
  }
  const timer = setInterval(() => seats.forEach(look), EVERY_MS)
  return { samples, stop: () => clearInterval(timer) }
}
