/** The member's side: workspaces that are open to people nearby, and the machines that ask. While none is open nobody learns anything. */
import { every, type Cancel, type Clock } from '../base/clock.ts'
import { toHex, equalBytes } from '../base/codec.ts'
import { codeOf, PeerError, type ErrorCode } from '../base/errors.ts'
import type { PeerId, WorkspaceId } from '../base/ids.ts'
import {
  NEARBY_ASKERS_MAX, NEARBY_ASKERS_PER_HOST_MAX, NEARBY_ASKS_PER_HOST_MAX, NEARBY_OPENINGS_MAX,
} from '../base/limits.ts'
import type { Random } from '../base/random.ts'
import type { Network, Stream } from '../network/network.ts'
import { hostOf } from '../network/reach.ts'
import { decodeNearby, encodeNearby, NONCE_BYTES, tellable, type NearbyMessage } from './messages.ts'
import { commitmentTo, wordsFor } from './transcript.ts'

export const NEARBY_PROTOCOL = '/lanyard/nearby/0'
const FIRST_MESSAGE_MS = 5000
const REVEAL_MS = 10_000
/** So that the asker counts down with us, and the idle stream is not given up below. */
const REMIND_MS = 15_000

export interface AskerView {
  /** Names this question: 32 hex digits. */
  readonly asker: string
  readonly machine: string
  readonly words: string
}

export interface OpeningView {
  readonly workspace: WorkspaceId
  readonly closesMs: number
  readonly askers: readonly AskerView[]
}

export interface NearbyHost {
  start(): void
  stop(): void
  /** Opens for `durationMs`, or goes on for so long from now. Answers when it closes by itself.
   *  @throws NEARBY_BUSY when too many are open */
  open(workspace: WorkspaceId, name: string, durationMs: number): number
  close(workspace: WorkspaceId): void
  openings(): readonly OpeningView[]
  /** Lets the machine in, or not. Resolves when its invitation is on its way.
   *  @throws NEARBY_ASKER_UNKNOWN, and what making an invitation throws */
  answer(workspace: WorkspaceId, asker: string, isWelcome: boolean): Promise<void>
}

export interface NearbyHostParts {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  machineName(): string
  /** Makes a one-use invitation; resolves once it is saved. */
  invite(workspace: WorkspaceId): Promise<string>
  changed(): void
}

interface Asker {
  readonly id: string
  readonly host: string
  readonly machine: string
  readonly stream: Stream
  /** Undefined until it has shown the nonce to which it committed. */
  words: string | undefined
}

interface Opening {
  readonly id: string
  readonly workspace: WorkspaceId
  readonly name: string
  endsMs: number
  closesMs: number
  cancel: Cancel
  readonly askers: Map<string, Asker>
  readonly asksByHost: Map<string, number>
}

