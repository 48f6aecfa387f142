/** Single keys of the whole window: only while nobody is typing and no dialog is open. */
import { useEffect, useEffectEvent } from 'react'

export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)

const dialogIsOpen = () => document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null

/** In the editor Ctrl K on selected text makes a link: that is the editor's. */
const isEditorsOwn = (event: KeyboardEvent) => event.target instanceof HTMLElement && event.target.isContentEditable && getSelection()?.isCollapsed === false

const nameOf = (event: KeyboardEvent) => `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`

/** @param shortcuts by key: `n`, `/`, `Ctrl+k` */
export const useShortcuts = (shortcuts: Shortcuts): void => {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const name = nameOf(event)
    const act = shortcuts[name]
    if (act === undefined || event.defaultPrevented || event.altKey || dialogIsOpen()) return
    if (name.startsWith('Ctrl+') ? isEditorsOwn(event) : isTyping(event.target)) return
    event.preventDefault()
    act(event)
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event)
    // Before the editor sees it: it would take Ctrl K for itself even with nothing selected.
    addEventListener('keydown', listener, { capture: true })
    return () => removeEventListener('keydown', listener, { capture: true })
  }, [])
}
