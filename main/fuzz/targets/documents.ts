/** Yjs updates: of a screen that edits a note, and of a member's entry that nobody has looked into before. */
import * as Y from 'yjs'
import { toHex } from '../../../app/base/codec.ts'
import type { ErrorCode } from '../../../app/base/errors.ts'
import { deriveClientId } from '../../../app/documents/client-id.ts'
import { SCHEMA } from '../../../app/documents/documents.types.ts'
import { indexDocumentId } from '../../../app/documents/index-document.ts'
import { createMemoryLog, sha256 } from '../../../app/documents/memory-log.fixture.ts'
import { startPeer, WORKSPACE } from '../../../app/documents/peers.fixture.ts'
import { NotTheSame, type Target } from '../target.types.ts'
import type { World } from '../world.ts'
import { marked } from './log.ts'
import { LENGTH_MAX } from './wire.ts'

const SCREEN = 1
const TEXT = 'hello *there*\n'

const startNote = () => {
  const peer = startPeer({ device: 'A' })
  const { document } = peer.documents.create('Plan', TEXT)
  return { peer, document }
}

const firstText = (doc: Y.Doc): Y.XmlText => {
  const group = doc.getXmlFragment('content').get(0) as Y.XmlElement
  return ((group.get(0) as Y.XmlElement).get(0) as Y.XmlElement).get(0) as Y.XmlText
}

/** What an editor does to a note, one thing each. */
const EDITS: readonly ((doc: Y.Doc) => void)[] = [
  (doc) => firstText(doc).insert(0, 'x'),
  (doc) => firstText(doc).insert(2, 'é漢😀', { bold: {}, link: { href: 'https://a.b' } }),
  (doc) => firstText(doc).delete(0, 3),
  (doc) => firstText(doc).format(0, 4, { italic: {} }),
  (doc) => firstText(doc).insertEmbed(1, { kind: 'embed', values: [1, -2.5, true, null, 'x', new Uint8Array(3)] }),
  (doc) => (doc.getXmlFragment('content').get(0) as Y.XmlElement).delete(1, 1),
  (doc) => (doc.getXmlFragment('content').get(0) as Y.XmlElement).setAttribute('level', '3'),
  (doc) => (doc.getXmlFragment('content').get(0) as Y.XmlElement).insert(0, [new Y.XmlElement('blockContainer'), new Y.XmlText('new')]),
  (doc) => doc.getMap('documents').set('a', new Y.Map(Object.entries({ kind: 'note', title: 'Forged', createdMs: 1, trashedMs: null }))),
  (doc) => doc.getArray('list').insert(0, [1, 'a', { b: [undefined, 1n] }, new Y.Array()]),
  (doc) => void doc.getMap('documents').forEach((_, key) => doc.getMap('documents').delete(key)),
]

const updatesOn = (state: Uint8Array, clientId: number): Uint8Array[] =>
  EDITS.flatMap((edit) => {
    const doc = new Y.Doc({ guid: 'sample' })
    Y.applyUpdate(doc, state)
    doc.clientID = clientId
    const vector = Y.encodeStateVector(doc)
    try {
      doc.transact(() => edit(doc))
    } catch {
      // The index has no text to edit.
      return []
    }
    return [Y.encodeStateAsUpdate(doc, vector)]
  })

const stateOf = (documents: ReturnType<typeof startPeer>['documents'], id: Parameters<typeof documents.state>[0]) => toHex(sha256(documents.state(id)))

/** Whatever was taken, it can be shown: as Markdown, as JSON, as a state that another replica takes whole. */
const expectShown = (documents: ReturnType<typeof startPeer>['documents'], id: Parameters<typeof documents.state>[0]) => {
  documents.markdown(id)
  JSON.stringify(documents.json(id))
  const copy = new Y.Doc({ guid: 'copy' })
  Y.applyUpdate(copy, documents.state(id))
  if (copy.store.pendingStructs ?? copy.store.pendingDs) throw new NotTheSame('something of it is missing')
}

const openReplica = () => {
  const { peer, document } = startNote()
  return { peer, document, replica: peer.documents.attach(document, SCREEN) }
}

