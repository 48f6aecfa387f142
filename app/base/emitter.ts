import type { Cancel } from './clock.ts'

/** A list of listeners, called in the order in which they came. */
export interface Emitter<T> {
  readonly on: (listener: (value: T) => void) => Cancel
  readonly emit: (value: T) => void
}

export const createEmitter = <T>(): Emitter<T> => {
  const listeners = new Set<(value: T) => void>()
  return {
    on: (listener) => {
      // Wrapped, so that one function registered twice is two registrations.
      const entry = (value: T) => listener(value)
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
    emit: (value) => {
      for (const listener of [...listeners]) listener(value)
    },
  }
}
