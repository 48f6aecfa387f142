/** What discovery says in multicast DNS, and what it makes of the packets that anybody may forge. */
import { address, peerId, type Address, type PeerId } from '../base/ids.ts'
import { ADDRESSES_PER_PEER_MAX, MDNS_RECORDS_MAX } from '../base/limits.ts'
import { withoutPeer } from './address.ts'
import type { Sighting } from './network.ts'

export const SERVICE = '_lanyard._tcp.local'
const TTL_SECONDS = 120
const TEXT_BYTES_MAX = 200
const TEXTS_MAX = 32
const LOOPBACK = /^\/(ip4\/127\.|ip6\/::1\/)/
/** RFC 1918, 3927, 6598 and 4193. */
const PRIVATE = /^\/(ip4\/(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)|ip6\/f[cd])/i
const IP_ADDRESS = /^\/ip[46]\/[^/]+\/tcp\/[1-9]\d*$/

export interface DnsRecord {
  readonly type: string
  readonly name: string
  readonly ttl?: number
  readonly data: unknown
}

export const QUESTION = [{ name: SERVICE, type: 'PTR' as const }]

const HEADER_BYTES = 12
/** A name of one byte, then type and class; a record has a lifetime and a length besides (RFC 1035, section 4.1). */
const QUESTION_BYTES_MIN = 5
const RECORD_BYTES_MIN = 11

/** Whether a packet has room for what its header promises. The library makes a list of so many records before it reads the first, and reads
 *  some kinds without going forward: 150 bytes that promised 63,444 kept a processor busy for seconds. */
export const isPlausible = (packet: Uint8Array): boolean => {
  if (packet.length < HEADER_BYTES) return false
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  const [questions, ...records] = [4, 6, 8, 10].map((at) => view.getUint16(at)) as [number, ...number[]]
  const recordCount = records.reduce((sum, count) => sum + count)
  return HEADER_BYTES + questions * QUESTION_BYTES_MIN + recordCount * RECORD_BYTES_MIN <= packet.length
}

/** Our announcement under a name made for this run. With `isGoodbye` it takes back an earlier one. */
export const announcement = ({ peer, addresses }: Sighting, instance: string, isGoodbye = false) => {
  const name = `${instance}.${SERVICE}`
  const ttl = isGoodbye ? 0 : TTL_SECONDS
  const texts = [`id=${peer}`, ...addresses.slice(0, ADDRESSES_PER_PEER_MAX).map((each) => `a=${withoutPeer(each)}`)]
  return [
    { type: 'PTR' as const, name: SERVICE, ttl, data: name },
    { type: 'SRV' as const, name, ttl, data: { port: portOf(addresses), target: `${instance}.local`, priority: 0, weight: 0 } },
    { type: 'TXT' as const, name, ttl, data: texts },
  ]
}

/** The port that answers at whatever IPv4 address our packets come from. */
const portOf = (addresses: readonly Address[]): number => {
  const found = addresses.find((each) => each.startsWith('/ip4/') && !each.startsWith('/ip4/127.'))
  return Number(found?.split('/')[4] ?? 0)
}

export const isQuestionForUs = (questions: unknown): boolean =>
  Array.isArray(questions) && questions.slice(0, MDNS_RECORDS_MAX).some((question) => nameOf(question) === SERVICE)

/** Who announces itself in `records`, and where: what it says, and where the packet came from.
 *  Bounded in every direction; whatever is malformed is left out. */
export const sightingsIn = (records: unknown, sourceIp: string): Sighting[] => {
  if (!Array.isArray(records)) return []
  const known = (records as unknown[]).slice(0, MDNS_RECORDS_MAX).filter(isRecord)
  const instances = known.filter(({ type, name, ttl }) => type === 'PTR' && name.toLowerCase() === SERVICE && ttl !== 0).map(({ data }) => data)
  return [...new Set(instances)].flatMap((instance) => {
    const own = known.filter(({ name }) => name === instance)
    const sighting = sightingOf(own, sourceIp)
    return sighting ? [sighting] : []
  })
}

/** Who takes back its announcement in `records`. */
export const goodbyesIn = (records: unknown): PeerId[] => {
  if (!Array.isArray(records)) return []
  const known = (records as unknown[]).slice(0, MDNS_RECORDS_MAX).filter(isRecord)
  const gone = known.filter(({ type, name, ttl }) => type === 'PTR' && name.toLowerCase() === SERVICE && ttl === 0).map(({ data }) => data)
  return [...new Set(gone)].flatMap((instance) => peerOf(known.filter(({ name }) => name === instance)) ?? [])
}

const textsIn = (records: readonly DnsRecord[]) => records.filter(({ type }) => type === 'TXT').flatMap(({ data }) => textsOf(data))

const peerOf = (records: readonly DnsRecord[]): PeerId | undefined =>
  textsIn(records).filter((text) => text.startsWith('id=')).map((text) => attempt(() => peerId(text.slice(3))))[0]

const sightingOf = (records: readonly DnsRecord[], sourceIp: string): Sighting | undefined => {
  const peer = peerOf(records)
  if (!peer) return undefined
  const said = textsIn(records).filter((text) => text.startsWith('a=')).map((text) => text.slice(2))
  const ports = records.filter(({ type }) => type === 'SRV').map(({ data }) => numberIn(data, 'port'))
  const seen = ports.filter((port) => port > 0).map((port) => `/ip4/${sourceIp}/tcp/${port}`)
  const places = [...new Set([...seen, ...said.filter((text) => isNearby(text, sourceIp))])].filter((text) => IP_ADDRESS.test(text))
  const addresses = places.map((text) => attempt(() => address(text)))
  return { peer, addresses: addresses.filter((each) => each !== undefined).slice(0, ADDRESSES_PER_PEER_MAX) }
}

/** Whether a neighbour can mean it. A forged packet shall not make everybody call a machine elsewhere, nor us our own programs. */
const isNearby = (text: string, sourceIp: string): boolean => {
  if (LOOPBACK.test(text)) return sourceIp.startsWith('127.')
  return PRIVATE.test(text) || text.startsWith(`/ip4/${sourceIp}/`)
}

const isRecord = (value: unknown): value is DnsRecord =>
  typeof value === 'object' && value !== null && 'type' in value && 'data' in value && typeof nameOf(value) === 'string'

const nameOf = (value: unknown): unknown => (typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined)

const numberIn = (value: unknown, key: string): number => {
  const found = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined
  return typeof found === 'number' && Number.isInteger(found) && found < 65_536 ? found : 0
}

const textsOf = (data: unknown): string[] => {
  const texts = (Array.isArray(data) ? data : [data]).slice(0, TEXTS_MAX)
  return texts.filter((text) => text instanceof Uint8Array && text.length <= TEXT_BYTES_MAX).map((text) => Buffer.from(text).toString('latin1'))
}

const attempt = <T>(make: () => T): T | undefined => {
  try {
    return make()
  } catch {
    // Whoever announces what is no id says nothing to us.
    return undefined
  }
}