const updateTarget = (world: World): Target => {
  const { replica: sample } = openReplica()
  return {
    name: 'update',
    samples: [...updatesOn(sample.state, sample.clientId), ...world.updates],
    tokens: [],
    lengthMax: LENGTH_MAX,
    create: () => {
      let open = openReplica()
      const first = stateOf(open.peer.documents, open.document)
      return {
        digest: () => stateOf(open.peer.documents, open.document) + open.peer.log.disk.length,
        take: (input): ErrorCode | undefined => {
          const answer = open.replica.apply(input)
          if (!answer.ok) return answer.code
          answer.value.catch(() => {})
          open.peer.clock.advance(1000)
          expectShown(open.peer.documents, open.document)
          // The samples fit the note as it was.
          if (stateOf(open.peer.documents, open.document) !== first) open = openReplica()
          return undefined
        },
        works: () => {
          const [good] = updatesOn(open.peer.documents.state(open.document), open.replica.clientId)
          if (!open.replica.apply(good!).ok) throw new NotTheSame('a good edit is not taken')
          open = openReplica()
        },
      }
    },
  }
}

/** The first byte says into which document a member writes it, and how it claims to be split. */
const intakeTarget = (): Target => {
  const index = indexDocumentId(sha256, WORKSPACE)
  const start = () => {
    const { peer, document } = startNote()
    const mallory = createMemoryLog({ device: 'M', session: 7 })
    for (const sealed of peer.log.disk) mallory.accept(sealed)
    const clientId = deriveClientId(sha256, mallory.startHash(mallory.self), SCREEN)
    for (const sealed of mallory.disk) peer.log.accept(sealed)
    const send = (input: Uint8Array) => {
      const [mark = 0] = input
      const part = mark % 16 === 15 ? { index: 0, count: 2 } : { index: 0, count: 1 }
      const to = mark % 2 === 0 ? document : index
      const sealed = mallory.forge({ kind: 'data', document: to, schema: SCHEMA, screen: SCREEN, part, payload: input.slice(1) })
      mallory.accept(sealed)
      peer.log.accept(sealed)
    }
    return { peer, document, clientId, send }
  }
  const sample = start()
  const indexState = () => {
    const doc = new Y.Doc({ guid: 'index' })
    for (const { entry } of sample.peer.log.disk) if (entry.document === index) Y.applyUpdate(doc, entry.payload)
    return Y.encodeStateAsUpdate(doc)
  }
  const refusals = (peer: ReturnType<typeof startPeer>) => new Map(peer.documents.quarantined)
  return {
    name: 'intake',
    samples: [
      ...updatesOn(sample.peer.documents.state(sample.document), sample.clientId).map((update) => marked(0, update)),
      ...updatesOn(indexState(), sample.clientId).map((update) => marked(1, update)),
    ],
    tokens: [],
    lengthMax: LENGTH_MAX,
    inputsPerLife: 400,
    create: () => {
      let open = start()
      const digest = () => JSON.stringify(open.peer.documents.list().map(({ document, title }) => [title, stateOf(open.peer.documents,
        document)]))
      const first = digest()
      return {
        digest,
        take: (input): ErrorCode | undefined => {
          const before = refusals(open.peer)
          open.send(input)
          const refusal = [...refusals(open.peer)].find(([code, count]) => count > (before.get(code) ?? 0))?.[0]
          if (refusal) return refusal as ErrorCode
          // The index may well have lost its line.
          const [line] = open.peer.documents.list()
          if (line) expectShown(open.peer.documents, line.document)
          if (!line || digest() !== first) open = start()
          return undefined
        },
        works: () => {
          const before = open.peer.documents.markdown(open.document)
          const [good] = updatesOn(open.peer.documents.state(open.document), open.clientId)
          open.send(marked(0, good!))
          if (open.peer.documents.markdown(open.document) === before) throw new NotTheSame('a good entry is not applied')
          open = start()
        },
      }
    },
  }
}

export const documentTargets = (world: World): readonly Target[] => [updateTarget(world), intakeTarget()]
