/** Another value in canonical CBOR: what is refused for its bytes never comes to have its shape judged. */
import { concat, decodeCbor, encodeCbor } from '../../app/base/codec.ts'
import type { Chance } from './chance.ts'

const DEPTH_MAX = 5000

const nested = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = wrap(value)
  return value
}

/** Of every type, at its edges, and what behaves unlike a value that was asked for. */
const oddValue = (chance: Chance): unknown => {
  const values: readonly (() => unknown)[] = [
    () => null, () => true, () => false, () => 0, () => -1, () => 1.5, () => 2 ** 53 - 1, () => -(2 ** 53 - 1), () => 2n ** 64n - 1n,
      () => -(2n ** 63n), () => 1e308, () => 4294967296,
    () => '', () => 'a'.repeat(chance.below(5000)), () => '\u0000', () => '__proto__', () => '/ip4/1.2.3.4/tcp/99999', () => 'ab'.repeat(chance.pick([8, 16, 32])), () => '0123456789abcdef', () => '😀é\u202e',
    () => new Uint8Array(0), () => new Uint8Array(chance.pick([1, 16, 31, 32, 33, 63, 64, 65])), () => chance.bytes(chance.below(80)),
    () => [], () => ({}), () => Array.from({ length: chance.below(300) }, () => 0), () => ({ toString: 1, valueOf: 1 }),
      () => ({ length: 64, constructor: 1 }), () => ({ then: 1, toJSON: 1 }),
    () => nested(chance.below(chance.once(20) ? DEPTH_MAX : 40), (inner) => [inner]), () => nested(chance.below(40),
      (inner) => ({ a: inner })),
  ]
  return chance.pick(values)()
}

/** `value` with one place in it changed. */
const reshape = (value: unknown, chance: Chance): unknown => {
  const isMap = typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
  if (!isMap || chance.once(8)) return change(value, chance)
  if (Array.isArray(value)) {
    const at = chance.below(value.length + 1)
    if (chance.once(3) || at === value.length) return value.toSpliced(at, chance.below(2), ...Array.from({ length: chance.below(3) },
      () => oddValue(chance)))
    return value.with(at, reshape(value[at], chance))
  }
  const fields = Object.entries(value)
  if (fields.length === 0 || chance.once(10)) return { ...value, [chance.pick(['a', '', 'toString', 'kind', 'version'])]: oddValue(chance) }
  const [name, inner] = chance.pick(fields)
  if (chance.once(8)) return Object.fromEntries(fields.filter(([other]) => other !== name))
  return { ...value, [name]: reshape(inner, chance) }
}

/** Something like it, or something else altogether. */
const change = (value: unknown, chance: Chance): unknown => {
  if (chance.once(2)) return oddValue(chance)
  if (typeof value === 'number') return value + chance.pick([-1, 1, 0.5, 2 ** 32, -value, 1e15])
  if (typeof value === 'string') return chance.once(2) ? value.slice(0, chance.below(value.length + 1)) : value + chance.pick(['a', ' ', '0', value, '\u0000', '😀'])
  if (value instanceof Uint8Array) {
    const changed = concat([value.subarray(0, chance.once(2) ? value.length : chance.below(value.length + 1)),
      chance.bytes(chance.below(2))])
    if (changed.length > 0 && chance.once(2)) changed[chance.below(changed.length)]! ^= 1 << chance.below(8)
    return changed
  }
  return oddValue(chance)
}

/** Undefined when what begins at `from` is no canonical CBOR, or would not be after the change. */
export const reshapeCbor = (input: Uint8Array, chance: Chance, from: number): Uint8Array | undefined => {
  try {
    let value = decodeCbor(input.subarray(from))
    for (let times = chance.once(4) ? 2 : 1; times > 0; times--) value = reshape(value, chance)
    return concat([input.subarray(0, from), encodeCbor(value)])
  } catch {
    // Not every sample is CBOR, and not every value has a spelling.
    return undefined
  }
}
