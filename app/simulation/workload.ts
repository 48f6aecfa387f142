/** People at their machines: windows, notes, and what they do in them. */
import type { ErrorCode } from '../base/errors.ts'
import type { DocumentId } from '../base/ids.ts'
import { createActions } from './actions.ts'
import { blame } from './book.ts'
import type { Chance } from './chance.ts'
import { editNote } from './edits.ts'
import type { Machine, Run } from './machine.ts'
import type { ActionKind, EditKind, Plan, Step } from './plan.ts'
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
  /** Somebody does this, if anybody sits there with a note open. */
  act(kind: ActionKind, step: Step): void
  /** Everybody plays with the formatting of every note that is open, some times over. */
  stormEverywhere(): void
  /** Nobody answers anybody from now on; what was sent is still answered by the program. */
  rest(): void
  /** Calls `then` right after the next edit made at this machine. */
  afterNextEdit(machine: Machine, then: () => void): void
}

/** Answers to what has just been read: they must never arrive before it. */
const REPLY_MS = [0, 4] as const
const STORM_PROBABILITY = 0.6
const STORM_EDITS_MAX = 3
const STORM_ROUNDS = 10
const STORM_PAUSE_MS = 80
const STORM_MS = [0, 30] as const
/** Windows at a machine: often one, sometimes none. */
const WINDOWS = [0, 1, 1, 1, 2, 2] as const
const FIRST_NOTE_PROBABILITY = 0.6

/** Refusals that an honest window may meet. */
const HONEST_REFUSALS: readonly ErrorCode[] = [
  'STORE_FULL', 'STORE_CLOSED', 'API_CHANNEL_CLOSED', 'DOCUMENTS_TOO_LARGE', 'DOCUMENTS_TRASHED', 'DOCUMENTS_WAITING', 'DOCUMENTS_UNKNOWN',
]

export const createWorkload = (world: World, plan: Pick<Plan, 'windows' | 'replies'>): Workload => {
  const { trace, book, counts, sometimes } = world
  const replies = world.chance('replies')
  const windows = new Map<Machine, Window[]>()
  const armed = new Map<Machine, () => void>()
  let isResting = false

  const refused = (window: Window, what: string, code: ErrorCode, error: unknown) => {
    counts.refusedEdits += 1
    trace.note(`${window.name}: ${what} refused with ${code}`)
    if (HONEST_REFUSALS.includes(code)) return
    const details = code === 'UNKNOWN' ? String((error as Error)?.stack ?? error) : code
    blame(book, 'refusals', `${window.name}: ${what} of an honest window was refused: ${details}`)
  }
  const actions = createActions(world, (window, what, answer) => {
    if (!answer.ok) refused(window, what, answer.code, answer.error)
  })
  const edited = (machine: Machine) => {
    counts.edits += 1
    armed.get(machine)?.()
    armed.delete(machine)
  }
  const edit = (machine: Machine, { window, note, kind, chance }: { window: Window; note: WindowNote; kind: EditKind; chance: Chance }) => {
    const markers = editNote(kind, { note, by: window.name, book, chance })
    trace.note(`${window.name} ${kind} ${note.document.slice(0, 4)} ${markers.join(',')}`)
    edited(machine)
  }
  /** Several people play with the same short line at once: the formatting that meets is what Yjs cleans up. */
  const storm = (document: DocumentId, chance: Chance) => {
    for (const [machine, opened] of windows) {
      for (const window of opened) {
        if (chance.happens(STORM_PROBABILITY)) machine.run?.clock.after(chance.between(...STORM_MS), () => {
          const note = window.notes().find((candidate) => candidate.document === document)
          for (let left = note ? chance.between(1, STORM_EDITS_MAX) : 0; note && left > 0; left--) edit(machine, { window, note, kind: 'rich', chance })
        })
      }
    }
  }
  const act = (kind: ActionKind, step: Step) => {
    const machine = world.machines[step.machine]
    const opened = machine && !machine.run?.clock.isPaused ? (windows.get(machine) ?? []) : []
    if (!machine || opened.length === 0) return
    const chance = world.chance(`step ${step.draw}`)
    const window = chance.pick(opened)
    const notes = window.notes()
    const note = chance.happens(FIRST_NOTE_PROBABILITY) ? notes[0] : notes[chance.below(notes.length)]
    if (!note || kind === 'open') return actions.openSome(window)
    if (kind === 'rename' || kind === 'trash' || kind === 'restore') return actions.change(window, note.document, { kind, chance })
    if (kind === 'cursor' || kind === 'where' || kind === 'name') return actions.look(window, note.document, { kind, chance })
    if (kind === 'rich') return storm(note.document, chance)
    if (kind !== 'append' && kind !== 'create') return edit(machine, { window, note, kind, chance })
    if (kind === 'append') actions.append(window, note)
    else actions.create(window)
    edited(machine)
  }
  const reply = (machine: Machine, run: Run, window: Window, note: WindowNote) => {
    if (isResting || !replies.happens(plan.replies)) return
    run.clock.after(replies.between(...REPLY_MS), () => {
      if (window.notes().includes(note)) edit(machine, { window, note, kind: 'type', chance: replies })
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
      const count = Math.min(plan.windows, world.chance(`windows ${machine.name} ${run.number}`).pick(WINDOWS))
      windows.set(machine, Array.from({ length: count }, (_, at) => sitDown(machine, run, at + 1)))
    },
    leave: (machine) => {
      for (const window of windows.get(machine) ?? []) window.close()
      windows.delete(machine)
      armed.delete(machine)
    },
    act,
    stormEverywhere: () => {
      const chance = world.chance('storm')
      const documents = new Set([...windows.values()].flat().flatMap((window) => window.notes().map(({ document }) => document)))
      for (let round = 0; round < STORM_ROUNDS; round++)
        for (const document of documents) world.time.after(round * STORM_PAUSE_MS, () => storm(document, chance))
    },
    windowsAt: (machine) => windows.get(machine) ?? [],
    rest: () => {
      isResting = true
    },
    afterNextEdit: (machine, then) => void armed.set(machine, then),
  }
}
