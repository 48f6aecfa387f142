/** Light, dark, or like the system: kept on this machine's browser, put on the root element. */
import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
export const THEMES: readonly Theme[] = ['system', 'light', 'dark']

const STORAGE_KEY = 'lanyard.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

export const chosenTheme = (): Theme => {
  const stored = localStorage.getItem(STORAGE_KEY)
  return THEMES.find((theme) => theme === stored) ?? 'system'
}

export const applyTheme = (): void => {
  document.documentElement.dataset['theme'] = chosenTheme()
}

export const chooseTheme = (theme: Theme): void => {
  localStorage.setItem(STORAGE_KEY, theme)
  applyTheme()
  for (const listener of [...listeners]) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  dark.addEventListener('change', listener)
  return () => {
    listeners.delete(listener)
    dark.removeEventListener('change', listener)
  }
}

const shown = (): 'light' | 'dark' => {
  const theme = chosenTheme()
  if (theme !== 'system') return theme
  return dark.matches ? 'dark' : 'light'
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, chosenTheme)
/** What is on the screen now, for what can't follow CSS. */
export const useShownTheme = (): 'light' | 'dark' => useSyncExternalStore(subscribe, shown)
