/** The title as it is typed here: sent when the person pauses, kept until the peer has it. */
import { codeOf, errorTable, type ErrorCode } from '../../app/base/errors.ts'

export interface TitleDraft {
  /** What the field shows instead of the title in the list; null: the list's. */
  readonly text: () => string | null
  /** Typed here and not confirmed. */
  readonly isUnsaved: () => boolean
  /** Why the peer refused the newest one. */
  readonly code: () => ErrorCode | null
  readonly type: (text: string) => void
  /** Don't wait for a pause. */
  readonly flush: () => void
  /** Back to the title in the list: what was typed is no title. */
  readonly forget: () => void
  readonly stop: () => void
}

export interface TitlePorts {
  readonly send: (title: string) => Promise<unknown>
  readonly onChange: () => void
}

const PAUSE_MS = 400
/** The list is told a moment after the answer: show what was typed until then. */
const LINGER_MS = 1500

export const createTitleDraft = ({ send, onChange }: TitlePorts): TitleDraft => {
  let text: string | null = null
  let isUnsaved = false
  let isSending = false
  let code: ErrorCode | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const later = (delayMs: number, act: () => void) => {
    clearTimeout(timer)
    timer = setTimeout(act, delayMs)
  }

  const forget = () => {
    clearTimeout(timer)
    text = null
    isUnsaved = false
    code = null
    onChange()
  }

  const flush = () => {
    clearTimeout(timer)
    const title = text?.trim() ?? ''
    if (!isUnsaved || isSending || title === '') return
    isSending = true
    send(title).then(
      () => confirmed(title),
      (error: unknown) => refused(codeOf(error)),
    )
  }

  const confirmed = (title: string) => {
    isSending = false
    code = null
    if (text?.trim() !== title) return flush()
    isUnsaved = false
    later(LINGER_MS, forget)
    onChange()
  }

  const refused = (why: ErrorCode) => {
    isSending = false
    // Lost connection: `flush` comes again with the next one.
    if (why !== 'API_CHANNEL_CLOSED') code = why
    if (!errorTable[why].retry) isUnsaved = false
    onChange()
  }

  return {
    text: () => text,
    isUnsaved: () => isUnsaved,
    code: () => code,
    type: (typed) => {
      text = typed
      code = null
      isUnsaved = typed.trim() !== ''
      later(PAUSE_MS, flush)
      onChange()
    },
    flush,
    forget,
    stop: () => clearTimeout(timer),
  }
}
