/** Makes a damaged input out of good ones: what parsers are known to stumble over, a few times over. */
import { concat } from '../../app/base/codec.ts'
import { reshapeCbor } from './reshape-cbor.ts'
import type { Chance } from './chance.ts'

export interface Material {
  /** Valid inputs. */
  readonly samples: readonly Uint8Array[]
  /** Pieces that mean something to this decoder. */
  readonly tokens: readonly Uint8Array[]
  /** Where canonical CBOR begins in it, if it is that. */
  readonly cborFrom?: number
  readonly lengthMax: number
}

type Mutation = (input: Uint8Array, chance: Chance, material: Material) => Uint8Array

/** Edges of CBOR heads, varints, UTF-8, ASCII digits and signs. */
const INTERESTING = [0, 1, 2, 0x0a, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1f, 0x20, 0x30, 0x39, 0x3a, 0x40, 0x5b, 0x5f, 0x60, 0x7b, 0x7f,
  0x80, 0x81, 0x9b, 0x9f, 0xa0, 0xa1, 0xbb, 0xbf, 0xc0, 0xc1, 0xd8, 0xed, 0xf4, 0xf6, 0xf7, 0xf8, 0xfb, 0xfe, 0xff]
const bytes = (...values: readonly number[]) => Uint8Array.from(values)
/** Numbers in the spellings of the formats: varints short, long and overlong, big endian words, CBOR heads that promise much. */
const NUMBERS = [
  bytes(0x80, 0x00), bytes(0xff, 0x7f), bytes(0x80, 0x80, 0x01), bytes(0xff, 0xff, 0x7f), bytes(0x80, 0x80, 0x80, 0x80, 0x01),
    bytes(0xff, 0xff, 0xff, 0xff, 0x0f),
  bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f), bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01), bytes(0x80,
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01),
  bytes(0xff, 0xff), bytes(0xff, 0xff, 0xff, 0xff), bytes(0x7f, 0xff, 0xff, 0xff), bytes(0x80, 0, 0, 0), bytes(0, 0x20, 0, 0, 0, 0, 0,
    0), bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  bytes(0x9a, 0xff, 0xff, 0xff, 0xff), bytes(0xba, 0x7f, 0xff, 0xff, 0xff), bytes(0x5b, 0, 0, 0, 1, 0, 0, 0, 0), bytes(0x7b, 0, 0x1f,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff), bytes(0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  bytes(0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0), bytes(0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0), bytes(0xfb, 0x80, 0, 0, 0, 0, 0, 0, 0),
    bytes(0xf9, 0x7e, 0x00),
]
/** What wraps itself: CBOR arrays, maps and tags, JSON, Markdown, Yjs's own values. */
const NESTS = [bytes(0x81), bytes(0x82, 0xf6), bytes(0xa1, 0x61, 0x61), bytes(0xd8, 0x2a), bytes(0xc1), bytes(0x75, 0x01), bytes(0x76,
  0x01, 0x01, 0x61), bytes(0x5b), bytes(0x7b, 0x22, 0x61, 0x22, 0x3a), bytes(0x28), bytes(0x3e, 0x20), bytes(0x2d, 0x20), bytes(0x2a),
    bytes(0x21, 0x5b)]
/** Overlong, surrogates, cut short, beyond the end, byte order marks, what turns the line. */
const BAD_UTF8 = [bytes(0xc0, 0xaf), bytes(0xed, 0xa0, 0x80), bytes(0xed, 0xb0, 0x80), bytes(0xe2, 0x82), bytes(0xf0, 0x9f, 0x92),
  bytes(0xf4, 0x90, 0x80, 0x80), bytes(0xf8, 0x88, 0x80, 0x80, 0x80), bytes(0xef, 0xbb, 0xbf), bytes(0xe2, 0x80, 0xae), bytes(0x80),
    bytes(0xff, 0xfe), bytes(0xcc, 0x81)]
/** Names that objects have by themselves. */
const WORDS = ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', 'length', 'then', 'toJSON'].map((word) => new TextEncoder().encode(word))
const CBOR_WORDS = WORDS.map((word) => concat([bytes(0xa1, 0x60 + word.length), word, bytes(0x01)]))
const NEST_TIMES_MAX = 6000

const at = (input: Uint8Array, chance: Chance) => chance.below(input.length + 1)
const insert = (input: Uint8Array, place: number, piece: Uint8Array) => concat([input.subarray(0, place), piece, input.subarray(place)])
const replace = (input: Uint8Array, place: number, piece: Uint8Array) => concat([input.subarray(0, place), piece,
  input.subarray(Math.min(input.length, place + piece.length))])
