/** What every Network does, in memory or over libp2p. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Clock } from '../base/clock.ts'
import { PeerError, codeOf } from '../base/errors.ts'
import type { Address, PeerId } from '../base/ids.ts'
import { FRAME_BYTES_MAX, FRAME_COST_BYTES, PROBE_MS, STREAM_CREDIT_BYTES, STREAM_QUEUE_BYTES_MAX, STREAMS_PER_PROTOCOL_MAX } from '../base/limits.ts'
import type { Network, Stream } from './network.ts'

export interface Rig {
  readonly clock: Clock
  /** A network that has not started; stopped when the test ends. */
  createNetwork(listenAt?: Address): Promise<Network>
  /** Lets time go by until `isTrue`, or fails. */
  until(isTrue: () => boolean): Promise<void>
  /** Lets time go by until `promise` settles. */
  during<T>(promise: Promise<T>): Promise<T>
  /** Lets time go by. */
  pass(durationMs: number): Promise<void>
  /** An address of the adapter's kind where nobody listens. */
  readonly nowhere: Address
  stop(): Promise<void>
}

const PROTOCOL = '/lanyard/test/1'
const DEADLINE_MS = 3000
const text = (frame: Uint8Array) => new TextDecoder().decode(frame)
const bytes = (words: string) => new TextEncoder().encode(words)
const codeFrom = (promise: Promise<unknown>) => promise.then(() => 'none', codeOf)

/** Two networks, connected; `ours` was opened by the first, `theirs` is its other end. */
const createPair = async (context: TestContext, createRig: () => Promise<Rig>) => {
  const rig = await createRig()
  context.after(() => rig.stop())
  const [a, b] = [await rig.createNetwork(), await rig.createNetwork()]
  await Promise.all([a.start(), b.start()])
  const changes = { a: [] as string[], b: [] as string[] }
  a.onPeer(({ kind }) => changes.a.push(kind))
  b.onPeer(({ kind }) => changes.b.push(kind))
  const dial = (from: Network, to: Address) => rig.during(from.dial(to, rig.clock.deadline(DEADLINE_MS)))
  const connect = async () => {
    assert.equal(await dial(a, b.addresses()[0]!), b.self)
    await rig.until(() => b.peers().length === 1)
  }
  const open = async (protocol = PROTOCOL) => {
    const accepted: Stream[] = []
    b.handle(protocol, (stream) => accepted.push(stream))
    const ours = await rig.during(a.open(b.self, protocol, rig.clock.deadline(DEADLINE_MS)))
    await rig.until(() => accepted.length === 1)
    return { ours, theirs: accepted[0]! }
  }
  return { rig, a, b, changes, dial, connect, open }
}

const received = (stream: Stream): Uint8Array[] => {
  const frames: Uint8Array[] = []
  stream.onFrame((frame) => frames.push(frame))
  return frames
}
const endOf = (stream: Stream): string[] => {
  const ends: string[] = []
  stream.onClose((code) => ends.push(code ?? 'in good order'))
  return ends
}

