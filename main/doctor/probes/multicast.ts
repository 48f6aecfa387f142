/** Asks the network for Lanyards by multicast DNS: what leaves, what comes back, who else answers. */
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { setTimeout as pause } from 'node:timers/promises'
import { MDNS_INTERFACES_MAX } from '../../../app/base/limits.ts'
import type { Facts, MulticastFact } from '../facts.types.ts'

const GROUP = '224.0.0.251'
const PORT = 5353
/** As app/network/mdns-packet.ts announces it: _lanyard._tcp.local */
const LABELS = ['_lanyard', '_tcp', 'local']
const SERVICE = Buffer.concat([...LABELS.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]), Buffer.from([0])])
/** Multicast loses packets; who has just spoken keeps silent for a second. */
const ASK_AT_MS = [0, 700, 1400]
const LISTEN_MS = 2400

/** One question, PTR, class IN. The id, which nobody else looks at, tells ours from any other. */
const question = () => Buffer.concat([randomBytes(2), Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), SERVICE, Buffer.from([0, 12, 0, 1])])
const isAnswer = (packet: Buffer) => packet.length > 12 && (packet.readUInt8(2) & 0x80) !== 0 && packet.includes(SERVICE.subarray(0, 9))

interface Ear {
  readonly fact: MulticastFact
  readonly heardFrom: readonly string[]
}

const askOn = async (address: string): Promise<Ear> => {
  const packet = question()
  const heardFrom = new Set<string>()
  let sent: true | string = 'EUNKNOWN'
  let heardOwn = false
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  const failed = new Promise<string>((resolve) => socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'EUNKNOWN')))
  socket.on('message', (message, { address: from }) => {
    if (message.equals(packet)) heardOwn = true
    else if (isAnswer(message)) heardFrom.add(from)
  })
  try {
    const bound = await Promise.race([failed, new Promise<true>((resolve) => socket.bind(PORT, '0.0.0.0', () => resolve(true)))])
    if (bound !== true) return { fact: { address, sent: bound, heardOwn }, heardFrom: [] }
    socket.addMembership(GROUP, address)
    socket.setMulticastInterface(address)
    socket.setMulticastLoopback(true)
    for (const [index, atMs] of ASK_AT_MS.entries()) {
      await pause(atMs - (ASK_AT_MS[index - 1] ?? 0))
      const code = await new Promise<true | string>((resolve) =>
        socket.send(packet, PORT, GROUP, (error) => resolve(error === null ? true : ((error as NodeJS.ErrnoException).code ?? 'EUNKNOWN'))))
      if (sent !== true) sent = code
    }
    await pause(LISTEN_MS - (ASK_AT_MS.at(-1) ?? 0))
  } catch (error) {
    sent = (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN'
  } finally {
    socket.close()
  }
  return { fact: { address, sent, heardOwn }, heardFrom: [...heardFrom] }
}

/** @param own IPv4 addresses of this machine's interfaces */
export const askByMulticast = async (own: readonly string[]): Promise<Pick<Facts, 'multicast' | 'heardFrom'>> => {
  const ears = await Promise.all(own.slice(0, MDNS_INTERFACES_MAX).map(askOn))
  const heardFrom = [...new Set(ears.flatMap((ear) => ear.heardFrom))].filter((address) => !own.includes(address))
  return { multicast: ears.map(({ fact }) => fact), heardFrom: heardFrom.sort() }
}
