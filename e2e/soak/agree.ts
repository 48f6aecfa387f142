/** Waiting until all machines hold the same entries, and what they hold then. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Cluster, Seat } from './cluster.ts'
import type { Exports } from './judge.ts'

/** After everything is mended. A host may have to read its whole log first. */
export const AGREE_MS_MAX = 90_000
const ASK_EVERY_MS = 200
const pause = (ms: number) => new Promise<undefined>((resolve) => setTimeout(resolve, ms, undefined))

export interface WorkspaceState {
  readonly entries: number
  readonly headsHash: string
  readonly pending: number
  readonly unsaved: number
  readonly refusals: Readonly<Record<string, number>>
}
interface Status {
  readonly workspaces: readonly WorkspaceState[]
}

/** In JSON: `unanswered` for a host that did not answer. */
const stateOf = async ({ screen }: Seat): Promise<WorkspaceState | undefined> => {
  const answer = await Promise.race([screen.run<Status>('status', {}), pause(5000)])
  return answer?.ok === true ? answer.gives.workspaces[0] : undefined
}

export const statesOf = async ({ seats }: Cluster): Promise<Readonly<Record<string, WorkspaceState | undefined>>> =>
  Object.fromEntries(await Promise.all(seats.map(async (seat) => [seat.machine.name, await stateOf(seat)] as const)))

const areEqual = (states: readonly (WorkspaceState | undefined)[]): boolean =>
  states.every((state) => state !== undefined && state.headsHash === states[0]?.headsHash && state.pending === 0 && state.unsaved === 0)

/** Milliseconds until all are equal; undefined: not within AGREE_MS_MAX. */
export const untilEqual = async (cluster: Cluster): Promise<number | undefined> => {
  const beganMs = performance.now()
  while (performance.now() - beganMs < AGREE_MS_MAX) {
    if (areEqual(Object.values(await statesOf(cluster)))) return performance.now() - beganMs
    await pause(ASK_EVERY_MS)
  }
  return undefined
}

/** Through the API. @throws Error when a host does not give a note that all are said to hold */
export const textsOf = async ({ seats, workspace, documents }: Cluster): Promise<Exports> => {
  const exports: Record<string, Record<string, string>> = {}
  for (const { machine, screen } of seats) {
    const texts: Record<string, string> = {}
    for (const document of documents) {
      const answer = await screen.run<{ markdown: string }>('document.markdown', { workspace, document })
      if (!answer.ok) throw new Error(`${machine.name} does not give note ${document}: ${answer.code}`)
      texts[document] = answer.gives.markdown
    }
    exports[machine.name] = texts
  }
  return exports
}

/** What `doc export` writes on each machine, file by file. */
export const exportedFiles = async ({ seats }: Cluster): Promise<Exports> => {
  const exports: Record<string, Record<string, string>> = {}
  for (const { machine } of seats) {
    const directory = mkdtempSync(path.join(tmpdir(), 'lanyard-soak-'))
    try {
      await machine.cli('doc', 'export', directory)
      exports[machine.name] = Object.fromEntries(readdirSync(directory).map((name) => [name, readFileSync(path.join(directory, name), 'utf8')]))
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }
  return exports
}

interface Where {
  readonly saved: boolean
  readonly machines: readonly { readonly name: string; readonly holds: string }[]
}

const wrongOf = (machine: string, { saved, machines }: Where): readonly string[] => [
  ...(saved ? [] : [`${machine}: not saved there`]),
  ...machines.filter(({ holds }) => holds !== 'all').map(({ name, holds }) => `${machine} says of ${name}: ${holds}`),
]

/** Receipts come a moment after entries. Gives what some machine still says wrongly of another. */
export const whereDisagrees = async ({ seats, documents }: Cluster): Promise<readonly string[]> => {
  const beganMs = performance.now()
  for (;;) {
    const wrong: string[] = []
    for (const { machine } of seats) {
      const where = (await machine.cli('doc', 'where', documents[0] ?? '')) as unknown as Where
      wrong.push(...wrongOf(machine.name, where))
    }
    if (wrong.length === 0 || performance.now() - beganMs > AGREE_MS_MAX / 3) return wrong
    await pause(500)
  }
}
