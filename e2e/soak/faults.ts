/** Makes a fault happen on real machines, and mends it. */
import type { Lab } from '../rig/lab.ts'
import { SUBNET } from '../rig/namespaces.ts'
import { cutPower, nextWrite } from '../rig/wal.ts'
import type { Cluster, Seat } from './cluster.ts'
import type { Fault } from './plan.ts'

/** Too little for the next change. */
const FULL_DISK_FREE_BYTES = 64 * 1024
/** Where addresses begin that no machine has at first. */
const MOVED_FROM = 100

type Mend = () => Promise<void> | void

const beginOnNetwork = (lab: Lab, { seats }: Cluster, fault: Fault): Mend | undefined => {
  const machine = (number: number) => (seats[number] as Seat).machine
  switch (fault.kind) {
    case 'split': lab.split(...fault.groups.map((group) => group.map(machine))); break
    case 'oneWay': lab.cutOneWay(machine(fault.from), machine(fault.to)); break
    case 'between': lab.cutBetween(machine(fault.one), machine(fault.other)); break
    case 'multicast': lab.blockMulticast(); break
    default: return undefined
  }
  return () => lab.heal()
}

/** Gives what mends it. */
export const createFaults = (lab: Lab, cluster: Cluster, onFinding: (finding: string) => void) => {
  let moves = 0
  const begin = async (fault: Fault): Promise<Mend> => {
    const mend = beginOnNetwork(lab, cluster, fault)
    if (mend !== undefined || !('machine' in fault)) return mend ?? (() => undefined)
    const seat = cluster.seats[fault.machine] as Seat
    const { machine } = seat
    switch (fault.kind) {
      case 'unplug':
        lab.unplug(machine)
        return () => lab.plug(machine, fault.moves ? `${SUBNET}.${MOVED_FROM + ++moves}` : undefined)
      case 'kill':
        await machine.kill()
        return () => seat.start()
      case 'restart': {
        const code = await machine.stop()
        if (code !== 0) onFinding(`${machine.name} was asked to stop and ended with code ${code}`)
        return () => seat.start()
      }
      case 'power':
        await nextWrite(machine.dataDir)
        await machine.kill()
        cutPower(machine.dataDir, fault.chance)
        return () => seat.start()
      case 'freeze':
      case 'sleep':
        machine.freeze()
        return () => machine.thaw()
      case 'disk':
        cluster.disk.fill(FULL_DISK_FREE_BYTES)
        return () => cluster.disk.free()
      case 'clock':
        seat.wallClock?.set(fault.aheadMs)
        return () => seat.wallClock?.set(0)
    }
  }
  return { begin }
}
