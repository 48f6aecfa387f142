/** People at their machines: windows, notes, and what they do in them. */
import type { ErrorCode } from '../base/errors.ts'
import type { DocumentId } from '../base/ids.ts'
import { createActions, pickAction } from './actions.ts'
import { blame } from './book.ts'
import { editNote } from './edits.ts'
import type { EditKind } from './edits.ts'
import type { Machine, Run } from './machine.ts'
import { openWindow } from './window.ts'
import type { Window, WindowListener } from './window.ts'
import type { WindowNote } from './window-note.ts'
import type { World } from './world.ts'

export interface Workload {
  /** People sit down at a machine that has just started. */
  arrive(machine: Machine): void
  /** The machine died, or is about to stop: its windows close. */
  leave(machine: Machine): void
  windowsAt(machine: Machine): readonly Window[]
  /** Everybody plays with the formatting of every note that is open, some times over. */
  stormEverywhere(): void
  /** Nobody does anything from now on; what was sent is still answered. */
  rest(): void
  /** Calls `then` right after the next edit made at this machine. */
  afterNextEdit(machine: Machine, then: () => void): void
}

const PAUSE_MS = [10, 1200] as const
/** Answers to what has just been read: they must never arrive before it. */
const REPLY_PROBABILITY = 0.08
const REPLY_MS = [0, 4] as const
const STORM_PROBABILITY = 0.6
const STORM_EDITS_MAX = 3
const STORM_ROUNDS = 10
const STORM_PAUSE_MS = 80
const STORM_MS = [0, 30] as const
/** Windows at a machine: often one, sometimes none. */
const WINDOWS = [0, 1, 1, 2, 2] as const
const FIRST_NOTE_PROBABILITY = 0.6

/** Refusals that an honest window may meet. */
const HONEST_REFUSALS: readonly ErrorCode[] = [
  'STORE_FULL', 'STORE_CLOSED', 'API_CHANNEL_CLOSED', 'DOCUMENTS_TOO_LARGE', 'DOCUMENTS_TRASHED', 'DOCUMENTS_WAITING', 'DOCUMENTS_UNKNOWN',
]

export const createWorkload = (world: World): Workload => {
  const { trace, book, counts, sometimes } = world
  const chance = world.chance('workload')
  const windows = new Map<Machine, Window[]>()
  const armed = new Map<Machine, () => void>()
  let isResting = false

  const refused = (window: Window, what: string, code: ErrorCode, error: unknown) => {
    counts.refusedEdits += 1
    trace.note(`${window.name}: ${what} refused with ${code}`)
    if (HONEST_REFUSALS.includes(code)) return
    const details = code === 'UNKNOWN' ? String((error as Error)?.stack ?? error) : code
    blame(book, `${window.name}: ${what} of an honest window was refused: ${details}`)
  }
  const actions = createActions(world, chance, (window, what, answer) => {
    if (!answer.ok) refused(window, what, answer.code, answer.error)
  })
  const edited = (machine: Machine) => {
    counts.edits += 1
    armed.get(machine)?.()
    armed.delete(machine)
  }
  const edit = (machine: Machine, window: Window, note: WindowNote, kind: EditKind) => {
    const markers = editNote(kind, { note, by: window.name, book, chance })
    trace.note(`${window.name} ${kind} ${note.document.slice(0, 4)} ${markers.join(',')}`)
    edited(machine)
  }
  /** Several people play with the same short line at once: the formatting that meets is what Yjs cleans up. */
  const storm = (document: DocumentId) => {
    for (const [machine, opened] of windows) {
      for (const window of opened) {
        if (chance.happens(STORM_PROBABILITY)) machine.run?.clock.after(chance.between(...STORM_MS), () => {
          const note = window.notes().find((candidate) => candidate.document === document)
          for (let left = note ? chance.between(1, STORM_EDITS_MAX) : 0; note && left > 0; left--) edit(machine, window, note, 'rich')
        })
      }
    }
  }
  const act = (machine: Machine, window: Window) => {
    const notes = window.notes()
    const note = chance.happens(FIRST_NOTE_PROBABILITY) ? notes[0] : notes[chance.below(notes.length)]
    const action = pickAction(chance)
    if (!note || action === 'open') return actions.openSome(window)
    if (action === 'rename' || action === 'trash' || action === 'restore') return actions.change(window, note.document, action)
    if (action === 'cursor' || action === 'where' || action === 'name') return actions.look(window, note.document, action)
    if (action === 'rich') return storm(note.document)
    if (action !== 'append' && action !== 'create') return edit(machine, window, note, action)
    if (action === 'append') actions.append(window, note)
    else actions.create(window)
    edited(machine)
  }
  const live = (machine: Machine, window: Window, run: Run) => {
    run.clock.after(chance.between(...PAUSE_MS), () => {
      if (isResting || !windows.get(machine)?.includes(window)) return
      act(machine, window)
      live(machine, window, run)
    })
  }
  const reply = (machine: Machine, run: Run, window: Window, note: WindowNote) => {
    if (isResting || !chance.happens(REPLY_PROBABILITY)) return
    run.clock.after(chance.between(...REPLY_MS), () => {
      if (window.notes().includes(note)) edit(machine, window, note, 'type')
    })
  }
  const listener = (machine: Machine, run: Run): WindowListener => ({
    cleanup: () => {
      sometimes.formattingCleanup += 1
    },
    remote: (window, note) => reply(machine, run, window, note),
    saved: (window, markers) => {
      book.saved(markers)
      trace.note(`${window.name} saved ${markers.join(',')}`)
    },
    refused,
    list: actions.openSome,
  })
  const sitDown = (machine: Machine, run: Run, place: number): Window => {
    const window = openWindow({
      name: `${machine.name}${run.number}.${place}`, screen: run.peer.openScreen(), workspace: world.workspace,
      clock: run.clock, chance: world.chance(`pipe ${machine.name} ${run.number} ${place}`), book, on: listener(machine, run),
    })
    actions.openSome(window)
    return window
  }

  return {
    arrive: (machine) => {
      const run = machine.run
      if (!run?.isUp || !world.joined.has(machine)) return
      const opened = Array.from({ length: chance.pick(WINDOWS) }, (_, at) => sitDown(machine, run, at + 1))
      windows.set(machine, opened)
      for (const window of opened) live(machine, window, run)
    },
    leave: (machine) => {
      for (const window of windows.get(machine) ?? []) window.close()
      windows.delete(machine)
      armed.delete(machine)
    },
    stormEverywhere: () => {
      const documents = new Set([...windows.values()].flat().flatMap((window) => window.notes().map(({ document }) => document)))
      for (let round = 0; round < STORM_ROUNDS; round++)
        for (const document of documents) world.time.after(round * STORM_PAUSE_MS, () => storm(document))
    },
    windowsAt: (machine) => windows.get(machine) ?? [],
    rest: () => {
      isResting = true
    },
    afterNextEdit: (machine, then) => void armed.set(machine, then),
  }
}
