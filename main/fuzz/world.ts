/** Where the good samples come from: three shipped peers that make a workspace, invite, join, write, talk and leave, over networks and
 *  disks in memory. All that they said and stored is kept. From a seed: the same samples every time. */
import * as Y from 'yjs'
import type { CommandKind, Gives, Takes } from '../../app/api/commands.ts'
import { address, peerId, type DocumentId, type WorkspaceId } from '../../app/base/ids.ts'
import { silentLogger } from '../../app/base/logger.ts'
import { noteTexts } from './texts.ts'
import { createMemoryHub } from '../../app/network/memory.ts'
import type { Network, Stream } from '../../app/network/network.ts'
import { createManualClock } from '../../app/network/testing/world.ts'
import { createPeer } from '../../app/peer.ts'
import { createRecords, type WorkspaceRecord } from '../../app/peer/records.ts'
import { createMemoryStore } from '../../app/store/memory.ts'
import type { Store } from '../../app/store/store.ts'
import { createChance } from './chance.ts'

const EPOCH_MS = 1_700_000_000_000
const PATIENCE_MS = 60_000
export const SAMPLE_SEED = 20_261_125

const createTap = (network: Network, keep: (frame: Uint8Array) => void): Network => {
  const tap = (stream: Stream): Stream => {
    const send = (frame: Uint8Array) => {
      keep(frame.slice())
      stream.send(frame)
    }
    return Object.assign(Object.create(stream) as Stream, { send })
  }
  const open: Network['open'] = async (...args) => tap(await network.open(...args))
  const handle: Network['handle'] = (protocol, accept) => network.handle(protocol, (stream) => accept(tap(stream)))
  return Object.assign(Object.create(network) as Network, { open, handle })
}

const createMachines = () => {
  const inner = createManualClock()
  const clock = { ...inner, nowMs: () => EPOCH_MS + inner.nowMs() }
  const hub = createMemoryHub({ clock, random: createChance(SAMPLE_SEED, 'hub'), link: () => ({ kind: 'open', delayMs: 2 }) })
  const frames: Uint8Array[] = []
  const answers: unknown[] = []
  const events: unknown[] = []

  const during = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false
    const settle = () => void (isSettled = true)
    promise.then(settle, settle)
    for (let waitedMs = 0; !isSettled && waitedMs < PATIENCE_MS; waitedMs += 20) await clock.pass(20)
    return promise
  }

  const start = async (name: string) => {
    const store = createMemoryStore()
    const network = hub.createNetwork(peerId(name.repeat(8).slice(0, 12)), address(`/memory/${name}`))
    const peer = createPeer({
      store, network: createTap(network, (frame) => void frames.push(frame)), clock, random: createChance(SAMPLE_SEED, name),
        logger: silentLogger,
      machineName: name, version: '0.0.0', keysAreUnprotected: true, discoveries: [hub.createDiscovery(network)],
    })
    await during(peer.start())
    const screen = peer.openScreen()
    screen.onEvent((event) => void events.push(event))
    const run = async <Kind extends CommandKind>(kind: Kind, takes: Takes<Kind>): Promise<Gives<Kind>> => {
      const gives = await during(screen.run(kind, takes))
      answers.push(gives)
      return gives
    }
    return { store, peer, run }
  }
  return { clock, frames, answers, events, start, during }
}
type Machine = Awaited<ReturnType<ReturnType<typeof createMachines>['start']>>

/** Types into a note as a screen does. */
const typeInto = async (machine: Machine, place: { workspace: WorkspaceId; document: DocumentId }, updates: Uint8Array[]) => {
  const { clientId, state } = await machine.run('document.attach', place)
  const doc = new Y.Doc({ guid: 'sample' })
  Y.applyUpdate(doc, state)
  doc.clientID = clientId
  const made: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => void made.push(update))
  const text = new Y.XmlText()
  const first = ((doc.getXmlFragment('content').get(0) as Y.XmlElement).get(0) as Y.XmlElement).get(0) as Y.XmlElement
  first.insert(first.length, [text])
  text.insert(0, 'typed, é漢😀', { bold: {} })
  text.format(2, 3, { italic: {}, link: { href: 'https://a.b' } })
  text.insertEmbed(4, { kind: 'embed', values: [1, -2.5, true, null, 'x'] })
  text.delete(1, 4)
  first.setAttribute('level', '2')
  for (const update of made) await machine.run('document.update', { ...place, update })
  updates.push(state, ...made, Y.encodeStateAsUpdate(doc))
  await machine.run('presence.set', { ...place, state: JSON.stringify({ user: { name: 'Ada' }, cursor: { anchor: 1 } }) })
  await machine.run('document.detach', place)
}

export interface World {
  readonly workspace: WorkspaceId
  readonly frames: readonly Uint8Array[]
  readonly links: readonly string[]
  /** What commands gave, and what screens were told. */
  readonly answers: readonly unknown[]
  readonly events: readonly unknown[]
  readonly updates: readonly Uint8Array[]
  /** The disks of Ada, Ben and Cleo, and what each keeps of the workspace. */
  readonly stores: readonly Store[]
  readonly records: readonly WorkspaceRecord[]
  readonly documents: readonly DocumentId[]
}

export const createWorld = async (): Promise<World> => {
  const { clock, frames, answers, events, start, during } = createMachines()
  const [ada, ben, cleo] = [await start('ada'), await start('ben'), await start('cleo')]
  const updates: Uint8Array[] = []
  const { workspace } = await ada.run('workspace.create', { name: 'Garden' })
  const links: string[] = []
  for (const machine of [ben, cleo]) {
    const { link } = await ada.run('workspace.invite', { workspace })
    links.push(link)
    await machine.run('workspace.join', { link, timeoutMs: 30_000 })
  }
  await clock.pass(2000)
  const documents: DocumentId[] = []
  for (const [index, markdown] of noteTexts.entries()) {
    documents.push((await [ada, ben, cleo][index % 3]!.run('document.create', { workspace, title: `Note ${index}`, markdown })).document)
  }
  await clock.pass(2000)
  const [first, second] = documents as [DocumentId, DocumentId]
  await typeInto(ada, { workspace, document: first }, updates)
  await typeInto(ben, { workspace, document: second }, updates)
  await ben.run('document.append', { workspace, document: first, text: 'one\ntwo' })
  await cleo.run('document.rename', { workspace, document: second, title: 'Renamed' })
  await cleo.run('document.trash', { workspace, document: second })
  await cleo.run('document.restore', { workspace, document: second })
  await ada.run('machine.rename', { name: 'Ada’s desk' })
  await clock.pass(15_000)
  for (const machine of [ada, ben]) {
    await machine.run('status', {})
    await machine.run('peers', {})
    await machine.run('document.list', { workspace, trash: false })
    await machine.run('document.markdown', { workspace, document: first })
    await machine.run('document.json', { workspace, document: first })
    await machine.run('document.where', { workspace, document: first })
  }
  const stores = [ada, ben, cleo].map(({ store }) => copyStore(store))
  const records = stores.map((store) => createRecords(store).workspaces()[0]!)
  await cleo.run('workspace.leave', { workspace })
  await clock.pass(3000)
  for (const { peer } of [ada, ben, cleo]) await during(peer.stop())
  return { workspace, frames, links, answers, events, updates, stores, records, documents }
}

export const copyStore = (store: Store): Store => {
  const copy = createMemoryStore()
  copy.batch([...store.scan([])].map((item) => ({ kind: 'put', ...item })))
  return copy
}
