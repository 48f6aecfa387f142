/** Gives one input to a decoder, and judges what came of it. */
import { errorTable, PeerError, type ErrorCode } from '../../app/base/errors.ts'
import { NotTheSame, type Finding, type Taker, type Target } from './target.types.ts'

/** An input of no length may take this long, each KiB that much more: a hundred times what the slowest takes on a busy machine. */
const INPUT_MS_MAX = 100
const KIB_MS_MAX = 20
/** A machine that is busy elsewhere is slow once, a decoder that is slow is so every time. */
const SLOW_TRIES = 4

export interface Judged {
  readonly finding?: Finding
  /** Undefined: taken. */
  readonly code?: ErrorCode
}

const STACK_LINES_SHOWN = 6
const shown = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, STACK_LINES_SHOWN).join('\n') : String(error))

/** Takes it, and times it. */
const attempt = (taker: Taker, input: Uint8Array): Judged & { ms: number } => {
  const startMs = performance.now()
  try {
    const code = taker.take(input)
    return { ...(code && { code }), ms: performance.now() - startMs }
  } catch (error) {
    const ms = performance.now() - startMs
    if (error instanceof PeerError) return { code: error.code, ms }
    const kind = error instanceof NotTheSame ? 'not the same again' : 'uncoded'
    return { finding: { kind, what: shown(error) }, ms }
  }
}

const isInTable = (code: ErrorCode) => code !== 'UNKNOWN' && Object.hasOwn(errorTable, code)
export const msMaxFor = (length: number) => INPUT_MS_MAX + (length / 1024) * KIB_MS_MAX

/** Whether it is slow every time, by fresh takers, and by the processor's time. */
const isSlow = (target: Target, input: Uint8Array) => {
  for (let tries = 0; tries < SLOW_TRIES; tries++) {
    const taker = target.create()
    const start = process.cpuUsage()
    attempt(taker, input)
    const { user, system } = process.cpuUsage(start)
    if ((user + system) / 1000 <= msMaxFor(input.length)) return false
  }
  return true
}

const works = (taker: Taker): Finding | undefined => {
  try {
    taker.works?.()
    return undefined
  } catch (error) {
    return { kind: 'stopped working', what: shown(error) }
  }
}

/** Inputs after which it is looked whether refusals have left everything as it was: each time would cost more than the decoding. */
const DIGEST_EVERY = 16

/** One taker through many inputs. What changed a state is sought among them, unless there is but one. */
export const createJudge = (target: Target, isAlone = false) => {
  const taker = target.create()
  let digest = taker.digest?.()
  let refusals: Uint8Array[] = []

  const changed = (): Finding | undefined => {
    const before = digest
    digest = taker.digest?.()
    const suspects = refusals
    refusals = []
    if (digest === before) return undefined
    const guilty = isAlone ? undefined : suspects.find((input) => judgeAlone(target, input).finding)
    return { kind: 'state changed', what: `refused, and yet:\n${before}\n${digest}`, ...(guilty && { input: guilty }) }
  }

  const stateAfter = (input: Uint8Array, code: ErrorCode | undefined): Finding | undefined => {
    if (!taker.digest) return undefined
    if (code) return refusals.push(input) >= DIGEST_EVERY ? changed() : undefined
    digest = taker.digest()
    refusals = []
    return undefined
  }

  return {
    judge: (input: Uint8Array): Judged => {
      const { finding, code, ms } = attempt(taker, input)
      if (finding) return { finding }
      if (code && !isInTable(code)) return { finding: { kind: 'uncoded', what: `refused as ${code}` } }
      if (ms > msMaxFor(input.length) && isSlow(target, input)) return { finding: { kind: 'slow', what: `${ms.toFixed(0)} ms for ${input.length} bytes` } }
      const wrong = stateAfter(input, code)
      return { ...(wrong && { finding: wrong }), ...(code && { code }) }
    },
    /** Looks now whether anything changed, and whether a good input is still taken. */
    works: (): Finding | undefined => {
      const finding = changed() ?? works(taker)
      digest = taker.digest?.()
      return finding
    },
  }
}

/** What becomes of one input by itself. */
export const judgeAlone = (target: Target, input: Uint8Array): Judged => {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = STACK_LINES_SHOWN
  const { judge, works: stillWorks } = createJudge(target, true)
  const judged = judge(input)
  const stopped = judged.finding ?? (judged.code ? stillWorks() : undefined)
  Error.stackTraceLimit = stackTraceLimit
  return { ...judged, ...(stopped && { finding: stopped }) }
}
