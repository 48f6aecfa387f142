/** Entries: their bodies, what is sealed in them, runs as a log accepts them, and records on a disk that lost some of its bits. */
import { systemClock } from '../../../app/base/clock.ts'
import { concat, encodeCbor, fromHex, toHex } from '../../../app/base/codec.ts'
import type { ErrorCode } from '../../../app/base/errors.ts'
import { deviceOf, logId, sessionId, sessionOf, type LogId } from '../../../app/base/ids.ts'
import { silentLogger } from '../../../app/base/logger.ts'
import { createDeviceKeys } from '../../../app/identity/device-keys.ts'
import { decodeStored, encodeStored, entriesPrefix } from '../../../app/log/chain.ts'
import {
  decodeContent, decodeHeads, encodeContent, encodeHeads, entryHashBytes, openContent, openHeads, readHeader, signedBytes,
    type Content, type Dependency,
} from '../../../app/log/envelope.ts'
import { createKeyring, type Keyring } from '../../../app/log/keyring.ts'
import { createLog, type WorkspaceLog } from '../../../app/log/log.ts'
import type { Run } from '../../../app/log/run.ts'
import { createMemoryStore } from '../../../app/store/memory.ts'
import type { Store } from '../../../app/store/store.ts'
import { decodeMessage } from '../../../app/sync/messages.ts'
import { createChance } from '../chance.ts'
import { expectSame } from '../same.ts'
import { NotTheSame, type Target } from '../target.types.ts'
import { copyStore, SAMPLE_SEED, type World } from '../world.ts'
import { LENGTH_MAX } from './wire.ts'

const NO_HASH = new Uint8Array(32)
export const marked = (mark: number, bytes: Uint8Array) => concat([Uint8Array.of(mark), bytes])
const spread = (marks: number, samples: readonly Uint8Array[]) => samples.map((bytes, index) => marked(index % marks, bytes))

/** Keys derived once: that is what most of opening a short log costs. */
const keyrings = new Map<World, Keyring>()
const keyringOf = (world: World): Keyring => {
  const [record] = world.records as [World['records'][number]]
  const known = keyrings.get(world) ?? createKeyring(record.workspace, record)
  keyrings.set(world, known)
  return known
}

export const openLogOn = (world: World, store: Store, life = 0): WorkspaceLog => {
  const [record] = world.records as [World['records'][number]]
  const log = createLog({
    workspace: record.workspace, keys: record.keys, keyring: keyringOf(world), store,
    clock: { ...systemClock(), after: () => () => {} }, random: createChance(SAMPLE_SEED, 'log', life), logger: silentLogger,
  })
  log.start()
  return log
}

interface Piece {
  readonly body: Uint8Array
  readonly heads: readonly Dependency[]
  readonly content: Content
}

/** Every entry that Ada holds, opened. */
const entryPieces = (world: World): readonly Piece[] => {
  const [record] = world.records as [World['records'][number]]
  const keyring = keyringOf(world)
  const log = openLogOn(world, copyStore(world.stores[0]!))
  return [...log.heights().keys()].flatMap((id) => {
    const run = log.readRun({ log: id, from: 0, to: Infinity, bytesMax: 200_000 })!
    let previous: Uint8Array = NO_HASH
    return run.bodies.map((body, seq): Piece => {
      const place = { workspace: record.workspace, log: id, seq, previous }
      previous = entryHashBytes(place, body)
      const header = readHeader(body)
      return { body, heads: openHeads(keyring, place, header)!, content: openContent(keyring, place, header)! }
    })
  })
}

/** The first byte says which part of an entry it is: its body, its heads, or its content, of which kind. */
const entryTarget = (world: World): Target => {
  const pieces = entryPieces(world).filter(({ body }) => body.length < LENGTH_MAX / 4)
  const kinds = ['control', 'data', 'start'] as const
  return {
    name: 'entry',
    samples: pieces.flatMap(({ body, heads, content }) => [marked(0, body), marked(1, encodeHeads(heads)),
      marked(2 + kinds.indexOf(content.kind), encodeContent(content))]),
    tokens: [],
    lengthMax: LENGTH_MAX,
    create: () => ({
      take: (input) => {
        const bytes = input.subarray(1)
        const [mark = 0] = input
        if (mark % 5 === 0) readHeader(bytes)
        else if (mark % 5 === 1) {
          const heads = decodeHeads(bytes)
          expectSame(heads, decodeHeads(encodeHeads(heads)))
        } else {
          const kind = kinds[(mark % 5) - 2]!
          const content = decodeContent(kind, bytes)
          expectSame(content, decodeContent(kind, encodeContent(content)))
        }
        return undefined
      },
    }),
  }
}

