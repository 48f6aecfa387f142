/** Who belongs: reduced from the control entries, the same on every peer that has the same entries, whatever their order. */
import type { Cancel, Clock } from '../base/clock.ts'
import { createEmitter } from '../base/emitter.ts'
import { codeOf } from '../base/errors.ts'
import { deviceOf, inviteId, sessionOf, type Address, type DeviceId, type WorkspaceId } from '../base/ids.ts'
import { fromHex, toHex, type ByteReader, type ByteWriter } from '../base/codec.ts'
import { INVITE_MS } from '../base/limits.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import { ok, refused, type Result } from '../base/result.ts'
import type { CheckpointPart } from '../log/checkpoint.ts'
import { readLogId } from '../log/envelope.ts'
import type { Entry, EntryLog, EntryRef } from '../log/log.types.ts'
import { decodeControl, encodeControl, type Control } from './control.ts'
import { checkedName, type Genesis } from './genesis.ts'
import { encodeLink, INVITE_SECRET_BYTES, inviteKey } from './invitation.ts'
import { isJoinProven, type JoinClaim, type JoinProof } from './join-proof.ts'
import { isAdmissionProven, reduceMembers, type AdmitFact, type Facts, type InviteFact, type Member } from './reduce.ts'

export type { Member } from './reduce.ts'

export interface Membership {
  /** Its entries count: it is or once was a member. */
  admits(device: DeviceId): boolean
  /** It may talk to us now: a member that has not left. */
  isMember(device: DeviceId): boolean
  members(): readonly Member[]
  nameOf(device: DeviceId): string
  /** Whether it has said how it is called. */
  isNamed(device: DeviceId): boolean
  /** Every invitation a member made, also expired and used ones. */
  invites(): readonly InviteFact[]
  /** Makes a one-use invitation. The entry it answers must be saved before the link is shown. */
  invite(device: DeviceId, addresses: readonly Address[], lifeMs?: number): {
    readonly link: string
    readonly expiresMs: number
    readonly entry: EntryRef
  }
  /** Judges a joiner and, if it may, writes the admission. The same keys with the same invitation again get the same answer.
   *  Refusals: MEMBERSHIP_INVITE_UNKNOWN, MEMBERSHIP_INVITE_EXPIRED, MEMBERSHIP_INVITE_USED, MEMBERSHIP_PROOF_INVALID */
  admit(claim: JoinClaim, proof: JoinProof): Result<EntryRef>
  /** Tells the others how this machine is called. @throws API_PARAMETER_INVALID */
  rename(name: string): EntryRef
  leave(): EntryRef
  onChange(listener: () => void): Cancel
  /** Which entries say who belongs: the next start reads these alone. */
  readonly checkpoint: CheckpointPart
}

