/** Fills a data directory as the peer itself would, in time that passes as fast as it writes. Started with a plan as JSON;
 *  prints what it made. */
import { readFileSync } from 'node:fs'
import * as Y from 'yjs'
import type { PeerScreen } from '../../app/api/peer-service.ts'
import type { DocumentId, WorkspaceId } from '../../app/base/ids.ts'
import { silentLogger } from '../../app/base/logger.ts'
import { systemRandom } from '../../app/base/random.ts'
import { createPeer } from '../../app/peer.ts'
import { createSqliteStore } from '../../app/store/sqlite.ts'
import { prepareDataDirectory } from '../data-directory.ts'
import { loneNetwork } from './lone-network.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { firstText } from './note.ts'

export type Plan = { readonly dataDir: string; readonly name: string } & (
  | { readonly kind: 'notes'; readonly count: number; readonly noteBytes: number }
  /** `edits`: a file of [position, deleted, inserted] in JSON. `gapMs` 0: as one import. */
  | { readonly kind: 'trace'; readonly edits: string; readonly gapMs: number }
  /** `keys` in all, spread over `documents`. */
  | { readonly kind: 'typed'; readonly documents: number; readonly keys: number; readonly gapMs: number }
)
type Edit = readonly [position: number, deleted: number, inserted: string]

interface Desk {
  readonly screen: PeerScreen
  readonly clock: ManualClock
  readonly workspace: WorkspaceId
}

const MONTH_MS = 30 * 24 * 3600 * 1000
/** Typing between two looks at the real world: flushes come to an end there. */
const KEYS_AT_ONCE = 500
const NOTES_AT_ONCE = 100
const turn = () => new Promise((resolve) => setImmediate(resolve))
const LOREM = 'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua '
const noteText = (index: number, bytes: number) => `note ${index} ${LOREM.repeat(Math.ceil(bytes / LOREM.length))}`.slice(0, bytes)

/** A promise of the peer's own may wait for its clock. */
const settle = async <T>(promise: Promise<T>, clock: ManualClock): Promise<T> => {
  let isDone = false
  const watched = promise.finally(() => (isDone = true))
  watched.catch(() => undefined)
  while (!isDone) {
    clock.advance(5)
    await turn()
  }
  return watched
}

const createNote = async ({ screen, clock, workspace }: Desk, title: string, markdown: string) =>
  (await settle(screen.run('document.create', { workspace, title, markdown }), clock)).document

/** A window with the note open: what is done in its document is sent. */
const openWindow = async ({ screen, workspace }: Desk, document: DocumentId) => {
  const { clientId, state } = await screen.run('document.attach', { workspace, document })
  const doc = new Y.Doc()
  doc.clientID = clientId
  Y.applyUpdate(doc, state)
  const failures: unknown[] = []
  doc.on('update', (update: Uint8Array) => {
    screen.run('document.update', { workspace, document, update }).catch((error: unknown) => failures.push(error))
  })
  return { doc, failures, text: firstText(doc) }
}

const typeAll = async (desk: Desk, document: DocumentId, { edits, gapMs }: { edits: readonly Edit[]; gapMs: number }) => {
  const { doc, text, failures } = await openWindow(desk, document)
  const apply = ([position, deleted, inserted]: Edit) => {
    if (deleted > 0) text.delete(position, deleted)
    if (inserted !== '') text.insert(position, inserted)
  }
  if (gapMs === 0) doc.transact(() => edits.forEach(apply))
  for (const [index, edit] of gapMs === 0 ? [] : edits.entries()) {
    doc.transact(() => apply(edit))
    desk.clock.advance(gapMs)
    if (index % KEYS_AT_ONCE === 0) await turn()
  }
  desk.clock.advance(1000)
  await turn()
  if (failures.length > 0) throw failures[0]
  await settle(desk.screen.run('document.detach', { workspace: desk.workspace, document }), desk.clock)
  doc.destroy()
}

const carryOut = async (desk: Desk, plan: Plan): Promise<readonly DocumentId[]> => {
  if (plan.kind === 'notes') {
    const documents: DocumentId[] = []
    for (let from = 0; from < plan.count; from += NOTES_AT_ONCE) {
      const some = Array.from({ length: Math.min(NOTES_AT_ONCE, plan.count - from) }, (_, at) => from + at)
      documents.push(...(await Promise.all(some.map((index) => createNote(desk, `Note ${index}`, noteText(index, plan.noteBytes))))))
    }
    return documents
  }
  if (plan.kind === 'trace') {
    const document = await createNote(desk, 'Trace', '')
    await typeAll(desk, document, { edits: JSON.parse(readFileSync(plan.edits, 'utf8')) as Edit[], gapMs: plan.gapMs })
    return [document]
  }
  const documents: DocumentId[] = []
  const keys = Math.ceil(plan.keys / plan.documents)
  for (let index = 0; index < plan.documents; index++) {
    const document = await createNote(desk, `Typed ${index}`, '')
    documents.push(document)
    const edits = Array.from({ length: keys }, (_, at) => [at, 0, LOREM[at % LOREM.length]!] as const)
    await typeAll(desk, document, { edits, gapMs: plan.gapMs })
  }
  return documents
}

const generate = async (plan: Plan) => {
  prepareDataDirectory(plan.dataDir)
  const clock = createManualClock(Date.now() - MONTH_MS)
  const peer = createPeer({
    store: createSqliteStore(plan.dataDir), network: loneNetwork(), discoveries: [], clock, random: systemRandom(),
    logger: silentLogger, machineName: plan.name, version: 'bench', keysAreUnprotected: true,
  })
  await peer.start()
  const screen = peer.openScreen()
  const { workspace } = await settle(screen.run('workspace.create', { name: 'Bench' }), clock)
  const before = (await screen.run('status', {})).workspaces[0]!.entries
  const documents = await carryOut({ screen, clock, workspace }, plan)
  clock.advance(1000)
  const { entries } = (await screen.run('status', {})).workspaces[0]!
  screen.close()
  await settle(peer.stop(), clock)
  return { workspace, documents, entries, written: entries - before }
}

process.stdout.write(`${JSON.stringify(await generate(JSON.parse(process.argv[2]!) as Plan))}\n`)
