/** The editor's awareness, fed by the peer's presence events and sent by its command: no provider in between. */
import { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import type { PresenceView } from '../../app/api/views.ts'
import { isPlainObject } from '../../app/api/validate.ts'

export interface Presence {
  readonly awareness: Awareness
  readonly take: (view: PresenceView) => void
  /** Everybody else in the note, one a machine. */
  readonly people: () => readonly Person[]
  /** Nobody else is known any longer. */
  readonly clear: () => void
  readonly stop: () => void
}

export interface Person {
  readonly name: string
  readonly color: string
}

export interface PresencePorts {
  /** JSON text of this screen's state. */
  readonly send: (state: string) => void
  readonly onPeople: () => void
}

/** Cursor moves go out at most this often. */
const SEND_EVERY_MS = 50
/** y-prosemirror draws only such colours. */
const COLOR = /^#[0-9a-fA-F]{6}$/
const COLOR_UNKNOWN = '#6b7280'
/** The awareness forgets states that nobody renewed; here the peer says who is gone, so remote ones never grow old. */
const NEVER_OUTDATED = Number.POSITIVE_INFINITY

export const createPresence = (doc: Y.Doc, { send, onPeople }: PresencePorts): Presence => {
  const awareness = new Awareness(doc)
  const stopSending = sendChanges(awareness, send)
  const views = new Map<number, PresenceView>()

  const take = (view: PresenceView) => {
    if (view.clientId === awareness.clientID) return
    if (view.state === null) views.delete(view.clientId)
    else views.set(view.clientId, view)
    setRemoteState(awareness, view.clientId, view.state === null ? null : remoteState(view))
    onPeople()
  }

  return {
    awareness,
    take,
    people: () => [...new Map([...views.values()].map((view) => [view.device, person(view)])).values()],
    clear: () => {
      for (const clientId of views.keys()) setRemoteState(awareness, clientId, null)
      views.clear()
      onPeople()
    },
    stop: () => {
      stopSending()
      awareness.destroy()
    },
  }
}

const person = ({ name, color }: PresenceView): Person => ({ name, color: COLOR.test(color) ? color : COLOR_UNKNOWN })

/** The other screen's cursor with the name and colour that its machine signed, whatever the screen itself claims. */
const remoteState = (view: PresenceView): Record<string, unknown> => {
  let claimed: unknown
  try {
    claimed = JSON.parse(view.state ?? 'null')
  } catch {
    // What can't be read shows no cursor; the person is there all the same.
  }
  return { cursor: isPlainObject(claimed) ? (claimed['cursor'] ?? null) : null, user: person(view) }
}

const setRemoteState = (awareness: Awareness, clientId: number, state: Record<string, unknown> | null) => {
  const wasThere = awareness.states.has(clientId)
  const isThere = state !== null
  if (!isThere && !wasThere) return
  const clock = (awareness.meta.get(clientId)?.clock ?? 0) + 1
  awareness.meta.set(clientId, { clock, lastUpdated: NEVER_OUTDATED })
  if (isThere) awareness.states.set(clientId, state)
  else awareness.states.delete(clientId)
  const when = (isSo: boolean) => (isSo ? [clientId] : [])
  const change = { added: when(!wasThere), updated: when(wasThere && isThere), removed: when(!isThere) }
  awareness.emit('change', [change, 'peer'])
  awareness.emit('update', [change, 'peer'])
}

/** Sends this screen's state when it changes and when the awareness renews it, the first at once, later ones together. */
const sendChanges = (awareness: Awareness, send: (state: string) => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let hasMore = false

  const sendNow = () => {
    hasMore = false
    timer = setTimeout(() => {
      timer = undefined
      if (hasMore) sendNow()
    }, SEND_EVERY_MS)
    const state = awareness.getLocalState()
    if (state !== null) send(JSON.stringify({ cursor: (state['cursor'] as unknown) ?? null }))
  }

  const changed = (_change: unknown, origin: unknown) => {
    if (origin !== 'local') return
    if (timer === undefined) sendNow()
    else hasMore = true
  }

  awareness.on('update', changed)
  return () => {
    clearTimeout(timer)
    awareness.off('update', changed)
  }
}
