/** Single keys of the whole window: only while nobody is typing and no dialog is open. */
import { useEffect, useEffectEvent } from 'react'

export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))

/** A toast is a dialog only by its role. */
const dialogIsOpen = () => document.querySelector('[role=dialog]:not(.toast), [role=alertdialog], [role=menu]') !== null

/** In the editor Ctrl K on selected text makes a link: that is the editor's. */
const isEditorsOwn = ({ target }: KeyboardEvent) =>
  target instanceof HTMLElement && target.isContentEditable && getSelection()?.isCollapsed === false

const nameOf = ({ ctrlKey, metaKey, key }: KeyboardEvent) => {
  const name = key.length === 1 ? key.toLowerCase() : key
  return ctrlKey || metaKey ? `Ctrl+${name}` : name
}

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
