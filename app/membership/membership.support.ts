/** Members of one workspace, each with a real log and real keys, for the tests of this room. */
import { systemClock } from '../base/clock.ts'
import { silentLogger } from '../base/logger.ts'
import { createDeviceKeys, type DeviceKeys } from '../identity/device-keys.ts'
import { openLog, random } from '../log/log.support.ts'
import { createMemoryStore } from '../store/memory.ts'
import { encodeControl, type Control } from './control.ts'
import { createGenesis, genesisId, readGenesis } from './genesis.ts'
import { decodeLink, inviteKey } from './invitation.ts'
import { proveJoin, type JoinClaim } from './join-proof.ts'
import { createMembership } from './membership.ts'

export const founderKeys = createDeviceKeys(random)
export const genesis = createGenesis('Studio', founderKeys, random)
export const workspace = genesisId(genesis)

export const openMember = (keys: DeviceKeys = createDeviceKeys(random)) => {
  let atMs: number | undefined
  const clock = { ...systemClock(), nowMs: () => atMs ?? Date.now() }
  const log = openLog(keys, createMemoryStore())
  const membership = createMembership({ workspace, genesis: readGenesis(genesis, workspace), log, clock, random, logger: silentLogger })
  log.start()
  const devices = () => membership.members().map((member) => member.device).sort()
  return { keys, log, membership, devices, setClock: (ms: number) => { atMs = ms } }
}
export type Peer = ReturnType<typeof openMember>

export const transcript = random.bytes(32)
export const claimOf = (link: string, joiner: DeviceKeys, admitter: Peer): JoinClaim => ({
  workspace, invite: decodeLink(link).invite, device: joiner.device, sealKey: joiner.opening.publicKey, transcript,
  admitter: admitter.keys.device,
})
export const proofOf = (link: string, joiner: DeviceKeys, claim: JoinClaim) =>
  proveJoin(claim, inviteKey(workspace, decodeLink(link).secret), joiner.signing)
export const join = (link: string, joiner: DeviceKeys, admitter: Peer, claim = claimOf(link, joiner, admitter)) =>
  admitter.membership.admit(claim, proofOf(link, joiner, claim))

/** Writes what an honest peer would not write now: its judgement is left out. */
export const write = (peer: Peer, control: Control) =>
  peer.log.append([{ kind: 'control', schema: 0, screen: 0, payload: encodeControl(control), part: { index: 0, count: 1 } }])[0]!
/** An admission with everything in order, written without asking. */
export const writeAdmission = (link: string, joiner: DeviceKeys, admitter: Peer) => {
  const claim = claimOf(link, joiner, admitter)
  const { invite, device, sealKey } = claim
  return write(admitter, { kind: 'admit', invite, device, sealKey, transcript, proof: proofOf(link, joiner, claim) })
}
