/** One machine: a disk that outlives its runs, a clock that may be wrong, and the peer that runs on it now. */
import { address, peerId } from '../base/ids.ts'
import type { PeerId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import type { MemoryHub } from '../network/memory.ts'
import type { Network } from '../network/network.ts'
import type { Peer, PeerPorts } from '../peer.types.ts'
import { createChance } from './chance.ts'
import { createDisk } from './disk.ts'
import type { Disk } from './disk.ts'
import { createPeerClock } from './virtual-time.ts'
import type { PeerClock, VirtualTime } from './virtual-time.ts'

/** A run of a peer on a machine. */
export interface Run {
  readonly number: number
  readonly peer: Peer
  readonly clock: PeerClock
  readonly peerId: PeerId
  /** It has started. */
  isUp: boolean
}

export interface Machine {
  readonly number: number
  readonly name: string
  readonly disk: Disk
  /** How wrong its wall clock is. */
  skewMs: number
  readonly run: Run | undefined
  /** Starts a new run. Rejects as Peer.start, and is off then. */
  start(): Promise<Run>
  /** In good order. */
  stop(): Promise<void>
  /** The process is gone, or the power with a tail of what was not flushed. Gives how many batches are lost. */
  crash(kind: 'kill' | 'power'): number
}

export interface MachineInit {
  readonly seed: number
  readonly number: number
  readonly time: VirtualTime
  readonly hub: MemoryHub
  readonly watch: (network: Network) => Network
  /** A new run has this id from now on. */
  readonly place: (peer: PeerId, machine: number) => void
  readonly createPeer: (ports: PeerPorts) => Peer
}

/** 2026-01-01: the simulated machines' idea of when it all begins. */
const EPOCH_MS = 1_767_225_600_000

export const createMachine = ({ seed, number, time, hub, watch, place, createPeer }: MachineInit): Machine => {
  const name = String.fromCharCode(65 + number)
  const disk = createDisk(createChance(seed, `disk ${name}`))
  const ids = createChance(seed, `ids ${name}`)
  let runs = 0
  let run: Run | undefined

  const build = (): Run => {
    runs += 1
    // The lower id dials: which machine that is changes from run to run.
    const self = peerId(`${ids.uint53().toString(36)}run${runs}of${name}`)
    const clock = createPeerClock(time, () => EPOCH_MS + time.nowMs() + machine.skewMs)
    const network = hub.createNetwork(self, address(`/memory/machine${name}`))
    place(self, number)
    const peer = createPeer({
      store: disk.open(clock),
      network: watch(network),
      discoveries: [hub.createDiscovery(network)],
      clock,
      random: createChance(seed, `peer ${name} ${runs}`),
      logger: silentLogger,
      machineName: `Machine ${name}`,
      version: '0.0.0-simulation',
      keysAreUnprotected: true,
    })
    return { number: runs, peer, clock, peerId: self, isUp: false }
  }
  const end = () => {
    if (!run) return
    run.isUp = false
    run.clock.stop()
    hub.kill(run.peerId)
    run = undefined
  }
  const machine: Machine = {
    number,
    name,
    disk,
    skewMs: 0,
    get run() {
      return run
    },
    start: async () => {
      const mine = build()
      run = mine
      try {
        await mine.peer.start()
      } catch (error) {
        if (run === mine) {
          end()
          disk.kill()
        }
        throw error
      }
      mine.isUp = true
      return mine
    },
    stop: async () => {
      const mine = run
      if (!mine) return
      mine.isUp = false
      await mine.peer.stop()
      if (run === mine) end()
    },
    crash: (kind) => {
      end()
      if (kind === 'power') return disk.cutPower()
      disk.kill()
      return 0
    },
  }
  return machine
}