export const testNetwork = (name: string, createRig: () => Promise<Rig>): void => {
  const check = (sentence: string, body: (pair: Awaited<ReturnType<typeof createPair>>) => Promise<void>) =>
    test(`${name}: ${sentence}`, async (context) => body(await createPair(context, createRig)))

  void check('frames of every size arrive whole and in order, both ways at once', async ({ rig, connect, open }) => {
    await connect()
    const { ours, theirs } = await open()
    const sizes = [0, 1, 127, 128, 129, 16_383, 16_384, 65_535, FRAME_BYTES_MAX, ...Array.from({ length: 500 }, (_, at) => at)]
    const frames = sizes.map((size, at) => new Uint8Array(size).fill(at))
    const [there, here] = [received(theirs), received(ours)]
    for (const frame of frames) {
      ours.send(frame)
      theirs.send(frame)
    }
    await rig.until(() => there.length === frames.length && here.length === frames.length)
    for (const [at, frame] of frames.entries()) {
      assert.ok(Buffer.from(frame).equals(there[at]!) && Buffer.from(frame).equals(here[at]!), `frame ${at}`)
    }
  })

  void check('a frame above the limit is refused, and the stream goes on', async ({ rig, connect, open }) => {
    await connect()
    const { ours, theirs } = await open()
    const frames = received(theirs)
    assert.throws(() => ours.send(new Uint8Array(FRAME_BYTES_MAX + 1)), { code: 'NETWORK_FRAME_TOO_LARGE' })
    ours.send(bytes('still here'))
    await rig.until(() => frames.length === 1)
    assert.equal(text(frames[0]!), 'still here')
  })

  void check('frames that came before the consumer are kept for it', async ({ rig, connect, open }) => {
    await connect()
    const { ours, theirs } = await open()
    for (const words of ['one', 'two', 'three']) ours.send(bytes(words))
    await rig.pass(200)
    const frames = received(theirs)
    assert.equal(frames.length, 0, 'not from within the call')
    await rig.until(() => frames.length === 3)
    assert.deepEqual(frames.map(text), ['one', 'two', 'three'])
  })

  void check('a consumer that does not take holds the sender at the credit, and a drain tells when to go on', async ({ rig, connect, open }) => {
    await connect()
    const { ours, theirs } = await open()
    const frame = new Uint8Array(64 * 1024)
    const count = 40
    let drains = 0
    ours.onDrain(() => {
      drains++
      assert.ok(ours.queuedBytes <= STREAM_CREDIT_BYTES / 2)
    })
    for (let at = 0; at < count; at++) ours.send(frame)
    await rig.pass(300)
    assert.equal(ours.queuedBytes, count * (frame.length + FRAME_COST_BYTES))
    assert.equal(drains, 0)
    const frames = received(theirs)
    await rig.until(() => frames.length === count && ours.queuedBytes === 0)
    assert.equal(drains, 1)
  })

  void check('a sender that does not wait for a slow consumer is cut off at the limit, at both ends', async ({ rig, connect, open }) => {
    await connect()
    const { ours, theirs } = await open()
    const [here, there] = [endOf(ours), endOf(theirs)]
    const frame = new Uint8Array(FRAME_BYTES_MAX)
    let sentBytes = 0
    while (here.length === 0) {
      ours.send(frame)
      sentBytes += frame.length
      assert.ok(sentBytes <= STREAM_CREDIT_BYTES + STREAM_QUEUE_BYTES_MAX, 'bounded')
    }
    assert.deepEqual(here, ['NETWORK_QUEUE_FULL'])
    assert.equal(ours.queuedBytes, 0)
    await rig.until(() => there.length === 1)
    assert.ok(['NETWORK_QUEUE_FULL', 'NETWORK_STREAM_CLOSED'].includes(there[0]!), there[0])
  })

  void check('close delivers what is queued, then ends both sides in good order', async ({ rig, connect, open }) => {
    await connect()
    const { ours, theirs } = await open()
    const [here, there] = [endOf(ours), endOf(theirs)]
    const frame = new Uint8Array(FRAME_BYTES_MAX)
    for (let at = 0; at < 8; at++) ours.send(frame)
    ours.close()
    ours.send(bytes('too late'))
    await rig.pass(200)
    assert.deepEqual([here, there], [[], []], 'nobody took the frames yet')
    const frames = received(theirs)
    await rig.until(() => here.length === 1 && there.length === 1)
    assert.deepEqual([frames.length, here, there], [8, ['in good order'], ['in good order']])
    const late = endOf(ours)
    await rig.until(() => late.length === 1)
    assert.deepEqual(late, ['in good order'])
  })

  void check('both ends may close at once', async ({ rig, connect, open }) => {
    await connect()
    const { ours, theirs } = await open()
    const [here, there] = [endOf(ours), endOf(theirs)]
    ours.close()
    theirs.close()
    await rig.until(() => here.length === 1 && there.length === 1)
    assert.deepEqual([here, there], [['in good order'], ['in good order']])
  })

  void check('abort ends at once and tells the other end why', async ({ rig, connect, open }) => {
    await connect()
    const { ours, theirs } = await open()
    const [here, there] = [endOf(ours), endOf(theirs)]
    theirs.abort('SYNC_MESSAGE_MALFORMED')
    assert.deepEqual(there, ['SYNC_MESSAGE_MALFORMED'])
    await rig.until(() => here.length === 1)
    assert.deepEqual(here, ['SYNC_MESSAGE_MALFORMED'])
    ours.send(bytes('into the void'))
    ours.abort('UNKNOWN')
    await rig.pass(100)
    assert.deepEqual([here.length, there.length], [1, 1])
  })

  void check('a consumer that refuses a frame ends its stream with that code, and only its stream', async ({ rig, a, b, connect, open }) => {
    await connect()
    const { ours, theirs } = await open()
    const end = endOf(ours)
    theirs.onFrame(() => {
      throw new PeerError('BASE_BYTES_MALFORMED')
    })
    ours.send(bytes('?'))
    await rig.until(() => end.length === 1)
    assert.deepEqual([end, a.peers(), b.peers()], [['BASE_BYTES_MALFORMED'], [b.self], [a.self]])
  })

  void check('both dial at once: one connection, told once, and streams opened on hearing of it live', async ({ rig, a, b, changes }) => {
    const heard: string[] = []
    for (const network of [a, b]) {
      network.handle(PROTOCOL, (stream) => stream.onFrame((frame) => heard.push(text(frame))))
      network.onPeer(({ kind, peer }) => {
        if (kind !== 'up') return
        const opening = network.open(peer, PROTOCOL, rig.clock.deadline(DEADLINE_MS))
        opening.then((stream) => stream.send(bytes(network === a ? 'from a' : 'from b')), (error) => heard.push(codeOf(error)))
      })
    }
    const dials = [a.dial(b.addresses()[0]!, rig.clock.deadline(DEADLINE_MS)), b.dial(a.addresses()[0]!, rig.clock.deadline(DEADLINE_MS))]
    assert.deepEqual(await rig.during(Promise.all(dials)), [b.self, a.self])
    await rig.until(() => heard.length === 2)
    await rig.pass(300)
    assert.deepEqual(heard.sort(), ['from a', 'from b'])
    assert.deepEqual([changes, a.peers(), b.peers()], [{ a: ['up'], b: ['up'] }, [b.self], [a.self]])
  })

  void check('dialling a peer that is connected answers it, and changes nothing', async ({ rig, a, b, dial, connect, open, changes }) => {
    await connect()
    const { ours, theirs } = await open()
    const frames = received(theirs)
    assert.equal(await dial(a, `${b.addresses()[0]!}/p2p/${b.self}` as Address), b.self)
    assert.equal(await dial(a, b.addresses()[0]!), b.self)
    assert.equal(await dial(b, a.addresses()[0]!), a.self)
    ours.send(bytes('on the same stream'))
    await rig.until(() => frames.length === 1)
    await rig.pass(300)
    assert.deepEqual([changes, a.peers(), b.peers()], [{ a: ['up'], b: ['up'] }, [b.self], [a.self]])
    assert.ok(a.addressOf(b.self)?.startsWith(b.addresses()[0]!), a.addressOf(b.self))
  })

  void check('refuses to dial itself, a malformed address, nobody, and another than the address names', async ({ a, b, dial, rig }) => {
    const own = a.addresses()[0]!
    assert.equal(await codeFrom(dial(a, own)), 'NETWORK_DIAL_SELF')
    assert.equal(await codeFrom(dial(a, `${b.addresses()[0]!}/p2p/${a.self}` as Address)), 'NETWORK_DIAL_SELF')
    assert.equal(await codeFrom(dial(a, 'example.org:80' as Address)), 'NETWORK_ADDRESS_MALFORMED')
    assert.equal(await codeFrom(dial(a, rig.nowhere)), 'NETWORK_DIAL_FAILED')
    const other = await rig.createNetwork()
    assert.equal(await codeFrom(dial(a, `${b.addresses()[0]!}/p2p/${other.self}` as Address)), 'NETWORK_DIAL_FAILED')
    assert.deepEqual(a.peers(), [])
  })

  void check('hanging up ends streams and tells both ends; a new dial connects again', async ({ rig, a, b, connect, open, changes }) => {
    await connect()
    const { ours, theirs } = await open()
    const [here, there] = [endOf(ours), endOf(theirs)]
    a.hangUp(b.self)
    await rig.until(() => here.length === 1 && there.length === 1 && changes.b.length === 2 && changes.a.length === 2)
    assert.deepEqual([here, there], [['NETWORK_STREAM_CLOSED'], ['NETWORK_STREAM_CLOSED']])
    assert.deepEqual([changes, a.peers(), b.peers(), a.addressOf(b.self)], [{ a: ['up', 'down'], b: ['up', 'down'] }, [], [], undefined])
    await connect()
    assert.deepEqual(changes.a, ['up', 'down', 'up'])
  })

  void check('a probe leaves a connection that lives as it is', async ({ rig, a, b, connect, changes }) => {
    await connect()
    for (const network of [a, b]) network.probe()
    await rig.pass(PROBE_MS + 300)
    for (const network of [a, b]) network.probe()
    await rig.pass(PROBE_MS + 300)
    assert.deepEqual(changes, { a: ['up'], b: ['up'] })
  })

  void check('a stream that nobody handles, or with nobody connected, does not open', async ({ rig, a, b, connect }) => {
    const open = (peer: PeerId) => codeFrom(rig.during(a.open(peer, '/lanyard/unheard-of/1', rig.clock.deadline(DEADLINE_MS))))
    assert.equal(await open(b.self), 'NETWORK_STREAM_CLOSED')
    await connect()
    assert.equal(await open(b.self), 'NETWORK_STREAM_CLOSED')
    assert.equal(await codeFrom(rig.during(a.open(b.self, PROTOCOL, AbortSignal.abort()))), 'NETWORK_STREAM_CLOSED')
    assert.deepEqual(a.peers(), [b.self])
  })

  void check('one peer may open only so many streams of a protocol', async ({ rig, a, b, connect }) => {
    await connect()
    let accepted = 0
    b.handle(PROTOCOL, () => accepted++)
    const open = () => a.open(b.self, PROTOCOL, rig.clock.deadline(DEADLINE_MS))
    for (let at = 0; at < STREAMS_PER_PROTOCOL_MAX; at++) await rig.during(open())
    // Whether the opener hears of it while opening or right after is the adapter's affair.
    const outcomes: string[] = []
    rig.during(open()).then((stream) => stream.onClose((code) => outcomes.push(code ?? 'none')), (error) => outcomes.push(codeOf(error)))
    await rig.until(() => outcomes.length === 1)
    assert.deepEqual([outcomes, accepted], [['NETWORK_STREAM_CLOSED'], STREAMS_PER_PROTOCOL_MAX])
  })

  void check('stopping says goodbye, and nothing works afterwards', async ({ rig, a, b, connect, open, changes, dial }) => {
    await connect()
    const { ours } = await open()
    const end = endOf(ours)
    const addressOfB = b.addresses()[0]!
    await rig.during(b.stop())
    await rig.until(() => end.length === 1 && changes.a.length === 2)
    assert.deepEqual([end, changes.a, b.addresses(), b.peers()], [['NETWORK_STREAM_CLOSED'], ['up', 'down'], [], []])
    assert.equal(await codeFrom(dial(b, a.addresses()[0]!)), 'NETWORK_STOPPED')
    assert.equal(await codeFrom(dial(a, addressOfB)), 'NETWORK_DIAL_FAILED')
    await b.stop()
  })

  void check('an address in use is refused at start', async ({ rig, a }) => {
    const second = await rig.createNetwork(a.addresses()[0]!)
    assert.equal(await codeFrom(second.start()), 'NETWORK_PORT_IN_USE')
  })
}
