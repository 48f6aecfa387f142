/** Machines with nothing but the nearby protocol, over networks in memory. */
import { address, peerId, type WorkspaceId } from '../base/ids.ts'
import { createMemoryHub } from '../network/memory.ts'
import { createManualClock, createSeededRandom } from '../network/testing/world.ts'
import { WORKSPACE } from '../log/log.support.ts'
import { createNearbyHost, NEARBY_PROTOCOL } from './host.ts'
import { decodeNearby, encodeNearby, type NearbyMessage } from './messages.ts'
import { createNearbySeeker } from './seeker.ts'

export const LINK = 'lanyard://join/a#b'

export const createNearbyWorld = () => {
  const clock = createManualClock()
  const hub = createMemoryHub({ clock, random: createSeededRandom(1), link: () => ({ kind: 'open', delayMs: 2 }) })
  let made = 0
  const boot = async (name: string) => {
    const network = hub.createNetwork(peerId(`peer${String(made).padStart(4, '0')}`), address(`/memory/machine${made}`))
    await network.start()
    const random = createSeededRandom(++made)
    const parts = { network, clock, random, machineName: () => name, changed: () => {} }
    const invited: WorkspaceId[] = []
    const host = createNearbyHost({ ...parts, invite: async (workspace) => (invited.push(workspace), LINK) })
    host.start()
    return { network, host, invited, seeker: createNearbySeeker(parts) }
  }
  type Machine = Awaited<ReturnType<typeof boot>>
  const during = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false
    const settle = () => void (isSettled = true)
    promise.then(settle, settle)
    for (let turns = 0; !isSettled && turns < 2000; turns++) await clock.pass(20)
    return promise
  }
  const connect = (from: Machine, to: Machine) => during(from.network.dial(to.network.addresses()[0]!, clock.deadline(3000)))
  /** A stranger who says what it likes, and hears what it is answered. */
  const speak = async (from: Machine, to: Machine) => {
    const heard: NearbyMessage[] = []
    const ends: string[] = []
    const frames: Uint8Array[] = []
    const stream = await during(from.network.open(to.network.self, NEARBY_PROTOCOL, clock.deadline(3000)))
    stream.onClose((code) => ends.push(code ?? 'in good order'))
    stream.onFrame((frame) => {
      frames.push(frame)
      const read = decodeNearby(frame)
      if (read.ok) heard.push(read.value)
    })
    return { heard, ends, frames, stream, say: (message: NearbyMessage) => stream.send(encodeNearby(message)) }
  }
  return { clock, boot, connect, during, speak, workspace: WORKSPACE }
}
