/** People at their machines: windows, notes, and what they do in them. */
import type { ErrorCode } from '../base/errors.ts'
import type { DocumentId } from '../base/ids.ts'
import { blame, markerText } from './book.ts'
import type { Chance } from './chance.ts'
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
  /** Nobody does anything from now on; what was sent is still answered. */
  rest(): void
  /** Calls `then` right after the next edit made at this machine. */
  afterNextEdit(machine: Machine, then: () => void): void
}

type Action = EditKind | 'append' | 'create' | 'rename' | 'trash' | 'restore' | 'open'

/** Weights. */
const ACTIONS: readonly (readonly [Action, number])[] = [
  ['type', 44], ['format', 12], ['rich', 12], ['delete', 7], ['block', 6], ['unblock', 2], ['paste', 1],
  ['append', 4], ['create', 1], ['rename', 2], ['trash', 0.7], ['restore', 1.2], ['open', 2],
]
const WEIGHT_SUM = ACTIONS.reduce((sum, [, weight]) => sum + weight, 0)

const NOTES_OPEN_MAX = 4
const PAUSE_MS_MAX = 900
/** Answers to what has just been read: they must never arrive before it. */
const REPLY_PROBABILITY = 0.08
const REPLY_MS_MAX = 4

const STORM_PROBABILITY = 0.6
const STORM_MS_MAX = 30

/** Refusals that an honest window may meet. */
const HONEST_REFUSALS: readonly ErrorCode[] = ['STORE_FULL', 'STORE_CLOSED', 'DOCUMENTS_TOO_LARGE', 'DOCUMENTS_TRASHED', 'DOCUMENTS_WAITING', 'DOCUMENTS_UNKNOWN']

const pickAction = (chance: Chance): Action => {
  let at = chance.below(WEIGHT_SUM * 1000) / 1000
  for (const [action, weight] of ACTIONS) if ((at -= weight) < 0) return action
  return 'type'
}

export const createWorkload = (world: World): Workload => {
  const { trace, book, counts, sometimes } = world
  const chance = world.chance('workload')
  const windows = new Map<Machine, Window[]>()
  const armed = new Map<Machine, () => void>()
  let isResting = false

  const refused = (where: string, what: string, code: ErrorCode, error: unknown) => {
    counts.refusedEdits += 1
    trace.note(`${where}: ${what} refused with ${code}`)
    if (!HONEST_REFUSALS.includes(code)) blame(book, `${where}: ${what} of an honest window was refused: ${code}${code === 'UNKNOWN' ? ` ${String((error as Error)?.stack)}` : ''}`)
  }
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
        if (chance.happens(STORM_PROBABILITY)) machine.run?.clock.after(chance.between(0, STORM_MS_MAX), () => {
          const note = window.notes().find((candidate) => candidate.document === document)
          if (note) edit(machine, window, note, 'rich')
        })
      }
    }
  }
  const append = (machine: Machine, window: Window, note: WindowNote) => {
    // The peer writes it: on top of what the peer has, not of what is still on its way from this window.
    const seen = new Set([...note.everSeen].filter((marker) => book.find(marker)?.by !== window.name || book.find(marker)?.isSaved))
    const marker = book.write({ by: window.name, text: undefined, seen })
    const takes = { workspace: world.workspace, document: note.document, text: markerText(marker) }
    window.pipe.ask((screen) => screen.run('document.append', takes), (answer) => {
      if (answer.ok) book.saved([marker])
      else refused(window.name, 'append', answer.code, answer.error)
    })
    edited(machine)
  }
  const create = (machine: Machine, window: Window) => {
    const marker = book.write({ by: window.name, text: undefined, seen: new Set() })
    const takes = { workspace: world.workspace, title: `Note ${marker}`, markdown: markerText(marker) }
    window.pipe.ask((screen) => screen.run('document.create', takes), (answer) => {
      if (!answer.ok) return refused(window.name, 'create', answer.code, answer.error)
      book.saved([marker])
      window.open(answer.value.document)
    })
    edited(machine)
  }
  const change = (window: Window, document: DocumentId, kind: 'rename' | 'trash' | 'restore') => {
    const takes = { workspace: world.workspace, document }
    const title = `Title ${chance.below(1000)}`
    window.pipe.ask(
      (screen) => kind === 'rename' ? screen.run('document.rename', { ...takes, title }) : screen.run(kind === 'trash' ? 'document.trash' : 'document.restore', takes),
      (answer) => {
        if (!answer.ok) refused(window.name, kind, answer.code, answer.error)
      },
    )
  }
  const openSome = (window: Window) => {
    window.pipe.ask(
      (screen) => screen.run('document.list', { workspace: world.workspace, trash: false }),
      (answer) => {
        if (!answer.ok) return refused(window.name, 'list', answer.code, answer.error)
        const here = answer.value.documents.filter(({ document, here }) => here && !window.isOpen(document)).map(({ document }) => document)
        for (const document of here.slice(0, NOTES_OPEN_MAX - window.notes().length)) window.open(document)
      },
    )
  }

  const act = (machine: Machine, window: Window) => {
    const notes = window.notes()
    const note = chance.happens(0.6) ? notes[0] : notes[chance.below(notes.length)]
    const action = pickAction(chance)
    if (!note || action === 'open') return openSome(window)
    if (action === 'append') append(machine, window, note)
    else if (action === 'create') create(machine, window)
    else if (action === 'rename' || action === 'trash' || action === 'restore') change(window, note.document, action)
    else if (action === 'rich') storm(note.document)
    else edit(machine, window, note, action)
  }
  const live = (machine: Machine, window: Window, run: Run) => {
    run.clock.after(chance.between(10, PAUSE_MS_MAX), () => {
      if (isResting || !windows.get(machine)?.includes(window)) return
      act(machine, window)
      live(machine, window, run)
    })
  }
  const listener = (machine: Machine, run: Run): WindowListener => ({
    cleanup: () => {
      sometimes.formattingCleanup += 1
    },
    remote: (window, note) => {
      if (isResting || !chance.happens(REPLY_PROBABILITY)) return
      run.clock.after(chance.between(0, REPLY_MS_MAX), () => {
        if (window.notes().includes(note)) edit(machine, window, note, 'type')
      })
    },
    saved: (window, markers) => {
      book.saved(markers)
      trace.note(`${window.name} saved ${markers.join(',')}`)
    },
    refused: (window, what, code, error) => refused(window.name, what, code, error),
    list: (window) => {
      if (window.notes().length < NOTES_OPEN_MAX) openSome(window)
    },
  })

  return {
    arrive: (machine) => {
      const run = machine.run
      if (!run?.isUp || !world.joined.has(machine)) return
      const count = chance.pick([0, 1, 1, 1, 2])
      const opened = Array.from({ length: count }, (_, at) => openWindow({
        name: `${machine.name}${run.number}.${at + 1}`, screen: run.peer.openScreen(), workspace: world.workspace,
        clock: run.clock, chance: world.chance(`pipe ${machine.name} ${run.number} ${at}`), book, on: listener(machine, run),
      }))
      windows.set(machine, opened)
      for (const window of opened) {
        openSome(window)
        live(machine, window, run)
      }
    },
    leave: (machine) => {
      for (const window of windows.get(machine) ?? []) window.close()
      windows.delete(machine)
      armed.delete(machine)
    },
    rest: () => {
      isResting = true
    },
    afterNextEdit: (machine, then) => void armed.set(machine, then),
  }
}
