/** What is taken must survive being written and read again. */
import { isDeepStrictEqual } from 'node:util'
import { toHex } from '../../app/base/codec.ts'
import { NotTheSame } from './target.types.ts'

const shown = (value: unknown) =>
  JSON.stringify(value, (_, inner: unknown) => (inner instanceof Uint8Array ? toHex(inner) : typeof inner === 'bigint' ? String(inner) : inner))?.slice(0, 1500)

/** @throws NotTheSame */
export const expectSame = (value: unknown, again: unknown): void => {
  if (!isDeepStrictEqual(value, again)) throw new NotTheSame(`${shown(value)}\nbecame\n${shown(again)}`)
}
