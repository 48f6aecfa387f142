/** Packets that anybody on the local network may send: read by the library, then by discovery. */
import { EventEmitter } from 'node:events'
import mdns from 'multicast-dns'
import { concat, toUtf8 } from '../../../app/base/codec.ts'
import { address, peerId, type Address } from '../../../app/base/ids.ts'
import { ADDRESSES_PER_PEER_MAX, MDNS_RECORDS_MAX } from '../../../app/base/limits.ts'
import { announcement, isQuestionForUs, QUESTION, sightingsIn } from '../../../app/network/mdns-packet.ts'
import { filtered } from '../../../app/network/mdns-sockets.ts'
import { NotTheSame, type Target } from '../target.types.ts'

const SOURCE = '192.168.1.7'
const PACKET_BYTES_MAX = 9000

/** The shipped library over a socket that never was. */
const openSocket = () => {
  const sent: Uint8Array[] = []
  const socket = filtered(Object.assign(new EventEmitter(), {
    send: (message: Uint8Array) => void sent.push(Uint8Array.from(message)), bind: () => {}, close: () => {},
    address: () => ({ port: 5353 }),
  }))
  const library = mdns({ socket: socket as never, multicast: false, bind: false as never })
  const packets: unknown[] = []
  let isRefused = false
  library.on('packet', (packet: unknown) => void packets.push(packet))
  library.on('warning', () => void (isRefused = true))
  return {
    library,
    sent,
    receive: (bytes: Uint8Array): unknown => {
      isRefused = false
      packets.length = 0
      socket.emit('message', Buffer.from(bytes), { address: SOURCE, port: 5353 })
      return isRefused ? undefined : packets[0]
    },
  }
}

const addresses = ['/ip4/192.168.1.7/tcp/4001', '/ip6/fd00::7/tcp/4001', '/ip4/10.0.0.2/tcp/4001/p2p/12D3KooWabcdefgh'].map(address) as Address[]

const samplePackets = async (): Promise<Uint8Array[]> => {
  const { library, sent } = openSocket()
  const sighting = { peer: peerId('12D3KooWabcdefgh'), addresses }
  library.respond(announcement(sighting, '0011223344556677'))
  library.respond(announcement(sighting, '0011223344556677', true))
  library.query({ questions: QUESTION })
  library.respond([
    { name: 'printer.local', type: 'A', ttl: 10, data: '10.0.0.9' }, { name: 'printer.local', type: 'AAAA', ttl: 10, data: 'fe80::1' },
    { name: 'x.local', type: 'NSEC', ttl: 1, data: { nextDomain: 'x.local', rrtypes: ['A'] } } as never, { name: 'x.local', type: 'HINFO', data: { cpu: 'a', os: 'b' } } as never,
  ])
  // It sends once it is bound, which it says a little later.
  await new Promise((resolve) => setImmediate(resolve))
  return sent
}

const packetTarget = (samples: readonly Uint8Array[]): Target => ({
  name: 'mdns',
  samples,
  tokens: [concat([toUtf8('\u0003_tc')]), Uint8Array.of(0xc0, 0x0c), Uint8Array.of(0xc0, 0x00), toUtf8('a=/ip4/10.0.0.1/tcp/1'), toUtf8('id=')],
  lengthMax: PACKET_BYTES_MAX,
  create: () => {
    const socket = openSocket()
    return {
      take: (input) => {
        const packet = socket.receive(input) as { questions: unknown; answers: unknown; additionals: unknown } | undefined
        if (packet === undefined) return 'BASE_BYTES_MALFORMED'
        isQuestionForUs(packet.questions)
        const sightings = sightingsIn([packet.answers, packet.additionals].flat(), SOURCE)
        if (sightings.length > MDNS_RECORDS_MAX) throw new NotTheSame(`${sightings.length} sightings`)
        for (const sighting of sightings) {
          peerId(sighting.peer)
          sighting.addresses.forEach(address)
          if (sighting.addresses.length > ADDRESSES_PER_PEER_MAX) throw new NotTheSame(`${sighting.addresses.length} addresses`)
        }
        return undefined
      },
      works: () => {
        const packet = socket.receive(samples[0]!) as { answers: unknown } | undefined
        if (sightingsIn(packet?.answers, SOURCE).length !== 1) throw new NotTheSame('an announcement is not heard')
      },
    }
  },
})

export const mdnsTargets = async (): Promise<readonly Target[]> => [packetTarget(await samplePackets())]
