import { address, peerId } from '../../base/ids.ts'
import { createMemoryHub } from '../memory.ts'
import { testNetwork } from '../network.contract.ts'
import { createManualClock, createSeededRandom } from '../testing/world.ts'

const STEP_MS = 10
const PATIENCE_MS = 30_000

const createRig = (delayMs: (count: number) => number) => async () => {
  const clock = createManualClock()
  let asked = 0
  const hub = createMemoryHub({ clock, random: createSeededRandom(1), link: () => ({ kind: 'open', delayMs: delayMs(asked++) }) })
  let made = 0
  const until = async (isTrue: () => boolean) => {
    const endMs = clock.nowMs() + PATIENCE_MS
    while (!isTrue()) {
      if (clock.nowMs() > endMs) throw new Error('waited in vain')
      await clock.pass(STEP_MS)
    }
  }
  return {
    clock,
    createNetwork: async (listenAt = address(`/memory/machine${made}`)) => hub.createNetwork(peerId(`peer000${made++}`), listenAt),
    until,
    during: async <T>(promise: Promise<T>) => {
      let isSettled = false
      const settle = () => (isSettled = true)
      promise.then(settle, settle)
      await until(() => isSettled)
      return promise
    },
    pass: clock.pass,
    nowhere: address('/memory/nowhere'),
    stop: async () => {},
  }
}

testNetwork('memory', createRig(() => 1))
testNetwork('memory, uneven delays', createRig((count) => (count * 37) % 90))
testNetwork('memory, slower than a packet is repeated', createRig((count) => 300 + ((count * 37) % 150)))