export interface MembershipParts {
  readonly workspace: WorkspaceId
  readonly genesis: Genesis
  readonly log: EntryLog
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** A name until the first profile arrives. */
const unnamed = (device: DeviceId) => `Machine ${device.slice(0, 6)}`

export const createMembership = (parts: MembershipParts): Membership => {
  const { workspace, genesis, log, clock, random, logger } = parts
  const facts: Facts = { invites: new Map(), admits: [], left: new Set(), profiles: new Map() }
  const changed = createEmitter<void>()
  /** Where what is known was said. */
  const learned: EntryRef[] = []
  let known: ReadonlyMap<DeviceId, Member> | undefined

  /** Reduced when somebody asks: entries may come by the thousand. */
  const members = () => (known ??= reduceMembers(genesis, facts, log))

  const learn = (entry: Entry, control: Control) => {
    const ref = { log: entry.log, seq: entry.seq }
    switch (control.kind) {
      case 'invite':
        if (!facts.invites.has(control.invite)) facts.invites.set(control.invite, { ...control, ref, author: entry.device })
        return
      case 'admit':
        facts.admits.push({ ...control, ref, author: entry.device })
        return
      case 'leave':
        facts.left.add(entry.device)
        return
      case 'profile': {
        const known = facts.profiles.get(entry.device)
        const stamp = `${String(entry.timeMs).padStart(16, '0')}.${entry.hash}`
        if (!known || known.stamp < stamp) facts.profiles.set(entry.device, { name: control.name, stamp })
      }
    }
  }

  const take = (entry: Entry) => {
    if (entry.kind !== 'control' || entry.payload.length === 0) return
    try {
      const control = decodeControl(entry.payload)
      if (!control) return
      learn(entry, control)
      learned.push({ log: entry.log, seq: entry.seq })
      known = undefined
      isNews = true
    } catch (error) {
      logger.warn('control entry malformed', { code: codeOf(error), log: entry.log, seq: entry.seq })
    }
  }

  let isNews = false
  log.onEntry(take)
  log.onSettled(() => {
    if (!isNews) return
    isNews = false
    changed.emit()
  })

  const checkpoint: CheckpointPart = {
    tables: [],
    write: (writer: ByteWriter) => {
      writer.varint(learned.length)
      for (const { log: id, seq } of learned) writer.raw(fromHex(deviceOf(id))).raw(fromHex(sessionOf(id))).varint(seq)
    },
    read: (reader: ByteReader) => {
      for (let count = reader.varint(); count > 0; count--) take(log.read({ log: readLogId(reader), seq: reader.varint() }))
      isNews = false
    },
  }

  const write = (control: Control): EntryRef => {
    const [entry] = log.append([{ kind: 'control', schema: 0, screen: 0, payload: encodeControl(control), part: { index: 0, count: 1 } }])
    return { log: entry!.log, seq: entry!.seq }
  }

  /** Whoever wrote them: a second use is void on every peer, so it must not be answered with a yes here. */
  const usesOf = (invite: InviteFact): readonly AdmitFact[] =>
    facts.admits.filter((fact) => fact.invite === invite.invite && isAdmissionProven(workspace, fact, invite))

  const judge = (claim: JoinClaim, proof: JoinProof): Result<AdmitFact | undefined> => {
    const invite = facts.invites.get(claim.invite)
    if (!invite || !members().has(invite.author)) return refused('MEMBERSHIP_INVITE_UNKNOWN')
    if (!isJoinProven(claim, proof, invite.key)) return refused('MEMBERSHIP_PROOF_INVALID')
    const uses = usesOf(invite)
    const same = uses.find((fact) => fact.device === claim.device && members().has(fact.device))
    if (same) return ok(same)
    if (uses.some((fact) => fact.device !== claim.device) || members().has(claim.device)) return refused('MEMBERSHIP_INVITE_USED')
    return clock.nowMs() > invite.expiresMs ? refused('MEMBERSHIP_INVITE_EXPIRED') : ok(undefined)
  }

  return {
    admits: (device) => members().has(device),
    isMember: (device) => members().get(device)?.hasLeft === false,
    members: () => [...members().values()],
    isNamed: (device) => facts.profiles.has(device),
    nameOf: (device) => facts.profiles.get(device)?.name ?? unnamed(device),
    invites: () => [...facts.invites.values()].filter((invite) => members().has(invite.author)),
    invite: (device, addresses, lifeMs = INVITE_MS) => {
      const secret = random.bytes(INVITE_SECRET_BYTES)
      const invite = inviteId(toHex(random.bytes(16)))
      const expiresMs = clock.nowMs() + lifeMs
      const entry = write({ kind: 'invite', invite, key: inviteKey(workspace, secret).publicKey, expiresMs })
      return { link: encodeLink({ workspace, invite, inviter: device, expiresMs, addresses, secret }), expiresMs, entry }
    },
    admit: (claim, proof) => {
      const judged = judge(claim, proof)
      if (!judged.ok) return judged
      if (judged.value) return ok(judged.value.ref)
      const { invite, device, sealKey, transcript } = claim
      return ok(write({ kind: 'admit', invite, device, sealKey, transcript, proof }))
    },
    rename: (name) => write({ kind: 'profile', name: checkedName(name) }),
    leave: () => write({ kind: 'leave' }),
    onChange: changed.on,
    checkpoint,
  }
}
