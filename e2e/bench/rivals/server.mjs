/** The server of a rival, with documents in it. Started with { system, host, port, directory, plan } as JSON;
 *  `directory` undefined: in memory only. */
import { createRequire } from 'node:module'
import { mkdirSync, openSync, readFileSync, writeFileSync, fsyncSync, closeSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import * as Y from 'yjs'
import { frame } from './frames.mjs'
import { answerAll } from './ops.mjs'
import { documentsOf, updateOf } from './texts.mjs'

const { system, host, port, directory, plan } = JSON.parse(process.argv[2])

/** What went over every connection of this server, before it is closed and after. */
const sockets = []
const emit = net.Server.prototype.emit
net.Server.prototype.emit = function (name, socket, ...rest) {
  if (name === 'connection') sockets.push(socket)
  return emit.call(this, name, socket, ...rest)
}

/** Listens, and sends each comer all documents, framed: nothing can do less. */
const rawServer = async () => {
  const frames = plan ? Buffer.concat(documentsOf(plan).map(([, fill]) => frame(updateOf(fill)))) : Buffer.alloc(0)
  const others = new Set()
  const server = net.createServer((socket) => {
    socket.setNoDelay(true)
    others.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => others.delete(socket))
    // Frames go on to the others as they came.
    socket.on('data', (bytes) => others.forEach((other) => other !== socket && other.write(bytes)))
    if (frames.length > 0) socket.end(frames)
  })
  await new Promise((resolve) => server.listen(port, host, resolve))
}

const yWebsocketServer = async () => {
  process.env.HOST = host
  process.env.PORT = String(port)
  if (directory) process.env.YPERSISTENCE = directory
  const require = createRequire(import.meta.url)
  const { getYDoc } = require('y-websocket/bin/utils')
  if (plan) for (const [name, fill] of documentsOf(plan)) fill(getYDoc(name))
  require('./node_modules/y-websocket/bin/server.cjs')
}

/** One file a document, flushed: at most so much later as the debounce says. */
const filesIn = (folder) => ({
  load: (name) => {
    try {
      return readFileSync(path.join(folder, name))
    } catch {
      return undefined // a document nobody has written to
    }
  },
  store: (name, state) => {
    const file = openSync(path.join(folder, name), 'w')
    writeFileSync(file, state)
    fsyncSync(file)
    closeSync(file)
  },
})

const hocuspocusServer = async () => {
  const { Server } = await import('@hocuspocus/server')
  const files = directory ? filesIn(directory) : undefined
  const states = new Map(plan ? documentsOf(plan).map(([name, fill]) => [name, fill]) : [])
  const server = new Server({
    port, address: host, quiet: true, debounce: 0, maxDebounce: 0,
    onLoadDocument: ({ documentName, document }) => {
      const state = files?.load(documentName)
      if (state) Y.applyUpdate(document, state)
      states.get(documentName)?.(document)
    },
    ...(files ? { onStoreDocument: async ({ documentName, document }) => files.store(documentName, Y.encodeStateAsUpdate(document)) } : {}),
  })
  await server.listen()
}

let automergeUrls = []
const automergeServer = async () => {
  const { WebSocketServer } = await import('ws')
  const { Repo } = await import('@automerge/automerge-repo')
  const adapters = await import('@automerge/automerge-repo-network-websocket')
  const { splice } = await import('@automerge/automerge')
  const Adapter = adapters.WebSocketServerAdapter ?? adapters.NodeWSServerAdapter
  const sockets = new WebSocketServer({ port, host })
  await new Promise((resolve) => sockets.once('listening', resolve))
  const repo = new Repo({ network: [new Adapter(sockets)], peerId: 'server', sharePolicy: async () => false })
  if (plan?.kind !== 'trace') return
  const { readEdits } = await import('./texts.mjs')
  const handle = repo.create({ t: '' })
  handle.change((doc) => readEdits(plan.edits).forEach(([position, deleted, inserted]) => splice(doc, ['t'], position, deleted, inserted)))
  automergeUrls = [handle.url]
}

if (directory) mkdirSync(directory, { recursive: true })
await { tcp: rawServer, 'y-websocket': yWebsocketServer, hocuspocus: hocuspocusServer, 'automerge-repo': automergeServer }[system]()
answerAll({
  urls: () => automergeUrls,
  bytes: () => sockets.reduce((sum, socket) => sum + socket.bytesRead + socket.bytesWritten, 0),
  cpuMs: () => (process.cpuUsage().user + process.cpuUsage().system) / 1000,
})