const putIn = (input: Uint8Array, chance: Chance, piece: Uint8Array) => (chance.once(2) ? insert : replace)(input, at(input, chance), piece)
const setByte = (input: Uint8Array, chance: Chance, change: (byte: number) => number) => {
  const changed = input.slice()
  const place = chance.below(Math.max(1, input.length))
  if (place < changed.length) changed[place] = change(changed[place]!)
  return changed
}
/** A piece of `input`; short ones are more likely. */
const pieceOf = (input: Uint8Array, chance: Chance) => {
  const from = at(input, chance)
  const length = chance.below(1 + chance.below(1 + input.length - from))
  return { from, to: from + length, bytes: input.subarray(from, from + length) }
}
const repeat = (piece: Uint8Array, times: number) => concat(Array.from({ length: times }, () => piece))

/** name -> how; a test shows that each of them occurs. */
export const mutations: Readonly<Record<string, Mutation>> = {
  bitFlip: (input, chance) => setByte(input, chance, (byte) => byte ^ (1 << chance.below(8))),
  anyByte: (input, chance) => setByte(input, chance, () => chance.below(256)),
  interestingByte: (input, chance) => setByte(input, chance, () => chance.pick(INTERESTING)),
  nearByte: (input, chance) => setByte(input, chance, (byte) => (byte + chance.pick([-2, -1, 1, 2, 16, -16, 32])) & 255),
  cutOff: (input, chance) => input.slice(0, at(input, chance)),
  cutOut: (input, chance) => {
    const { from, to } = pieceOf(input, chance)
    return concat([input.subarray(0, from), input.subarray(to)])
  },
  cutHead: (input, chance) => input.slice(chance.below(1 + Math.min(input.length, 40))),
  insertChance: (input, chance) => insert(input, at(input, chance), chance.bytes(1 + chance.below(9))),
  trailing: (input, chance) => concat([input, chance.bytes(1 + chance.below(40))]),
  duplicate: (input, chance) => {
    const { to, bytes: piece } = pieceOf(input, chance)
    return insert(input, to, repeat(piece, 1 + chance.below(chance.once(20) ? 200 : 3)))
  },
  move: (input, chance) => {
    const { from, to, bytes: piece } = pieceOf(input, chance)
    const rest = concat([input.subarray(0, from), input.subarray(to)])
    return insert(rest, at(rest, chance), piece)
  },
  fill: (input, chance) => {
    const { from, to } = pieceOf(input, chance)
    return input.slice().fill(chance.pick([0, 0xff, 0x20, 0x80, 0x61]), from, to)
  },
  splice: (input, chance, { samples }) => {
    const other = chance.pick(samples)
    return concat([input.subarray(0, at(input, chance)), other.subarray(at(other, chance))])
  },
  cross: (input, chance, { samples }) => putIn(input, chance, pieceOf(chance.pick(samples), chance).bytes),
  number: (input, chance) => putIn(input, chance, chance.pick(NUMBERS)),
  raiseLength: (input, chance) => setByte(input, chance, (byte) => byte | chance.pick([0x80, 0x1b, 0x40, 0x7f, 0x1f])),
  badUtf8: (input, chance) => putIn(input, chance, chance.pick(BAD_UTF8)),
  token: (input, chance, { tokens }) => (tokens.length === 0 ? input : putIn(input, chance, chance.pick(tokens))),
  word: (input, chance) => putIn(input, chance, chance.pick(chance.once(2) ? WORDS : CBOR_WORDS)),
  nest: (input, chance, { tokens }) => {
    const piece = tokens.length > 0 && chance.once(3) ? chance.pick(tokens) : chance.pick(NESTS)
    return insert(input, at(input, chance), repeat(piece, 1 + chance.below(chance.once(60) ? NEST_TIMES_MAX : 40)))
  },
}

const ALL = Object.values(mutations)
/** Damaged bytes are hardly ever canonical: half of all begins with a value of another shape, rightly spelled. */
const RESHAPE_ONCE_IN = 2

/** The input of that chance: most are one or two steps from a good one, some many. */
export const mutate = (chance: Chance, material: Material): Uint8Array => {
  let input = chance.pick(material.samples)
  if (material.cborFrom !== undefined && chance.once(RESHAPE_ONCE_IN)) {
    const reshaped = reshapeCbor(input, chance, material.cborFrom)
    if (reshaped && !chance.once(8)) return reshaped.subarray(0, material.lengthMax).slice()
    input = reshaped ?? input
  }
  const steps = chance.once(3) ? 2 + chance.below(6) : 1
  for (let step = 0; step < steps; step++) input = chance.pick(ALL)(input, chance, material).subarray(0, material.lengthMax)
  return input.slice()
}
