/** Attacks a running peer, for the tests. Never part of what is built.
 *
 *  node main/attacker/attacker.ts --address MULTIADDR --data-dir D --attack NAME
 *  D: the data directory of a peer that is not running. Prints {"attack","ended","code","heard"} once the other side has ended the line,
 *  or after a while in which it didn't. */
import { parseArgs } from 'node:util'
import { takeArsenal, type Arsenal } from './arsenal.ts'
import { attacks } from './attacks.ts'
import { openLine } from './line.ts'

const LISTEN_MS = 1500
const LOOK_MS = 50

const { values } = parseArgs({ options: { address: { type: 'string' }, 'data-dir': { type: 'string' }, attack: { type: 'string' } } })
const { address = '', attack = '', 'data-dir': dataDir = '' } = values
const strike = attacks[attack]
if (!strike) {
  console.error(`There is no attack called ${attack}. There are: ${Object.keys(attacks).join(', ')}`)
  process.exit(2)
}

let taken: Arsenal | undefined
const line = await openLine(address)
await strike(line, () => (taken ??= takeArsenal(dataDir)), address)
for (let waitedMs = 0; waitedMs < LISTEN_MS && !line.end; waitedMs += LOOK_MS) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
console.log(JSON.stringify({ attack, ended: line.end !== undefined, code: line.end?.code ?? null, heard: line.heard }))
await line.close()
process.exit(0)
