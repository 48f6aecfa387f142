/** Noise with Node.js's ciphers, in WASM alone (what Electron falls back to), and by libsodium, in turn; and libsodium with each of the
 *  others, both ways. Decision 0030. Run: node e2e/bench/rivals/noise.mjs [rounds] [round trips] [MiB] */
import { noise } from '@chainsafe/libp2p-noise'
import { asCrypto, defaultCrypto } from '@chainsafe/libp2p-noise/crypto'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { sodiumCrypto } from './sodium-crypto.mjs'

const [, , ROUNDS = 5, TRIPS = 1000, MEBIBYTES = 64] = process.argv.map(Number)
const BULK_BYTES = MEBIBYTES * 2 ** 20
const SEND_BYTES = 64 * 1024
const { chaCha20Poly1305Encrypt, chaCha20Poly1305Decrypt } = asCrypto
const CRYPTO = { node: defaultCrypto, wasm: { ...defaultCrypto, chaCha20Poly1305Encrypt, chaCha20Poly1305Decrypt }, sodium: sodiumCrypto }
const cpuMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000

const createNode = (crypto, listen) =>
  createLibp2p({ addresses: { listen }, transports: [tcp()], connectionEncrypters: [noise({ crypto })], streamMuxers: [yamux()] })

const serve = async (crypto) => {
  const node = await createNode(crypto, ['/ip4/127.0.0.1/tcp/0'])
  await node.handle('/echo', (stream) => stream.addEventListener('message', ({ data }) => stream.send(data.subarray())))
  await node.handle('/sink', (stream) => {
    let bytes = 0
    stream.addEventListener('message', ({ data }) => {
      bytes += data.byteLength
      if (bytes === BULK_BYTES) stream.send(new Uint8Array(1))
    })
  })
  return node
}

const answer = (stream) => new Promise((resolve) => stream.addEventListener('message', ({ data }) => resolve(data.subarray()), { once: true }))

const roundTrips = async (stream, count) => {
  for (let trip = 0; trip < count; trip++) {
    const back = answer(stream)
    stream.send(new Uint8Array(200).fill(trip))
    if ((await back)[199] !== (trip & 255)) throw new Error('another answer came back')
  }
}

const bulk = async (stream) => {
  const done = answer(stream)
  for (let sent = 0; sent < BULK_BYTES; sent += SEND_BYTES) {
    if (!stream.send(new Uint8Array(SEND_BYTES))) await new Promise((resolve) => stream.addEventListener('drain', resolve, { once: true }))
  }
  await done
}

const costOf = async (work) => {
  const [beforeMs, startMs] = [cpuMs(), performance.now()]
  await work()
  return { cpuMs: cpuMs() - beforeMs, tookMs: performance.now() - startMs }
}

const between = async (one, other, use) => {
  const [server, client] = await Promise.all([serve(CRYPTO[one]), createNode(CRYPTO[other], [])])
  const open = (protocol) => client.dialProtocol(server.getMultiaddrs()[0], protocol)
  const result = await use(open)
  await Promise.all([client.stop(), server.stop()])
  return result
}

const measure = (kind) =>
  between(kind, kind, async (open) => {
    const echo = await open('/echo')
    await roundTrips(echo, TRIPS)
    const small = await costOf(() => roundTrips(echo, TRIPS))
    const sink = await open('/sink')
    const large = await costOf(() => bulk(sink))
    return {
      'round trip us': (1000 * small.tookMs) / TRIPS, 'CPU us': (1000 * small.cpuMs) / TRIPS,
      'MB/s': BULK_BYTES / 1000 / large.tookMs, 'CPU s a GiB': (large.cpuMs / 1000) * (2 ** 30 / BULK_BYTES),
    }
  })

const spread = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  return `${sorted[sorted.length >> 1].toFixed(1)} [${sorted[0].toFixed(1)}-${sorted.at(-1).toFixed(1)}]`
}

for (const [one, other] of [['node', 'sodium'], ['sodium', 'node'], ['wasm', 'sodium'], ['sodium', 'wasm']]) {
  await between(one, other, async (open) => {
    await roundTrips(await open('/echo'), 10)
    await bulk(await open('/sink'))
  })
  console.log(`${one} and ${other} understand each other`)
}
const all = Object.fromEntries(Object.keys(CRYPTO).map((kind) => [kind, []]))
for (let round = 0; round < ROUNDS; round++) for (const kind of Object.keys(CRYPTO)) all[kind].push(await measure(kind))
for (const [kind, figures] of Object.entries(all))
  console.log(kind.padEnd(7), Object.keys(figures[0]).map((key) => `${key} ${spread(figures.map((figure) => figure[key]))}`).join(', '))
process.exit()
