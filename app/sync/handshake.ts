/** Recognises shared workspaces without naming them, proves devices, and lets a joiner in. A step function: messages in, effects out.
 *
 *  1. Both say hello with a nonce. The transcript is SHA-256 over both PeerIds (which Noise has authenticated) and both nonces.
 *  2. Both send tokens: HMAC(discovery key, role, transcript), filled up with chance to a multiple of 16. Who lacks the key learns nothing.
 *  3. On a match each proves its device by a signature over the transcript. Whether that device is a member is judged here, never by
 *     PeerId.
 *  A joiner sends a token under the invitation's rendezvous key instead, gets an offer that the member signed, and answers with its join
 *  proof. */
import { toHex } from '../base/codec.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { DeviceId, InviteId, PeerId, SessionId, WorkspaceId } from '../base/ids.ts'
import { HANDSHAKE_TOKENS_MAX } from '../base/limits.ts'
import type { Random } from '../base/random.ts'
import type { JoinClaim, JoinProof } from '../membership/join-proof.ts'
import {
  channelOf, deviceClaimBytes, isDeviceProven, isOfferProven, offerBytes, TOKEN_BYTES, tokenOf, transcriptOf, type DeviceClaim, type Role,
} from '../membership/recognition.ts'
import type { Channel, Message } from './messages.ts'

export const PROTOCOL_VERSION = 0
const TOKENS_STEP = 16
/** A neighbour may repeat its tokens when its workspaces change, but not without end. */
const TOKEN_MESSAGES_MAX = 1000

/** A workspace that this peer is in. */
export interface Gate {
  readonly workspace: WorkspaceId
  readonly discoveryKey: Uint8Array
  readonly device: DeviceId
  readonly session: SessionId
  sign(message: Uint8Array): Uint8Array
  isMember(device: DeviceId): boolean
  /** Rendezvous keys of all invitations known here. */
  invites(): readonly { readonly invite: InviteId; readonly rendezvousKey: Uint8Array }[]
}

/** A workspace that this peer asks to join. */
export interface Knock {
  readonly workspace: WorkspaceId
  readonly invite: InviteId
  readonly rendezvousKey: Uint8Array
  /** The device it will be, with the key to seal to. */
  readonly device: DeviceId
  readonly sealKey: Uint8Array
  prove(claim: JoinClaim): JoinProof
}

export type Effect =
  | { readonly kind: 'send'; readonly message: Message }
  | { readonly kind: 'proven'; readonly gate: Gate; readonly channel: Channel; readonly device: DeviceId; readonly session: SessionId }
  /** It holds the workspace's secret and its device's key, but no admission that is known here. */
  | { readonly kind: 'unknown'; readonly gate: Gate; readonly channel: Channel; readonly device: DeviceId; readonly session: SessionId }
  | { readonly kind: 'admit'; readonly gate: Gate; readonly channel: Channel; readonly claim: JoinClaim; readonly proof: JoinProof }
  | { readonly kind: 'accepted'; readonly knock: Knock; readonly admitter: DeviceId; readonly box: Uint8Array }
  | { readonly kind: 'declined'; readonly knock: Knock; readonly code: ErrorCode }
  | { readonly kind: 'refuse'; readonly code: ErrorCode; readonly workspace?: WorkspaceId; readonly isFatal: boolean }

export interface HandshakeParts {
  readonly self: PeerId
  readonly peer: PeerId
  readonly app: string
  readonly random: Random
  gates(): readonly Gate[]
  knocks(): readonly Knock[]
}

interface Proof {
  readonly channel: Channel
  readonly device: DeviceId
  readonly session: SessionId
}

