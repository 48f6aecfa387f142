/** A process of windows for the benchmarks: each speaks to its host as the app's own window does. */
import type { PeerClient } from '../../app/api/client.ts'
import type { CommandKind, Takes } from '../../app/api/commands.ts'
import type { WorkspaceView } from '../../app/api/views.ts'
import type { DocumentId, WorkspaceId } from '../../app/base/ids.ts'
import { connectToHost } from '../cli/connection.ts'
import { openNote, type BenchNote } from './note.ts'
import { answerAll, sharedMs } from './ops.ts'
import { typeInto, type Typing } from './typing.ts'

interface As {
  /** Name of the window. */
  readonly as: string
}

/** What a status must say. */
interface Wanted extends As {
  readonly entries?: number
  readonly documents?: number
  readonly reachable?: number
  readonly timeoutMs: number
}

/** Asking costs the peer something: the longer it takes, the less often, to within a fiftieth of the time. */
const POLL_MS_MIN = 4
const POLL_SHARE = 1 / 50

const clients = new Map<string, PeerClient>()
const notes = new Map<string, BenchNote>()
const clientOf = ({ as }: As) => clients.get(as)!
const noteOf = ({ as }: As) => notes.get(as)!
const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs))

const meets = (workspace: WorkspaceView | undefined, { entries, documents, reachable }: Wanted): boolean => {
  if (workspace === undefined || workspace.pending > 0) return false
  if (entries !== undefined && (workspace.entries < entries || workspace.isFilling)) return false
  if (documents !== undefined && workspace.documents < documents) return false
  return reachable === undefined || workspace.members.filter((member) => !member.self && member.reachable).length === reachable
}

answerAll({
  connect: async ({ as, dataDir }: As & { dataDir: string }) => {
    clients.set(as, await connectToHost(dataDir))
  },
  /** Any command; the answer, and how long it took. */
  run: async ({ as, kind, takes }: As & { kind: CommandKind; takes: Takes<CommandKind> }) => {
    const startMs = sharedMs()
    const gives = await clientOf({ as }).run(kind, takes)
    return { gives, startMs, tookMs: sharedMs() - startMs }
  },
  /** Polls the status until it says so; when that was. */
  until: async (wanted: Wanted) => {
    const startMs = sharedMs()
    for (const endMs = startMs + wanted.timeoutMs; ;) {
      const { workspaces } = await clientOf(wanted).run('status', {})
      if (meets(workspaces[0], wanted)) return sharedMs()
      if (sharedMs() > endMs) throw new Error(`not within ${wanted.timeoutMs} ms: ${JSON.stringify(workspaces[0])}`)
      await pause(Math.max(POLL_MS_MIN, POLL_SHARE * (sharedMs() - startMs)))
    }
  },
  /** Opens a note; its length in characters, and how long that took. */
  open: async ({ as, workspace, document }: As & { workspace: WorkspaceId; document: DocumentId }) => {
    const startMs = sharedMs()
    const note = await openNote(clientOf({ as }), { workspace, document })
    notes.set(as, note)
    return { length: note.length(), tookMs: sharedMs() - startMs, endMs: sharedMs() }
  },
  /** Waits until the open note has so many characters; when that was. */
  untilLength: async ({ as, length, timeoutMs }: As & { length: number; timeoutMs: number }) => {
    for (const endMs = sharedMs() + timeoutMs; noteOf({ as }).length() < length; await pause(POLL_MS_MIN))
      if (sharedMs() > endMs) throw new Error(`${noteOf({ as }).length()} of ${length} characters within ${timeoutMs} ms`)
    return sharedMs()
  },
  watch: ({ as, count }: As & { count: number }) => noteOf({ as }).watch(count),
  arrivals: (of: As) => noteOf(of).arrivals(),
  /** When each key went down. */
  type: ({ as, ...typing }: As & Typing) => typeInto((text) => noteOf({ as }).insert(text), typing),
  saved: (of: As) => noteOf(of).saved(),
  /** Types one key at a time, each once the one before is held by every machine: when each was typed, saved here, and held by all. */
  typeHeld: async ({ as, count, gapMs }: As & Typing) => {
    const note = noteOf({ as })
    const keys: { typedMs: number; savedMs: number; heldMs: number }[] = []
    for (let key = 0; key < count; key++) {
      const typedMs = sharedMs()
      note.insert('x')
      const held = note.heldByAll()
      await note.saved()
      keys.push({ typedMs, savedMs: sharedMs(), heldMs: await held })
      await pause(gapMs)
    }
    return keys
  },
  text: ({ as, workspace, document }: As & { workspace: WorkspaceId; document: DocumentId }) =>
    clientOf({ as }).run('document.markdown', { workspace, document }),
  close: (of: As) => {
    clientOf(of).close()
    clients.delete(of.as)
    notes.delete(of.as)
  },
})
