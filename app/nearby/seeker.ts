/** The newcomer's side: looks who nearby has opened a workspace, and asks to be let in. */
import type { Cancel, Clock } from '../base/clock.ts'
import { codeOf, PeerError, type ErrorCode } from '../base/errors.ts'
import type { PeerId } from '../base/ids.ts'
import { NEARBY_FOUND_MAX } from '../base/limits.ts'
import type { Random } from '../base/random.ts'
import type { Network, Stream } from '../network/network.ts'
import { NEARBY_PROTOCOL } from './host.ts'
import { decodeNearby, encodeNearby, NONCE_BYTES, tellable, type NearbyMessage, type OpeningNote } from './messages.ts'
import { commitmentTo, wordsFor } from './transcript.ts'

const LOOK_MS = 2000
const ANSWER_MS = 3000
/** From the question to the words, when nobody stands in between. */
const WORDS_MS = 10_000

export interface FoundView {
  readonly opening: string
  readonly workspace: string
  readonly machine: string
  readonly closesMs: number
}

export interface AskView extends FoundView {
  /** Both machines show the same ones; null until they are known. */
  readonly words: string | null
}

export interface NearbySeeker {
  /** Looks now, and for so long from now on. Resolves after a first round. */
  look(durationMs: number): Promise<void>
  isLooking(): boolean
  found(): readonly FoundView[]
  /** Asks to be let in; resolves with the link, once a member there said yes.
   *  @throws NEARBY_NOT_OPEN, NEARBY_DECLINED, NEARBY_CLOSED, NEARBY_BUSY, NEARBY_GONE, NEARBY_PROOF_INVALID, NEARBY_ASKING_ALREADY */
  ask(opening: string): Promise<string>
  asking(): AskView | undefined
  /** Asks no more. */
  withdraw(): void
  stop(): void
}

export interface NearbySeekerParts {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  machineName(): string
  changed(): void
}

interface Found extends FoundView {
  readonly peer: PeerId
}

interface Ask {
  readonly found: Found
  stream: Stream | undefined
  words: string | null
  closesMs: number
  end(code: ErrorCode): void
}