/** Signs a run as a member who means harm, so that what is wrong in it is found by nothing but its shape. */
const signAs = (mallory: ReturnType<typeof createDeviceKeys>, world: World, log: WorkspaceLog, run: Run): Run => {
  const id: LogId = logId(mallory.device, sessionOf(run.log))
  const known = log.heights().get(id)
  let previous: Uint8Array = known?.height === run.from ? fromHex(known.headHash) : NO_HASH
  run.bodies.forEach((body, index) => {
    previous = entryHashBytes({ workspace: world.workspace, log: id, seq: run.from + index, previous }, body)
  })
  return { ...run, log: id, signature: mallory.signing.sign(signedBytes(previous)) }
}

const logTarget = (world: World): Target => {
  const mallory = createDeviceKeys(createChance(SAMPLE_SEED, 'mallory'))
  const runs = world.frames.filter((frame) => decodeMessage(frame).kind === 'run' && frame.length < LENGTH_MAX / 4)
  let lives = 0
  return {
    name: 'log',
    samples: spread(2, [...runs, ...runs.slice(0, 10)]),
    tokens: [],
    lengthMax: LENGTH_MAX,
    inputsPerLife: 2000,
    create: () => {
      const log = openLogOn(world, copyStore(world.stores[0]!), lives++)
      let fresh = 0
      return {
        digest: () => `${log.headsHash()} ${log.entries} ${log.pending} ${log.unreadable}`,
        take: (input): ErrorCode | undefined => {
          const message = decodeMessage(input.subarray(1))
          if (message.kind !== 'run') return 'SYNC_MESSAGE_MALFORMED'
          const result = log.accept((input[0] ?? 0) % 2 === 1 ? signAs(mallory, world, log, message.run) : message.run)
          return result.ok ? undefined : result.code
        },
        works: () => {
          const [entry] = log.append([{ kind: 'control', schema: 0, screen: 0, payload: encodeCbor({ kind: 'leave' }), part: { index: 0, count: 1 } }])
          expectSame(log.read(entry!).payload, entry!.payload)
          const { run } = decodeMessage(runs[0]!) as { run: Run }
          const session = sessionId(toHex(createChance(SAMPLE_SEED, 'fresh', lives * 10_000 + fresh++).bytes(16)))
          const start = { ...run, from: 0, log: logId(deviceOf(run.log), session), bodies: [startBody(runs)] }
          const result = log.accept(signAs(mallory, world, log, start))
          if (!result.ok || result.value !== 1) throw new NotTheSame(`a good run is not taken: ${JSON.stringify(result)}`)
        },
      }
    },
  }
}

const startBody = (runs: readonly Uint8Array[]): Uint8Array =>
  runs.map((frame) => decodeMessage(frame) as { run: Run }).find(({ run }) => run.from === 0)!.run.bodies[0]!

/** One record of a short log on a disk is damaged: what is whole before it is still there, and the log goes on. */
const storedTarget = (world: World): Target => {
  const prefix = entriesPrefix(world.workspace)
  const items = [...world.stores[0]!.scan(prefix)]
  const ofLog = (key: readonly string[]) => `${key.at(-3)}.${key.at(-2)}`
  const short = [...Map.groupBy(items, ({ key }) => ofLog(key)).values()].sort((a, b) => a.length - b.length)[0]!.slice(0, 2)
  const signed = short.findLastIndex(({ value }) => decodeStored(value).signature)
  const kept = short.slice(0, signed + 1)
  return {
    name: 'stored-entry',
    samples: kept.flatMap(({ value }, index) => [marked(index, value), marked(index, encodeStored({ ...decodeStored(value),
      signature: undefined })), ...Array.from({ length: 14 }, () => marked(200, value))]),
    tokens: [],
    lengthMax: LENGTH_MAX,
    create: () => ({
      take: (input) => {
        decodeStored(input.subarray(1))
        // To start a log costs a signature: one in eight does.
        if ((input[0] ?? 0) >= 32) return undefined
        const damaged = (input[0] ?? 0) % kept.length
        const store = createMemoryStore()
        store.batch(kept.map(({ key, value }, index) => ({ kind: 'put', key, value: index === damaged ? input.slice(1) : value })))
        const log = openLogOn(world, store)
        if (log.entries > kept.length || log.unreadable > 0) throw new NotTheSame(`${log.entries} entries, ${log.unreadable} unreadable`)
        return log.entries === kept.length ? undefined : 'LOG_ENTRY_MISSING'
      },
    }),
  }
}

export const logTargets = (world: World): readonly Target[] => [entryTarget(world), logTarget(world), storedTarget(world)]
