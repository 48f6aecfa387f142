/** `npm run simulate:swarm -- --peers 1000 --seed 1 --json`: thousands of peers, each the shipped sync over a model of the log. */
import { parseArgs } from 'node:util'
import { PeerError } from '../app/base/errors.ts'
import type { Spread } from '../app/simulation/swarm/meter.ts'
import { runSwarm, type SwarmOptions, type SwarmReport } from '../app/simulation/swarm/swarm.ts'
import { TOPOLOGIES, type Topology } from '../app/simulation/swarm/topology.ts'

const HELP = `Usage: simulate:swarm [--seed N] [--peers N] [--topology ${TOPOLOGIES.join('|')}] [--degree N] [--entries N] [--flood] [--json]

Runs the shipped links, handshake and exchange of many peers in virtual time, each over a model of the log: heights and hashes without
crypto, disk or documents. Tells how entries spread; then cuts links and stops peers, and all must end equal.

  --seed N         the run; the same seed gives the same run (default 1)
  --peers N        from 2 to 5000 (default 1000)
  --topology NAME  who is connected to whom (default regular)
  --degree N       neighbours of each peer, from 2 to 64 (default 12)
  --entries N      written in ten seconds by five peers, once in peace and once in trouble, from 1 to 10000 (default 20)
  --flood          everybody sends everything to all neighbours: what the shipped spreading is measured against
  --json           only JSON, one line
Ends with 0 when the run passed, with 1 when it failed, with 2 when the options are wrong.
`
const PEERS_MAX = 5000
const DEGREE_MAX = 64
const ENTRIES_MAX = 10_000
const SEED_MAX = 2 ** 32

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  peers: { type: 'string', default: '1000' },
  topology: { type: 'string', default: 'regular' },
  degree: { type: 'string', default: '12' },
  entries: { type: 'string', default: '20' },
  flood: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const wholeNumber = (option: string, text: string, [low, high]: readonly [number, number]): number => {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= low && value <= high) return value
  throw new PeerError('SIMULATION_OPTION_INVALID', { option, given: text, low, high })
}

const readArguments = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (cause) {
    throw new PeerError('SIMULATION_OPTION_INVALID', { given: (cause as Error).message }, { cause })
  }
}

const isTopology = (name: string): name is Topology => (TOPOLOGIES as readonly string[]).includes(name)

const readOptions = ({ seed, peers, topology, degree, entries, flood }: ReturnType<typeof readArguments>): SwarmOptions => {
  if (!isTopology(topology)) throw new PeerError('SIMULATION_OPTION_INVALID', { option: '--topology', given: topology })
  return {
    seed: wholeNumber('--seed', seed, [0, SEED_MAX]), peers: wholeNumber('--peers', peers, [2, PEERS_MAX]),
    topology, degree: wholeNumber('--degree', degree, [2, DEGREE_MAX]), entries: wholeNumber('--entries', entries, [1, ENTRIES_MAX]), isFlooding: flood,
  }
}

const spreadLine = (name: string, spread: Spread) =>
  `${name.padEnd(8)} ${spread.entries} entries: ${spread.entryMessagesPerPeer} entry messages, ${spread.controlMessagesPerPeer} control messages `
  + `(${spread.controlBytesPerPeer} bytes) an entry and peer; hops ${spread.hopsP50} (most ${spread.hopsMax}); to all ${spread.toAllMsP50} ms `
  + `(most ${spread.toAllMsMax}); ${spread.duplicates} duplicates`

const story = (report: SwarmReport): string => [
  `${report.peers} peers (${report.engine}), ${report.links} links (${report.topology}), spreading: ${report.spreading}`,
  ...(['first', 'later', 'stream', 'trouble'] as const).map((name) => spreadLine(name, report[name])),
  `trouble: ${report.trouble.cuts} links cut, ${report.trouble.killed} peers gone for a while; all equal ${report.trouble.toEqualMs} ms after it`,
  ...report.faults.map((fault) => `FAULT  ${fault}`),
  `seed ${report.seed}: ${report.verdict}, trace ${report.traceHash}, ${report.events} events in ${report.virtualMs / 1000} s of virtual time`,
].join('\n')

try {
  const given = readArguments(process.argv.slice(2))
  if (given.help) process.stdout.write(HELP)
  else {
    const report = await runSwarm(readOptions(given))
    process.stdout.write(`${given.json ? JSON.stringify(report) : story(report)}\n`)
    process.exitCode = report.verdict === 'pass' ? 0 : 1
  }
} catch (error) {
  if (!(error instanceof PeerError)) throw error
  process.stderr.write(`${error.message} ${JSON.stringify(error.details)}\n${HELP}`)
  process.exitCode = 2
}
