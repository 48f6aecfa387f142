/** Recognises shared workspaces without naming them, proves devices, and lets a joiner in. A step function: messages in, effects out.
 *
 *  1. Both say hello with a nonce. The transcript is SHA-256 over both PeerIds (which Noise has authenticated) and both nonces.
 *  2. Both send tokens: HMAC(discovery key, role, transcript), filled up with chance to a multiple of 16. Who lacks the key learns nothing.
 *  3. On a match each proves its device by a signature over the transcript; whether that device is a member is judged here, never by PeerId.
 *  A joiner sends a token under the invitation's rendezvous key instead, gets an offer signed by the member, and answers with its join proof. */
import { ByteWriter, fromHex, toHex, toUtf8 } from '../base/codec.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { Address, DeviceId, InviteId, PeerId, SessionId, WorkspaceId } from '../base/ids.ts'
import { HANDSHAKE_TOKENS_MAX } from '../base/limits.ts'
import type { Random } from '../base/random.ts'
import { hmacSha256, sha256, verifyDevice, type SigningKey } from '../identity/crypto.ts'
import type { DeviceKeys } from '../identity/device-keys.ts'
import { proveJoin, type JoinClaim, type JoinProof } from '../membership/join-proof.ts'
import { TOKEN_BYTES, type Channel, type Message } from './messages.ts'

export const PROTOCOL_VERSION = 0
const TOKENS_STEP = 16
/** A neighbour may repeat its tokens when its workspaces change, but not without end. */
const TOKEN_MESSAGES_MAX = 1000

/** A workspace that this peer is in. */
export interface Gate {
  readonly workspace: WorkspaceId
  readonly discoveryKey: Uint8Array
  readonly keys: DeviceKeys
  readonly session: SessionId
  isMember(device: DeviceId): boolean
  /** Rendezvous keys of all invitations known here. */
  invites(): readonly { readonly invite: InviteId; readonly rendezvousKey: Uint8Array }[]
}

/** A workspace that this peer asks to join. */
export interface Knock {
  readonly workspace: WorkspaceId
  readonly invite: InviteId
  readonly inviteKey: SigningKey
  readonly rendezvousKey: Uint8Array
  readonly keys: DeviceKeys
}

export type Effect =
  | { readonly kind: 'send'; readonly message: Message }
  | { readonly kind: 'proven'; readonly gate: Gate; readonly channel: Channel; readonly device: DeviceId; readonly session: SessionId }
  | { readonly kind: 'admit'; readonly gate: Gate; readonly channel: Channel; readonly claim: JoinClaim; readonly proof: JoinProof }
  | { readonly kind: 'accepted'; readonly knock: Knock; readonly box: Uint8Array }
  | { readonly kind: 'declined'; readonly knock: Knock; readonly code: ErrorCode }
  | { readonly kind: 'refuse'; readonly code: ErrorCode; readonly workspace?: WorkspaceId; readonly isFatal: boolean }

export interface HandshakeParts {
  readonly self: PeerId
  readonly peer: PeerId
  readonly app: string
  readonly random: Random
  addresses(): readonly Address[]
  gates(): readonly Gate[]
  knocks(): readonly Knock[]
}

