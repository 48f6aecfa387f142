import type { ErrorCode } from './errors.ts'

/** An expected refusal is data: counted and carried on from, never thrown. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: ErrorCode }

export const ok = <T>(value: T): Result<T> => ({ ok: true, value })
export const refused = (code: ErrorCode): Result<never> => ({ ok: false, code })
