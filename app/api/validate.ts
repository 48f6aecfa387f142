/** Checks of plain data from a screen. Each returns the value it was given, now typed, or throws API_PARAMETER_INVALID. */
import { PeerError } from '../base/errors.ts'

/** @param name of the value, for the answer */
export type Check<T> = (value: unknown, name: string) => T

/** Checks of every field of T. Optional fields have no place here: say `| null`. */
export type Fields<T> = { readonly [Key in keyof T]-?: Check<T[Key]> }

const invalid = (name: string, rule: string) => new PeerError('API_PARAMETER_INVALID', { name, rule })

export const text =
  (charactersMax: number): Check<string> =>
  (value, name) => {
    if (typeof value === 'string' && value.length <= charactersMax) return value
    throw invalid(name, `text of at most ${charactersMax} characters`)
  }

export const bytes =
  (bytesMax: number): Check<Uint8Array> =>
  (value, name) => {
    if (value instanceof Uint8Array && value.length <= bytesMax) return value
    throw invalid(name, `at most ${bytesMax} bytes`)
  }

export const whole =
  (from: number, to: number): Check<number> =>
  (value, name) => {
    if (Number.isSafeInteger(value) && Number(value) >= from && Number(value) <= to) return Number(value)
    throw invalid(name, `a whole number from ${from} to ${to}`)
  }

export const flag: Check<boolean> = (value, name) => {
  if (typeof value === 'boolean') return value
  throw invalid(name, 'true or false')
}

/** An id, through the function of base/ids that makes it. */
export const id =
  <T>(make: (text: unknown) => T): Check<T> =>
  (value, name) => {
    try {
      return make(value)
    } catch {
      // The id's own error would repeat the value; the name of the field says enough.
      throw invalid(name, 'an id')
    }
  }

export const nullable =
  <T>(check: Check<T>): Check<T | null> =>
  (value, name) =>
    value === null ? null : check(value, name)

/** True for what a CBOR map decodes to, and for nothing else that is an object. */
export const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** An object with exactly these fields. */
export const shape =
  <T extends object>(fields: Fields<T>): Check<T> =>
  (value, name) => {
    if (!isPlainObject(value)) throw invalid(name, 'an object')
    for (const key of Object.keys(value)) if (!Object.hasOwn(fields, key)) throw invalid(`${name}.${key.slice(0, 40)}`, 'nothing')
    const checked: Record<string, unknown> = {}
    for (const key of Object.keys(fields) as (keyof T & string)[]) checked[key] = fields[key](value[key], `${name}.${key}`)
    return checked as T
  }
