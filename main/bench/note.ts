/** One note as a window of the app holds it: a Yjs replica beside the peer, and one edit under way at a time. */
import * as Y from 'yjs'
import type { PeerClient } from '../../app/api/client.ts'
import type { WhereView } from '../../app/api/views.ts'
import type { DocumentId, WorkspaceId } from '../../app/base/ids.ts'
import { sharedMs } from './ops.ts'

export interface BenchNote {
  readonly doc: Y.Doc
  /** Characters in all its paragraphs. */
  length(): number
  insert(text: string): void
  /** The host has confirmed every edit: each survives a power cut there. */
  saved(): Promise<void>
  /** Notes when each of the next `count` characters is there, typed by whomever. */
  watch(count: number): void
  /** When they were; resolves with the last. */
  arrivals(): Promise<readonly number[]>
  /** When a receipt first said that every machine holds all of it, this one included. */
  heldByAll(): Promise<number>
}

const REMOTE = Symbol('remote')

export const openNote = async (client: PeerClient, place: { workspace: WorkspaceId; document: DocumentId }): Promise<BenchNote> => {
  const doc = new Y.Doc()
  /** Told between the host's snapshot and its arrival here. */
  let early: Uint8Array[] | undefined = []
  const holders = new Set<(where: WhereView) => void>()
  const take = (update: Uint8Array) => (early === undefined ? Y.applyUpdate(doc, update, REMOTE) : void early.push(update))
  client.onEvent((event) => {
    if (event.kind === 'update' && event.document === place.document) take(event.update)
    if (event.kind === 'where' && event.where.document === place.document) for (const holder of [...holders]) holder(event.where)
  })
  const { clientId, state } = await client.run('document.attach', place)
  doc.clientID = clientId
  for (const update of [state, ...early]) Y.applyUpdate(doc, update, REMOTE)
  early = undefined
  const sender = createSender((update) => client.run('document.update', { ...place, update }))
  doc.on('update', (update: Uint8Array, origin: unknown) => origin !== REMOTE && sender.send(update))
  const arrivals = watchArrivals(doc)
  return {
    doc,
    length: () => lengthOf(doc),
    insert: (text) => {
      const line = firstText(doc)
      line.insert(line.length, text)
    },
    saved: sender.saved,
    ...arrivals,
    heldByAll: () =>
      new Promise((resolve) => {
        const holder = ({ saved, machines }: WhereView) => {
          if (!saved || sender.isBusy() || machines.some(({ self, holds }) => !self && holds !== 'all')) return
          holders.delete(holder)
          resolve(sharedMs())
        }
        holders.add(holder)
      }),
  }
}

/** As renderer/note/edits.ts does: one edit under way, and what is typed meanwhile goes together. */
const createSender = (run: (update: Uint8Array) => Promise<unknown>) => {
  let waiting: Uint8Array[] = []
  let isSending = false
  let failed: unknown
  const settled = new Set<() => void>()
  const pump = async () => {
    isSending = true
    while (waiting.length > 0 && failed === undefined) {
      const edits = waiting
      waiting = []
      await run(edits.length === 1 ? edits[0]! : Y.mergeUpdates(edits)).catch((error: unknown) => (failed = error))
    }
    isSending = false
    for (const done of settled) done()
    settled.clear()
  }
  return {
    send: (update: Uint8Array) => {
      waiting.push(update)
      if (!isSending) void pump()
    },
    isBusy: () => isSending,
    saved: async () => {
      if (isSending) await new Promise<void>((resolve) => settled.add(resolve))
      if (failed !== undefined) throw failed
    },
  }
}

const watchArrivals = (doc: Y.Doc) => {
  let times: number[] = []
  let wanted = 0
  let from = 0
  let done = Promise.withResolvers<readonly number[]>()
  const content = doc.getXmlFragment('content')
  content.observeDeep(() => {
    if (times.length >= wanted) return
    const now = sharedMs()
    for (let here = lengthOf(doc) - from; times.length < Math.min(here, wanted);) times.push(now)
    if (times.length === wanted) done.resolve(times)
  })
  return {
    watch: (count: number) => {
      times = []
      wanted = count
      from = lengthOf(doc)
      done = Promise.withResolvers()
    },
    arrivals: () => done.promise,
  }
}

const textsOf = (node: Y.XmlFragment | Y.XmlElement): Y.XmlText[] =>
  node.toArray().flatMap((child) => (child instanceof Y.XmlText ? [child] : child instanceof Y.XmlElement ? textsOf(child) : []))

export const lengthOf = (doc: Y.Doc): number => textsOf(doc.getXmlFragment('content')).reduce((sum, text) => sum + text.length, 0)

/** The text of the first paragraph, made when it is still empty. */
export const firstText = (doc: Y.Doc): Y.XmlText => {
  const content = doc.getXmlFragment('content')
  const [found] = textsOf(content)
  if (found !== undefined) return found
  const empty = (content.firstChild as Y.XmlElement).firstChild as Y.XmlElement
  const made = new Y.XmlText()
  ;(empty.firstChild as Y.XmlElement).insert(0, [made])
  return made
}
