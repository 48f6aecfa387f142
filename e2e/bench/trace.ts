/** The edits of one long document: those of a trace file, or made up in the same shape. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

export type Edit = readonly [position: number, deleted: number, inserted: string]
export interface Trace {
  /** A file of the edits, for whoever replays them. */
  readonly file: string
  readonly edits: number
  /** Characters at the end. */
  readonly length: number
  readonly name: string
}

/** The B4 trace: 182,315 characters typed one by one, 77,463 deleted. */
const TYPED = 182_315
const DELETED = 77_463

interface TraceFile {
  readonly txns: readonly { readonly patches: readonly Edit[] }[]
}

/** @param file a trace of the public editing-traces collection, gzipped; undefined: one is made up
 *  @param share of its edits that are used, from 0 to 1 */
export const loadTrace = (directory: string, file: string | undefined, share = 1): Trace => {
  const all = file === undefined ? madeUp() : readTrace(file)
  const edits = all.slice(0, Math.ceil(all.length * share))
  mkdirSync(directory, { recursive: true })
  const target = path.join(directory, `edits-${edits.length}-${file === undefined ? 'made' : 'read'}.json`)
  writeFileSync(target, JSON.stringify(edits))
  const length = edits.reduce((sum, [, deleted, inserted]) => sum + inserted.length - deleted, 0)
  const name = file === undefined ? 'a made-up trace of the shape of B4' : path.basename(file).replace(/\.json\.gz$/, '').toUpperCase()
  return { file: target, edits: edits.length, length, name }
}

const readTrace = (file: string): Edit[] => {
  const { txns } = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as TraceFile
  return txns.flatMap(({ patches }) => patches)
}

/** A small generator of chance: the same trace every time. */
const chance = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Somebody types some twenty characters, takes a few back, and now and then goes on elsewhere. */
export const madeUp = (typed = TYPED, deleted = DELETED): Edit[] => {
  const next = chance(4)
  const letters = 'etaoinshrdlu  '
  const edits: Edit[] = []
  let [toType, toDelete, length, cursor] = [typed, deleted, 0, 0]
  while (toType + toDelete > 0) {
    if (next() < 0.3) cursor = Math.floor(next() * (length + 1))
    for (let run = 1 + Math.floor(next() * 40); run > 0 && toType > 0; run--, toType--, length++)
      edits.push([cursor++, 0, letters[Math.floor(next() * letters.length)]!])
    const most = toType === 0 ? toDelete : 1 + Math.floor(next() * 17)
    for (let run = most; run > 0 && toDelete > 0 && cursor > 0; run--, toDelete--, length--) edits.push([--cursor, 1, ''])
    if (toType === 0) cursor = length
  }
  return edits
}
