/** The machines of one soak: started as their roles ask, in one workspace, with some notes. */
import path from 'node:path'
import { openApiScreen, type ApiScreen } from '../rig/api-screen.ts'
import { createSmallDisk, type SmallDisk } from '../rig/disk.ts'
import type { Lab } from '../rig/lab.ts'
import type { Machine } from '../rig/machine.ts'
import { createWallClock, type WallClock } from '../rig/wall-clock.ts'
import { createDocument, invite, joinBy, workspaceOf } from '../rig/workspace.ts'
import { rolesOf } from './plan.ts'

const NAMES = ['Ada', 'Ben', 'Cy', 'Dora', 'Eve', 'Finn', 'Gus', 'Hana', 'Ivo', 'Jo', 'Kim', 'Lea']
export const MACHINES_MAX = NAMES.length
/** Room for all that a soak writes, and for SQLite's log beside it. */
const DISK_MEBIBYTES = 96
const DOCUMENTS = 6

export interface Seat {
  readonly machine: Machine
  readonly screen: ApiScreen
  readonly wallClock: WallClock | undefined
  /** Starts the host as this machine's role asks, and attaches the screen. */
  start(): Promise<void>
}

export interface Cluster {
  readonly seats: readonly Seat[]
  readonly disk: SmallDisk
  readonly workspace: string
  readonly documents: readonly string[]
  close(): void
}

const takeSeat = (lab: Lab, directory: string, options: { name: string; dataDir?: string; watchFlushes: boolean }): Seat => {
  const { name, dataDir, watchFlushes } = options
  const machine = lab.addMachine(name, dataDir === undefined ? {} : { dataDir })
  const screen = openApiScreen(machine.wrap)
  const wallClock = createWallClock(path.join(directory, `${machine.key}.clock`))
  const start = async () => {
    const { url } = await machine.start({ watchFlushes, wallClock })
    screen.attach(url)
  }
  return { machine, screen, wallClock, start }
}

export const gatherCluster = async (lab: Lab, directory: string, machines: number): Promise<Cluster> => {
  const { smallDisk, watched } = rolesOf(machines)
  const disk = createSmallDisk(DISK_MEBIBYTES)
  const seats = NAMES.slice(0, machines).map((name, number) => {
    const place = number === smallDisk ? { dataDir: path.join(disk.directory, 'data') } : {}
    return takeSeat(lab, directory, { name, ...place, watchFlushes: number === watched })
  })
  const close = () => {
    for (const { screen } of seats) screen.close()
    disk.remove()
  }
  try {
    await Promise.all(seats.map((seat) => seat.start()))
    const [first, ...others] = seats.map(({ machine }) => machine) as [Machine, ...Machine[]]
    await first.cli('workspace', 'create', 'Soak')
    for (const other of others) await joinBy(other, await invite(first))
    const documents: string[] = []
    for (let number = 1; number <= DOCUMENTS; number++) documents.push(await createDocument(first, `Note ${number}`))
    return { seats, disk, workspace: (await workspaceOf(first)).id, documents, close }
  } catch (error) {
    close()
    throw error
  }
}