export const createHandshake = (parts: HandshakeParts) => {
  const { self, peer, random } = parts
  const role: Role = self < peer ? 'lower' : 'higher'
  const theirRole: Role = role === 'lower' ? 'higher' : 'lower'
  const nonce = random.bytes(32)
  let transcript: Uint8Array | undefined
  let theirTokens: ReadonlySet<string> = new Set()
  let tokenMessages = 0
  let sentTokens: string | undefined
  /** Proofs that verify but come from a device that is no member as far as is known here. */
  const unknownDevices = new Map<WorkspaceId, Proof>()
  const provenWorkspaces = new Set<WorkspaceId>()
  const sentProofs = new Set<Channel>()
  const sentOffers = new Set<Channel>()
  /** The member that made each offer which was answered. */
  const answeredOffers = new Map<Channel, DeviceId>()

  const ours = () => ({ role, transcript: transcript! })
  const theirs = () => ({ role: theirRole, transcript: transcript! })
  const channel = (key: Uint8Array): Channel => channelOf(key, transcript!)
  const claimOf = (workspace: WorkspaceId, side: Role, proof: Proof): DeviceClaim =>
    ({ ...proof, workspace, role: side, transcript: transcript! })

  const send = (message: Message): Effect => ({ kind: 'send', message })
  const refuse = (code: ErrorCode, isFatal = false, workspace?: WorkspaceId): Effect => ({ kind: 'refuse', code, isFatal, ...(workspace && { workspace }) })

  /** Of our addresses a stranger is told nothing: members tell each other, signed, once they are proven. */
  const hello = (): Effect => send({ kind: 'hello', versions: [PROTOCOL_VERSION], nonce, app: parts.app, addresses: [] })

  /** Nothing, when they are those that were sent before. */
  const tokens = (): Effect[] => {
    const real = [
      ...parts.gates().map((gate) => tokenOf(gate.discoveryKey, 'member', ours())),
      ...parts.knocks().map((knock) => tokenOf(knock.rendezvousKey, 'joiner', ours())),
    ].slice(0, HANDSHAKE_TOKENS_MAX)
    if (sentTokens === real.join()) return []
    sentTokens = real.join()
    const length = Math.max(TOKENS_STEP, Math.ceil(real.length / TOKENS_STEP) * TOKENS_STEP)
    while (real.length < length) real.push(toHex(random.bytes(TOKEN_BYTES)))
    // Sorted, so that the order says nothing of which are real.
    return [send({ kind: 'tokens', tokens: real.sort() })]
  }

  const takeHello = (message: Extract<Message, { kind: 'hello' }>): Effect[] => {
    if (transcript) return [refuse('SYNC_HANDSHAKE_FAILED', true)]
    if (!message.versions.includes(PROTOCOL_VERSION)) {
      return [send({ kind: 'refused', code: 'SYNC_VERSION_UNSUPPORTED' }), refuse('SYNC_VERSION_UNSUPPORTED', true)]
    }
    const [us, them] = [{ peer: self, nonce }, { peer, nonce: message.nonce }]
    transcript = role === 'lower' ? transcriptOf(us, them) : transcriptOf(them, us)
    return tokens()
  }

  const takeTokens = (list: readonly string[]): Effect[] => {
    if (++tokenMessages > TOKEN_MESSAGES_MAX) return [refuse('SYNC_LIMIT_EXCEEDED', true)]
    theirTokens = new Set(list)
    return match()
  }

  /** What the tokens heard so far allow, and has not been done yet. */
  const match = (): Effect[] => parts.gates().flatMap((gate) => [...proveTo(gate), ...offerTo(gate)])

  const proveTo = (gate: Gate): Effect[] => {
    const name = channel(gate.discoveryKey)
    if (sentProofs.has(name) || !theirTokens.has(tokenOf(gate.discoveryKey, 'member', theirs()))) return []
    sentProofs.add(name)
    const proof = { channel: name, device: gate.device, session: gate.session }
    return [send({ kind: 'proof', ...proof, signature: gate.sign(deviceClaimBytes(claimOf(gate.workspace, role, proof))) })]
  }

  const offerTo = (gate: Gate): Effect[] =>
    gate.invites().flatMap(({ rendezvousKey }) => {
      const name = channel(rendezvousKey)
      if (sentOffers.has(name) || !theirTokens.has(tokenOf(rendezvousKey, 'joiner', theirs()))) return []
      sentOffers.add(name)
      const { device, workspace } = gate
      return [send({ kind: 'offer', channel: name, device, signature: gate.sign(offerBytes({ workspace, transcript: transcript!, device })) })]
    })

  const takeProof = (message: Extract<Message, { kind: 'proof' }>): Effect[] => {
    const gate = parts.gates().find((candidate) => channel(candidate.discoveryKey) === message.channel)
    if (!gate || provenWorkspaces.has(gate.workspace)) return []
    const { device, session } = message
    if (!isDeviceProven(claimOf(gate.workspace, theirRole, message), message.signature)) return [refuse('SYNC_HANDSHAKE_FAILED', true, gate.workspace)]
    const proof = { channel: message.channel, device, session }
    unknownDevices.set(gate.workspace, proof)
    const judged = judge(gate)
    return judged.length > 0 ? judged : [refuse('MEMBERSHIP_NOT_A_MEMBER', false, gate.workspace), { kind: 'unknown', gate, ...proof }]
  }

  /** Its admission may arrive here after it does: then it is judged again. */
  const judge = (gate: Gate): Effect[] => {
    const proof = unknownDevices.get(gate.workspace)
    if (!proof || provenWorkspaces.has(gate.workspace) || !gate.isMember(proof.device)) return []
    provenWorkspaces.add(gate.workspace)
    return [{ kind: 'proven', gate, ...proof }]
  }

  const takeOffer = (message: Extract<Message, { kind: 'offer' }>): Effect[] => {
    const knock = parts.knocks().find((candidate) => channel(candidate.rendezvousKey) === message.channel)
    if (!knock || answeredOffers.has(message.channel)) return []
    const offer = { workspace: knock.workspace, transcript: transcript!, device: message.device }
    if (!isOfferProven(offer, message.signature)) return [refuse('SYNC_HANDSHAKE_FAILED', true)]
    answeredOffers.set(message.channel, message.device)
    const { workspace, invite, device, sealKey } = knock
    const claim = { workspace, invite, device, sealKey, admitter: message.device, transcript: transcript! }
    return [send({ kind: 'join', channel: message.channel, invite, device, sealKey, ...knock.prove(claim) })]
  }

  const takeJoin = (message: Extract<Message, { kind: 'join' }>): Effect[] => {
    const { invite, device, sealKey } = message
    const gate = parts.gates().find((candidate) =>
      candidate.invites().some((known) => known.invite === invite && channel(known.rendezvousKey) === message.channel))
    if (!gate || !sentOffers.has(message.channel)) return [refuse('MEMBERSHIP_INVITE_UNKNOWN')]
    const claim = { workspace: gate.workspace, invite, device, sealKey, admitter: gate.device, transcript: transcript! }
    return [{ kind: 'admit', gate, channel: message.channel, claim, proof: { byInvite: message.byInvite, byDevice: message.byDevice } }]
  }

  const knockOf = (name: Channel) =>
    parts.knocks().find((candidate) => answeredOffers.has(name) && channel(candidate.rendezvousKey) === name)

  const receive = (message: Message): Effect[] => {
    if (message.kind === 'hello') return takeHello(message)
    if (message.kind === 'refused') return [refuse(message.code, true)]
    if (!transcript) return [refuse('SYNC_HANDSHAKE_FAILED', true)]
    switch (message.kind) {
      case 'tokens':
        return takeTokens(message.tokens)
      case 'proof':
        return takeProof(message)
      case 'offer':
        return takeOffer(message)
      case 'join':
        return takeJoin(message)
      case 'accept': {
        const knock = knockOf(message.channel)
        const admitter = answeredOffers.get(message.channel)
        return knock && admitter ? [{ kind: 'accepted', knock, admitter, box: message.box }] : []
      }
      case 'decline': {
        const knock = knockOf(message.channel)
        // Declined here, another member or another try may still say yes.
        answeredOffers.delete(message.channel)
        return knock ? [{ kind: 'declined', knock, code: message.code }] : []
      }
      default:
        return [refuse('SYNC_HANDSHAKE_FAILED', true)]
    }
  }

  return {
    start: (): Effect[] => [hello()],
    receive,
    /** A joiner was told no: should that have been for now only, the next refresh offers again. */
    declined: (name: Channel) => void sentOffers.delete(name),
    /** Workspaces, members, invitations or knocks changed here. */
    refresh: (): Effect[] => (transcript ? [...tokens(), ...match(), ...parts.gates().flatMap(judge)] : []),
  }
}