export const createNearbyHost = (parts: NearbyHostParts): NearbyHost => {
  const { network, clock, random, changed } = parts
  const openings = new Map<WorkspaceId, Opening>()
  let cancelReminders: Cancel = () => {}
  const machine = () => tellable(parts.machineName())
  const remainingOf = (opening: Opening) => Math.max(0, Math.round(opening.endsMs - clock.monotonicMs()))
  const say = (stream: Stream, message: NearbyMessage) => stream.send(encodeNearby(message))
  const refuse = (stream: Stream, code: ErrorCode) => {
    say(stream, { kind: 'refused', code })
    stream.close()
  }

  const close = (workspace: WorkspaceId) => {
    const opening = openings.get(workspace)
    if (!opening) return
    openings.delete(workspace)
    opening.cancel()
    for (const { stream } of [...opening.askers.values()]) refuse(stream, 'NEARBY_CLOSED')
    changed()
  }

  const tellOpenings = (stream: Stream) => {
    if (openings.size === 0) return refuse(stream, 'NEARBY_NOT_OPEN')
    const notes = [...openings.values()].map((opening) =>
      ({ opening: opening.id, workspace: opening.name, machine: machine(), remainingMs: remainingOf(opening) }))
    say(stream, { kind: 'openings', openings: notes })
    stream.close()
  }

  /** Why one more may not ask. */
  const whyNot = (opening: Opening, peer: PeerId, host: string): ErrorCode | undefined => {
    const askers = [...opening.askers.values()]
    const asked = opening.asksByHost.get(host) ?? 0
    const isTooMany = askers.length >= NEARBY_ASKERS_MAX || asked >= NEARBY_ASKS_PER_HOST_MAX
      || askers.filter((asker) => asker.host === host).length >= NEARBY_ASKERS_PER_HOST_MAX
      || askers.some((asker) => asker.stream.peer === peer)
    return isTooMany ? 'NEARBY_BUSY' : undefined
  }

  const takeAsk = (stream: Stream, ask: Extract<NearbyMessage, { kind: 'ask' }>) => {
    const opening = [...openings.values()].find(({ id }) => id === ask.opening)
    if (!opening) return void refuse(stream, 'NEARBY_NOT_OPEN')
    const address = network.addressOf(stream.peer)
    const host = (address && hostOf(address)) ?? stream.peer
    const code = whyNot(opening, stream.peer, host)
    if (code) return void refuse(stream, code)
    opening.asksByHost.set(host, (opening.asksByHost.get(host) ?? 0) + 1)
    const asker: Asker = { id: toHex(random.bytes(16)), host, machine: ask.machine, stream, words: undefined }
    opening.askers.set(asker.id, asker)
    stream.onClose(() => {
      opening.askers.delete(asker.id)
      changed()
    })
    const nonce = random.bytes(NONCE_BYTES)
    say(stream, { kind: 'nonce', nonce })
    const cancel = clock.after(REVEAL_MS, () => refuse(stream, 'NEARBY_PROOF_INVALID'))
    return (revealed: Uint8Array) => {
      cancel()
      if (!equalBytes(commitmentTo(revealed), ask.commitment)) return refuse(stream, 'NEARBY_PROOF_INVALID')
      asker.words = wordsFor({
        asker: stream.peer, opener: network.self, opening: opening.id, workspace: opening.name, openerMachine: machine(),
        askerMachine: ask.machine, askerNonce: revealed, openerNonce: nonce,
      })
      say(stream, { kind: 'waiting', remainingMs: remainingOf(opening) })
      changed()
    }
  }

  const accept = (stream: Stream) => {
    let reveal: ((nonce: Uint8Array) => void) | undefined
    let messages = 0
    const cancel = clock.after(FIRST_MESSAGE_MS, () => stream.abort('NETWORK_STREAM_CLOSED'))
    stream.onClose(cancel)
    stream.onFrame((frame) => {
      cancel()
      const read = decodeNearby(frame)
      if (!read.ok) return stream.abort(read.code)
      const message = read.value
      messages++
      if (messages === 1 && message.kind === 'look') return tellOpenings(stream)
      if (messages === 1 && message.kind === 'ask') return void (reveal = takeAsk(stream, message))
      if (messages === 2 && message.kind === 'reveal' && reveal) return reveal(message.nonce)
      stream.abort('SYNC_MESSAGE_MALFORMED')
    })
  }

  const remind = () => {
    for (const opening of openings.values()) {
      for (const { stream, words } of opening.askers.values()) if (words) say(stream, { kind: 'waiting', remainingMs: remainingOf(opening) })
    }
  }

  return {
    start: () => {
      network.handle(NEARBY_PROTOCOL, accept)
      cancelReminders = every(clock, REMIND_MS, remind)
    },
    stop: () => {
      cancelReminders()
      for (const workspace of [...openings.keys()]) close(workspace)
    },
    open: (workspace, name, durationMs) => {
      if (!openings.has(workspace) && openings.size >= NEARBY_OPENINGS_MAX) throw new PeerError('NEARBY_BUSY')
      const opening: Opening = openings.get(workspace) ?? {
        id: toHex(random.bytes(16)), workspace, name: tellable(name),
        endsMs: 0, closesMs: 0, cancel: () => {}, askers: new Map(), asksByHost: new Map(),
      }
      opening.cancel()
      opening.endsMs = clock.monotonicMs() + durationMs
      opening.closesMs = clock.nowMs() + durationMs
      opening.cancel = clock.after(durationMs, () => close(workspace))
      openings.set(workspace, opening)
      changed()
      return opening.closesMs
    },
    close,
    openings: () => [...openings.values()].map(({ workspace, closesMs, askers }) => ({
      workspace, closesMs,
      askers: [...askers.values()].flatMap(({ id, machine: name, words }) => (words ? [{ asker: id, machine: name, words }] : [])),
    })),
    answer: async (workspace, id, isWelcome) => {
      const asker = openings.get(workspace)?.askers.get(id)
      if (!asker?.words) throw new PeerError('NEARBY_ASKER_UNKNOWN')
      // Gone from the list at once: nobody is let in twice.
      openings.get(workspace)?.askers.delete(id)
      changed()
      if (!isWelcome) return refuse(asker.stream, 'NEARBY_DECLINED')
      try {
        say(asker.stream, { kind: 'invitation', link: await parts.invite(workspace) })
        asker.stream.close()
      } catch (error) {
        refuse(asker.stream, codeOf(error))
        throw error
      }
    },
  }
}
