/** The members that a set of facts makes: the least set that holds the founder and whom members have admitted. */
import type { DeviceId, InviteId, WorkspaceId } from '../base/ids.ts'
import type { EntryLog, EntryRef } from '../log/log.types.ts'
import type { Control } from './control.ts'
import type { Genesis } from './genesis.ts'
import { isJoinProven } from './join-proof.ts'

type Fact<Kind extends Control['kind']> = Extract<Control, { kind: Kind }> & { readonly ref: EntryRef; readonly author: DeviceId }
export type InviteFact = Fact<'invite'>
export type AdmitFact = Fact<'admit'>

export interface Facts {
  readonly invites: Map<InviteId, InviteFact>
  readonly admits: AdmitFact[]
  readonly left: Set<DeviceId>
  /** `stamp` orders the profiles of one device. */
  readonly profiles: Map<DeviceId, { readonly name: string; readonly stamp: string }>
}

export interface Member {
  readonly device: DeviceId
  /** X25519, 32 bytes. */
  readonly sealKey: Uint8Array
  readonly hasLeft: boolean
  /** Undefined for the founder. */
  readonly admittedBy: DeviceId | undefined
}

const proven = new WeakMap<AdmitFact, boolean>()

/** Its joiner held the invitation's secret and its own key, whether or not its author may admit. */
export const isAdmissionProven = (workspace: WorkspaceId, fact: AdmitFact, invite: InviteFact): boolean => {
  let answer = proven.get(fact)
  if (answer === undefined) {
    const { device, sealKey, transcript } = fact
    const claim = { workspace, invite: fact.invite, device, sealKey, admitter: fact.author, transcript }
    proven.set(fact, (answer = isJoinProven(claim, fact.proof, invite.key)))
  }
  return answer
}

export const reduceMembers = (genesis: Genesis, facts: Facts, log: EntryLog): ReadonlyMap<DeviceId, Member> => {
  const founder = { device: genesis.founder, sealKey: genesis.founderSealKey, admittedBy: undefined }
  const members = new Map<DeviceId, Member>([[founder.device, { ...founder, hasLeft: facts.left.has(founder.device) }]])
  const valid: AdmitFact[] = []

  const isProven = (fact: AdmitFact, invite: InviteFact) => isAdmissionProven(genesis.workspace, fact, invite)
  const hasSeen = (later: EntryRef, earlier: EntryRef) => log.seenBy(later, earlier.log) > earlier.seq

  /** A second use by somebody who had seen the first is void; two that did not know of each other both count. */
  const isReuse = (fact: AdmitFact, invite: InviteFact) =>
    facts.admits.some((other) =>
      other.invite === fact.invite && other.device !== fact.device && isProven(other, invite) && hasSeen(fact.ref, other.ref))

  const admit = (fact: AdmitFact): boolean => {
    const invite = facts.invites.get(fact.invite)
    if (valid.includes(fact) || !invite || !members.has(fact.author) || !members.has(invite.author)) return false
    if (!isProven(fact, invite) || isReuse(fact, invite)) return false
    valid.push(fact)
    if (members.has(fact.device)) return false
    members.set(fact.device, { device: fact.device, sealKey: fact.sealKey, hasLeft: facts.left.has(fact.device), admittedBy: fact.author })
    return true
  }

  while (facts.admits.some(admit));
  return members
}
