/** One machine of namespaces.test.ts: everything real. Says what happens as JSON lines. Argument: `{"connect":[...],"mdns":true}`. */
import { systemClock } from '../../base/clock.ts'
import { address } from '../../base/ids.ts'
import { lineLogger } from '../../base/logger.ts'
import { systemRandom } from '../../base/random.ts'
import { createLibp2pNetwork } from '../libp2p.ts'
import { createMdnsDiscovery } from '../mdns.ts'
import { createNeighbours } from '../neighbours.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as { readonly connect?: string[]; readonly mdns?: boolean }
const say = (event: string, details: Readonly<Record<string, unknown>> = {}) =>
  process.stdout.write(`${JSON.stringify({ event, atMs: Date.now(), peers: network.peers().length, ...details })}\n`)
const clock = systemClock()
const logger = lineLogger('debug', clock.nowMs, (line) => process.stderr.write(line))
const network = await createLibp2pNetwork({ logger })
const discovery = createMdnsDiscovery({ logger })
const discoveries = options.mdns ? [discovery] : []
const neighbours = createNeighbours({ network, discoveries, clock, random: systemRandom(), logger })

network.onPeer(({ kind, peer }) => say(kind, { peer }))
await network.start()
neighbours.start()
neighbours.remember((options.connect ?? []).map(address))
say('ready', { self: network.self, addresses: network.addresses() })

process.stdin.on('data', (line) => {
  const [word, argument = ''] = String(line).trim().split(' ')
  if (word === 'list') say('list', { list: neighbours.list(), problems: discovery.problems() })
  else if (word === 'refresh') neighbours.refresh()
  else if (word === 'connect') neighbours.connect(address(argument)).then((peer) => say('connected', { peer }), (error) => say('failed', { code: error.code }))
})
process.stdin.on('end', () => {
  void neighbours.stop().then(network.stop).then(() => process.exit(0))
})
