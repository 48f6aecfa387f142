/** Notices what no socket tells: the machine slept, or its networks are others now. */
import { networkInterfaces } from 'node:os'
import { every, type Cancel, type Clock } from '../app/base/clock.ts'

const LOOK_MS = 3000
/** So late a look means that the machine slept, or its clock was set: to look for everybody again costs little. */
const SLEPT_MS = 5 * LOOK_MS

const addressesNow = (): string =>
  Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address)).sort().join(' ')

/** Calls `onChange` within a few seconds of a wake or a network change. */
export const watchMachine = (clock: Clock, onChange: () => void, addresses: () => string = addressesNow): Cancel => {
  let known = addresses()
  let lookedMs = clock.nowMs()
  return every(clock, LOOK_MS, () => {
    const [now, nowMs] = [addresses(), clock.nowMs()]
    const isChanged = now !== known || nowMs - lookedMs > SLEPT_MS
    known = now
    lookedMs = nowMs
    if (isChanged) onChange()
  })
}