type Role = 'lower' | 'higher'

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
  const answeredOffers = new Set<Channel>()

  const derive = (key: Uint8Array, purpose: string, length: number) => toHex(hmacSha256(key, toUtf8(`lanyard-${purpose}-v0`), transcript!).subarray(0, length))
  const tokenOf = (key: Uint8Array, purpose: 'member' | 'joiner', side: Role) => derive(key, `token-${purpose}-${side}`, TOKEN_BYTES)
  const channelOf = (key: Uint8Array) => derive(key, 'channel', 8)

  const proofBytes = (workspace: WorkspaceId, side: Role, proof: Proof) =>
    new ByteWriter().raw(toUtf8(`lanyard-proof-v0-${side}`)).raw(fromHex(workspace)).raw(transcript!)
      .raw(fromHex(proof.device)).raw(fromHex(proof.session)).finish()
  const offerBytes = (workspace: WorkspaceId, device: DeviceId) =>
    new ByteWriter().raw(toUtf8('lanyard-offer-v0')).raw(fromHex(workspace)).raw(transcript!).raw(fromHex(device)).finish()

  const send = (message: Message): Effect => ({ kind: 'send', message })
  const refuse = (code: ErrorCode, isFatal = false, workspace?: WorkspaceId): Effect => ({ kind: 'refuse', code, isFatal, ...(workspace && { workspace }) })

  const hello = (): Effect => send({ kind: 'hello', versions: [PROTOCOL_VERSION], nonce, app: parts.app, addresses: parts.addresses() })

  /** Nothing, when they are those that were sent before. */
  const tokens = (): Effect[] => {
    const real = [
      ...parts.gates().map((gate) => tokenOf(gate.discoveryKey, 'member', role)),
      ...parts.knocks().map((knock) => tokenOf(knock.rendezvousKey, 'joiner', role)),
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
    const [lower, higher] = role === 'lower' ? [self, peer] : [peer, self]
    const [lowerNonce, higherNonce] = role === 'lower' ? [nonce, message.nonce] : [message.nonce, nonce]
    transcript = sha256(toUtf8(`lanyard-transcript-v0 ${lower} ${higher} `), lowerNonce, higherNonce)
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
    const channel = channelOf(gate.discoveryKey)
    if (sentProofs.has(channel) || !theirTokens.has(tokenOf(gate.discoveryKey, 'member', theirRole))) return []
    sentProofs.add(channel)
    const proof = { channel, device: gate.keys.device, session: gate.session }
    return [send({ kind: 'proof', ...proof, signature: gate.keys.signing.sign(proofBytes(gate.workspace, role, proof)) })]
  }

  const offerTo = (gate: Gate): Effect[] =>
    gate.invites().flatMap(({ rendezvousKey }) => {
      const channel = channelOf(rendezvousKey)
      if (sentOffers.has(channel) || !theirTokens.has(tokenOf(rendezvousKey, 'joiner', theirRole))) return []
      sentOffers.add(channel)
      const { device, signing } = gate.keys
      return [send({ kind: 'offer', channel, device, signature: signing.sign(offerBytes(gate.workspace, device)) })]
    })

  const takeProof = (message: Extract<Message, { kind: 'proof' }>): Effect[] => {
    const gate = parts.gates().find((candidate) => channelOf(candidate.discoveryKey) === message.channel)
    if (!gate || provenWorkspaces.has(gate.workspace)) return []
    const { channel, device, session } = message
    if (!verifyDevice(device, proofBytes(gate.workspace, theirRole, message), message.signature)) return [refuse('SYNC_HANDSHAKE_FAILED', true, gate.workspace)]
    unknownDevices.set(gate.workspace, { channel, device, session })
    const judged = judge(gate)
    return judged.length > 0 ? judged : [refuse('MEMBERSHIP_NOT_A_MEMBER', false, gate.workspace)]
  }

  /** Its admission may arrive here after it does: then it is judged again. */
  const judge = (gate: Gate): Effect[] => {
    const proof = unknownDevices.get(gate.workspace)
    if (!proof || provenWorkspaces.has(gate.workspace) || !gate.isMember(proof.device)) return []
    provenWorkspaces.add(gate.workspace)
    return [{ kind: 'proven', gate, ...proof }]
  }

  const takeOffer = (message: Extract<Message, { kind: 'offer' }>): Effect[] => {
    const knock = parts.knocks().find((candidate) => channelOf(candidate.rendezvousKey) === message.channel)
    if (!knock || answeredOffers.has(message.channel)) return []
    if (!verifyDevice(message.device, offerBytes(knock.workspace, message.device), message.signature)) return [refuse('SYNC_HANDSHAKE_FAILED', true)]
    answeredOffers.add(message.channel)
    const { workspace, invite, keys } = knock
    const claim = { workspace, invite, device: keys.device, sealKey: keys.opening.publicKey, admitter: message.device, transcript: transcript! }
    const proof = proveJoin(claim, knock.inviteKey, keys.signing)
    return [send({ kind: 'join', channel: message.channel, invite, device: claim.device, sealKey: claim.sealKey, ...proof })]
  }

  const takeJoin = (message: Extract<Message, { kind: 'join' }>): Effect[] => {
    const { channel, invite, device, sealKey } = message
    const gate = parts.gates().find((candidate) =>
      candidate.invites().some((known) => known.invite === invite && channelOf(known.rendezvousKey) === channel))
    if (!gate || !sentOffers.has(channel)) return [refuse('MEMBERSHIP_INVITE_UNKNOWN')]
    const claim = { workspace: gate.workspace, invite, device, sealKey, admitter: gate.keys.device, transcript: transcript! }
    return [{ kind: 'admit', gate, channel, claim, proof: { byInvite: message.byInvite, byDevice: message.byDevice } }]
  }

  const knockOf = (channel: Channel) => parts.knocks().find((candidate) => answeredOffers.has(channel) && channelOf(candidate.rendezvousKey) === channel)

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
        return knock ? [{ kind: 'accepted', knock, box: message.box }] : []
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
    /** Workspaces, members, invitations or knocks changed here. */
    refresh: (): Effect[] => (transcript ? [...tokens(), ...match(), ...parts.gates().flatMap(judge)] : []),
  }
}