export const createNearbySeeker = (parts: NearbySeekerParts): NearbySeeker => {
  const { network, clock, random, changed } = parts
  const found = new Map<PeerId, readonly Found[]>()
  const looking = new Set<PeerId>()
  let untilMs = -Infinity
  let cancelRound: Cancel | undefined
  let current: Ask | undefined
  const send = (stream: Stream, message: NearbyMessage) => stream.send(encodeNearby(message))
  const isLooking = () => clock.monotonicMs() < untilMs

  const toFound = (peer: PeerId, { remainingMs, ...note }: OpeningNote): Found => ({ ...note, peer, closesMs: clock.nowMs() + remainingMs })
  const note = (peer: PeerId, notes: readonly OpeningNote[]) => {
    const before = JSON.stringify(found.get(peer)?.map(({ opening, workspace, machine }) => [opening, workspace, machine]) ?? [])
    if (notes.length === 0) found.delete(peer)
    else found.set(peer, notes.map((each) => toFound(peer, each)))
    if (before !== JSON.stringify(notes.map(({ opening, workspace, machine }) => [opening, workspace, machine]))) changed()
  }

  /** One question to one peer; whoever doesn't answer, or says anything else, has nothing open. */
  const lookAt = async (peer: PeerId): Promise<void> => {
    if (looking.has(peer)) return
    looking.add(peer)
    let notes: readonly OpeningNote[] = []
    try {
      const stream = await network.open(peer, NEARBY_PROTOCOL, clock.deadline(ANSWER_MS))
      await new Promise<void>((resolve) => {
        const cancel = clock.after(ANSWER_MS, () => stream.abort('NETWORK_STREAM_CLOSED'))
        stream.onClose(() => (cancel(), resolve()))
        stream.onFrame((frame) => {
          const read = decodeNearby(frame)
          if (read.ok && read.value.kind === 'openings') notes = read.value.openings
          stream.close()
        })
        send(stream, { kind: 'look' })
      })
    } catch {
      // It has gone, or is of a version that knows nothing of this.
    }
    looking.delete(peer)
    note(peer, notes)
  }
  const round = async (): Promise<void> => {
    const peers = network.peers()
    for (const peer of [...found.keys()]) if (!peers.includes(peer)) note(peer, [])
    await Promise.all(peers.map(lookAt))
  }
  const rounds = () => {
    cancelRound = undefined
    if (!isLooking()) {
      found.clear()
      return changed()
    }
    void round()
    cancelRound = clock.after(LOOK_MS, rounds)
  }

  const open = () => [...found.values()].flat().filter(({ closesMs }) => closesMs > clock.nowMs())

  /** Speaks for one question until a link comes, or the reason why none will. */
  const talk = (ask: Ask, stream: Stream, done: (link: string) => void) => {
    const nonce = random.bytes(NONCE_BYTES)
    const machine = tellable(parts.machineName())
    const { found: { opening, workspace, machine: openerMachine } } = ask
    let code: ErrorCode = 'NEARBY_GONE'
    const cancel = clock.after(WORDS_MS, () => ask.words ?? stream.abort('NETWORK_STREAM_CLOSED'))
    stream.onClose(() => {
      cancel()
      ask.end(code)
    })
    stream.onFrame((frame) => {
      const read = decodeNearby(frame)
      if (!read.ok) return stream.abort(read.code)
      const message = read.value
      if (message.kind === 'nonce' && ask.words === null) {
        ask.words = wordsFor({
          asker: network.self, opener: stream.peer, opening, workspace, openerMachine, askerMachine: machine,
          askerNonce: nonce, openerNonce: message.nonce,
        })
        send(stream, { kind: 'reveal', nonce })
        return changed()
      }
      if (message.kind === 'waiting') return void (ask.closesMs = clock.nowMs() + message.remainingMs)
      // Before there are words to compare nobody can have said yes.
      if (message.kind === 'invitation' && ask.words !== null) done(message.link)
      else code = message.kind === 'refused' ? message.code : 'NEARBY_PROOF_INVALID'
      stream.close()
    })
    send(stream, { kind: 'ask', opening, machine, commitment: commitmentTo(nonce) })
  }

  return {
    isLooking,
    look: async (durationMs) => {
      const wasLooking = isLooking()
      untilMs = clock.monotonicMs() + durationMs
      if (cancelRound === undefined) cancelRound = clock.after(LOOK_MS, rounds)
      if (wasLooking) return
      await round()
    },
    found: () => open().slice(0, NEARBY_FOUND_MAX).map(({ peer: _, ...view }) => view),
    ask: (opening) =>
      new Promise((resolve, reject) => {
        const target = open().find((each) => each.opening === opening)
        if (current) throw new PeerError('NEARBY_ASKING_ALREADY')
        if (!target) throw new PeerError('NEARBY_NOT_OPEN')
        const finish = (then: () => void) => {
          if (current !== ask) return
          current = undefined
          changed()
          then()
        }
        const ask: Ask = {
          found: target, stream: undefined, words: null, closesMs: target.closesMs,
          end: (code) => finish(() => reject(new PeerError(code))),
        }
        current = ask
        changed()
        network.open(target.peer, NEARBY_PROTOCOL, clock.deadline(ANSWER_MS)).then((stream) => {
          if (current !== ask) return stream.close()
          ask.stream = stream
          talk(ask, stream, (link) => finish(() => resolve(link)))
        }, (error: unknown) => ask.end(codeOf(error) === 'UNKNOWN' ? 'UNKNOWN' : 'NEARBY_GONE'))
      }),
    asking: () => {
      if (!current) return undefined
      const { found: { opening, workspace, machine }, words, closesMs } = current
      return { opening, workspace, machine, words, closesMs }
    },
    withdraw: () => {
      const ask = current
      ask?.end('NEARBY_GONE')
      ask?.stream?.close()
    },
    stop: () => {
      cancelRound?.()
      current?.stream?.close()
      current?.end('API_CHANNEL_CLOSED')
    },
  }
}
