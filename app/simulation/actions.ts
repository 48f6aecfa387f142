/** What people do besides editing: new notes, names, the trash, a line from the command line. */
import type { DocumentId } from '../base/ids.ts'
import { markerText } from './book.ts'
import type { Chance } from './chance.ts'
import type { Answer, PeerScreen } from './screen-pipe.ts'
import type { Window } from './window.ts'
import type { WindowNote } from './window-note.ts'
import type { World } from './world.ts'

const NOTES_OPEN_MAX = 4
const TITLES = 1000

/** @param refused told of every refusal */
export const createActions = (world: World, refused: (window: Window, what: string, answer: Answer<unknown>) => void) => {
  const { book } = world
  const workspace = () => world.workspace
  /** The peer writes it: on top of what the peer has, not of what is still on its way from this window. */
  const seenByPeer = (window: Window, note: WindowNote) =>
    new Set([...note.everSeen].filter((marker) => book.find(marker)?.by !== window.name || book.find(marker)?.isSaved))

  return {
    append: (window: Window, note: WindowNote) => {
      const marker = book.write({ by: window.name, text: undefined, seen: seenByPeer(window, note) })
      const takes = { workspace: workspace(), document: note.document, text: markerText(marker) }
      window.pipe.ask((screen) => screen.run('document.append', takes), (answer) => {
        if (answer.ok) book.saved([marker])
        else refused(window, 'append', answer)
      })
    },
    create: (window: Window) => {
      const marker = book.write({ by: window.name, text: undefined, seen: new Set() })
      const takes = { workspace: workspace(), title: `Note ${marker}`, markdown: markerText(marker) }
      window.pipe.ask((screen) => screen.run('document.create', takes), (answer) => {
        if (!answer.ok) return refused(window, 'create', answer)
        book.saved([marker])
        window.open(answer.value.document)
      })
    },
    change: (window: Window, document: DocumentId, { kind, chance }: { kind: 'rename' | 'trash' | 'restore'; chance: Chance }) => {
      const takes = { workspace: workspace(), document }
      const title = `Title ${chance.below(TITLES)}`
      window.pipe.ask(
        (screen) => (kind === 'rename' ? screen.run('document.rename', { ...takes, title }) : screen.run(`document.${kind}`, takes)),
        (answer) => {
          if (!answer.ok) refused(window, kind, answer)
        },
      )
    },
    /** What leaves nothing in a note, and must disturb nothing. */
    look: (window: Window, document: DocumentId, { kind, chance }: { kind: 'cursor' | 'where' | 'name'; chance: Chance }) => {
      const takes = { workspace: workspace(), document }
      const state = chance.happens(0.2) ? null : JSON.stringify({ at: chance.below(100) })
      const name = `Machine ${chance.below(TITLES)}`
      const asks = {
        cursor: (screen: PeerScreen) => screen.run('presence.set', { ...takes, state }),
        where: (screen: PeerScreen) => screen.run('document.where', takes),
        name: (screen: PeerScreen) => screen.run('machine.rename', { name }),
      }
      window.pipe.ask<unknown>(asks[kind], (answer) => {
        if (!answer.ok) refused(window, kind, answer)
      })
    },
    openSome: (window: Window) => {
      if (window.notes().length >= NOTES_OPEN_MAX) return
      window.pipe.ask((screen) => screen.run('document.list', { workspace: workspace(), trash: false }), (answer) => {
        if (!answer.ok) return refused(window, 'list', answer)
        const here = answer.value.documents.filter((view) => view.here && !window.isOpen(view.document))
        for (const { document } of here.slice(0, NOTES_OPEN_MAX - window.notes().length)) window.open(document)
      })
    },
  }
}
