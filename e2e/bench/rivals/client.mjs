/** A client of a rival. Started with { system, host, port } as JSON. */
import net from 'node:net'
import * as Y from 'yjs'
import { frame, unframer } from './frames.mjs'
import { answerAll, sharedMs, typeInto, watcher } from './ops.mjs'

const { system, host, port } = JSON.parse(process.argv[2])
const AT_ONCE = { 'y-websocket': 200, hocuspocus: 20 }

const connectors = {
  tcp: async () => {
    const doc = new Y.Doc()
    const socket = net.connect(port, host)
    socket.setNoDelay(true)
    socket.on('data', unframer((bytes) => Y.applyUpdate(doc, bytes, socket)))
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    doc.on('update', (update, origin) => origin !== socket && socket.write(frame(update)))
    return doc
  },
  'y-websocket': async (name) => {
    const { WebsocketProvider } = await import('y-websocket')
    const { default: WebSocketPolyfill } = await import('ws')
    const doc = new Y.Doc()
    const provider = new WebsocketProvider(`ws://${host}:${port}`, name, doc, { WebSocketPolyfill, disableBc: true })
    await new Promise((resolve) => provider.once('sync', resolve))
    return doc
  },
  hocuspocus: async (name) => {
    const { HocuspocusProvider } = await import('@hocuspocus/provider')
    const websocketProvider = await hocuspocusSocket()
    const doc = new Y.Doc()
    const provider = new HocuspocusProvider({ websocketProvider, name, document: doc })
    const synced = new Promise((resolve) => provider.on('synced', resolve))
    provider.attach()
    await synced
    return doc
  },
}

let socketOfHocuspocus
const hocuspocusSocket = async () => {
  const { HocuspocusProviderWebsocket } = await import('@hocuspocus/provider')
  const { default: WebSocketPolyfill } = await import('ws')
  socketOfHocuspocus ??= new HocuspocusProviderWebsocket({ url: `ws://${host}:${port}`, WebSocketPolyfill })
  return socketOfHocuspocus
}

/** Loads what the clock should not pay for. */
const warm = async () => {
  if (system === 'y-websocket') await Promise.all([import('y-websocket'), import('ws')])
  if (system === 'hocuspocus') await Promise.all([import('@hocuspocus/provider'), import('ws')])
  if (system === 'automerge-repo') await Promise.all([import('@automerge/automerge-repo'), import('@automerge/automerge-repo-network-websocket')])
}

const joinRaw = async () => {
  const docs = []
  const chunks = []
  const socket = net.connect(port, host)
  socket.on('data', (bytes) => chunks.push(bytes))
  await new Promise((resolve, reject) => socket.once('end', resolve).once('error', reject))
  unframer((update) => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, update)
    docs.push(doc)
  })(Buffer.concat(chunks))
  return docs.map((doc) => doc.getText('t').length)
}

const joinAutomerge = async ([url], length) => {
  const { Repo } = await import('@automerge/automerge-repo')
  const { WebSocketClientAdapter } = await import('@automerge/automerge-repo-network-websocket')
  const repo = new Repo({ network: [new WebSocketClientAdapter(`ws://${host}:${port}`)], peerId: 'client' })
  await repo.networkSubsystem.whenReady()
  const handle = await repo.find(url)
  await handle.whenReady()
  while ((handle.doc()?.t?.length ?? 0) < length) await new Promise((resolve) => handle.once('change', resolve))
  return [handle.doc().t.length]
}

const joinNamed = async (names) => {
  const lengths = []
  let next = 0
  const worker = async () => {
    while (next < names.length) {
      const doc = await connectors[system](names[next++])
      lengths.push(doc.getText('t').length)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE[system], names.length) }, worker))
  return lengths
}

const docs = new Map()
await warm()
answerAll({
  open: async ({ as = 'a' } = {}) => {
    const doc = await connectors[system]('note')
    const text = doc.getText('t')
    const watching = watcher(() => text.length)
    text.observe(watching.changed)
    docs.set(as, { doc, text, watching })
  },
  watch: ({ as = 'a', count }) => docs.get(as).watching.watch(count),
  arrivals: ({ as = 'a' }) => docs.get(as).watching.arrivals(),
  type: ({ as = 'a', ...typing }) => typeInto((text) => docs.get(as).text.insert(docs.get(as).text.length, text), typing),
  /** Every document there is, whole; how long it took, and how many have `length` characters. */
  join: async ({ names, urls, length }) => {
    const startMs = sharedMs()
    const lengths = await (system === 'tcp' ? joinRaw() : system === 'automerge-repo' ? joinAutomerge(urls, length) : joinNamed(names))
    return { tookMs: sharedMs() - startMs, whole: lengths.filter((here) => here === length).length }
  },
  cpuMs: () => (process.cpuUsage().user + process.cpuUsage().system) / 1000,
})
