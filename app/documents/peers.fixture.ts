/** Peers for tests: documents over a log in memory, a clock turned by hand, and screens as a browser would have them. */
import * as Y from 'yjs'
import type { Clock } from '../base/clock.ts'
import { workspaceId, type DocumentId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import { createDocuments } from './documents.ts'
import type { Documents, Replica } from './documents.types.ts'
import { createMemoryLog, sha256, type MemoryLog, type Sealed } from './memory-log.fixture.ts'

export const WORKSPACE = workspaceId('ab'.repeat(32))

/** Mulberry32: small, seeded, good enough to shuffle with. */
export const createChance = (seed: number) => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { next, below, pick: <T>(items: readonly T[]): T => items[below(items.length)]! }
}
export type Chance = ReturnType<typeof createChance>

export const randomOf = (chance: Chance): Random => ({
  bytes: (length) => Uint8Array.from({ length }, () => chance.below(256)),
  uint53: () => chance.below(2 ** 32),
})

export interface ManualClock extends Clock {
  advance(ms: number): void
}

export const createManualClock = (): ManualClock => {
  let now = 1_000
  let timers: { at: number; fn: () => void }[] = []
  return {
    nowMs: () => now,
    monotonicMs: () => now,
    deadline: () => new AbortController().signal,
    after: (delayMs, fn) => {
      const timer = { at: now + delayMs, fn }
      timers.push(timer)
      return () => void (timers = timers.filter((other) => other !== timer))
    },
    advance: (ms) => {
      const end = now + ms
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        timers = timers.filter((timer) => timer !== next)
        now = next.at
        next.fn()
      }
      now = end
    },
  }
}

export interface TestPeer {
  readonly log: MemoryLog
  readonly documents: Documents
  readonly clock: ManualClock
}

export interface PeerOptions {
  readonly device?: string
  readonly session?: number
  readonly seed?: number
  readonly disk?: readonly Sealed[]
}

export const startPeer = ({ device = 'A', session = 1, seed = 1, disk = [] }: PeerOptions = {}): TestPeer => {
  const clock = createManualClock()
  const log = createMemoryLog({ device, session, disk, nowMs: clock.nowMs })
  const random = randomOf(createChance(seed + session * 7919 + device.charCodeAt(0)))
  const documents = createDocuments({ log, workspace: WORKSPACE, clock, random, logger: silentLogger, sha256 })
  log.start()
  return { log, documents, clock }
}

/** Gives each everything of the other, in the order given or shuffled. */
export const exchange = (from: TestPeer, to: TestPeer, shuffle: (sealed: readonly Sealed[]) => readonly Sealed[] = (sealed) => sealed) => {
  for (const sealed of shuffle([...from.log.disk])) to.log.accept(sealed)
}

export const shuffled = <T>(items: readonly T[], chance: Chance): T[] => {
  const rest = [...items]
  for (let at = rest.length - 1; at > 0; at--) {
    const other = chance.below(at + 1)
    ;[rest[at], rest[other]] = [rest[other]!, rest[at]!]
  }
  return rest
}

export interface TestScreen {
  readonly doc: Y.Doc
  readonly replica: Replica
  /** What each edit was answered with. */
  readonly answers: ReturnType<Replica['apply']>[]
  content(): Y.XmlFragment
  /** The text of the first paragraph. */
  text(): Y.XmlText
}

/** A window: a replica beside the peer, in step with it. */
export const openScreen = (peer: Pick<TestPeer, 'documents'>, document: DocumentId, screen: number): TestScreen => {
  const replica = peer.documents.attach(document, screen)
  const doc = new Y.Doc()
  const answers: TestScreen['answers'] = []
  Y.applyUpdate(doc, replica.state, replica)
  doc.clientID = replica.clientId
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin === replica) return
    const answer = replica.apply(update)
    if (answer.ok) answer.value.catch(() => {})
    answers.push(answer)
  })
  replica.onUpdate((update) => Y.applyUpdate(doc, update, replica))
  const content = () => doc.getXmlFragment('content')
  return { doc, replica, answers, content, text: () => firstText(content()) }
}

const firstText = (fragment: Y.XmlFragment): Y.XmlText => {
  const container = (fragment.get(0) as Y.XmlElement).get(0) as Y.XmlElement
  const paragraph = container.get(0) as Y.XmlElement
  if (paragraph.length === 0) paragraph.insert(0, [new Y.XmlText()])
  return paragraph.get(0) as Y.XmlText
}
