import { systemClock } from '../base/clock.ts'
import { address, type Address } from '../base/ids.ts'
import { createLibp2pNetwork } from './libp2p.ts'
import { testNetwork } from './network.contract.ts'
import type { Network } from './network.ts'

const PATIENCE_MS = 15_000
const wait = (durationMs: number) => new Promise<void>((resolve) => setTimeout(resolve, durationMs))

const createRig = async () => {
  const networks: Network[] = []
  const until = async (isTrue: () => boolean) => {
    const endMs = Date.now() + PATIENCE_MS
    while (!isTrue()) {
      if (Date.now() > endMs) throw new Error('waited in vain')
      await wait(5)
    }
  }
  return {
    clock: systemClock(),
    createNetwork: async (listenAt?: Address) => {
      const network = await createLibp2pNetwork({ listen: [listenAt ?? '/ip4/127.0.0.1/tcp/0'] })
      networks.push(network)
      return network
    },
    until,
    during: <T>(promise: Promise<T>) => promise,
    pass: wait,
    // Discard: nobody listens there.
    nowhere: address('/ip4/127.0.0.1/tcp/9'),
    stop: async () => void (await Promise.all(networks.map((network) => network.stop()))),
  }
}

testNetwork('libp2p', createRig)
