/** Notices what no socket tells: the machine slept, or its networks are others now. */
import { networkInterfaces } from 'node:os'
import { every, type Cancel, type Clock } from '../app/base/clock.ts'

/** What a look costs (0.1 ms) is nothing beside the second that somebody waits who carried a laptop to another room. */
const LOOK_MS = 500
/** So late a look means that the machine slept or the process was stopped: longer than anybody bears our silence. */
const SLEPT_MS = 4000

/** `woke`: connections are dead, though nothing has said so yet. `moved`: those over an address that is gone are. */
export type MachineChange = 'woke' | 'moved'

const addressesNow = (): string =>
  Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address)).sort().join(' ')

/** Calls `onChange` within a second of a wake or a network change. In a sleep the wall clock goes on; the monotonic one stands
 *  still on some systems and goes on in others: the one that went further tells. A clock that was only set looks the same, and
 *  costs one reconnect. */
export const watchMachine = (clock: Clock, onChange: (change: MachineChange) => void, addresses: () => string = addressesNow): Cancel => {
  let known = addresses()
  let wallMs = clock.nowMs()
  let monotonicMs = clock.monotonicMs()
  return every(clock, LOOK_MS, () => {
    const now = addresses()
    const passedMs = Math.max(clock.nowMs() - wallMs, clock.monotonicMs() - monotonicMs)
    const hasMoved = now !== known
    known = now
    wallMs = clock.nowMs()
    monotonicMs = clock.monotonicMs()
    if (passedMs > SLEPT_MS + LOOK_MS) onChange('woke')
    else if (hasMoved) onChange('moved')
  })
}
