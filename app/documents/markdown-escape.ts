/** Text as Markdown that reads back as exactly that text. */

const PUNCTUATION = /[\p{P}\p{S}]/u
/** Alphanumeric on both sides: an underscore there can neither open nor close. */
const ALPHANUMERIC = /[\p{L}\p{N}]/u

/** Everything that means something inside a line. A backslash, `_` and `~` are decided by their neighbours. */
const INLINE = /\\(?=[!-/:-@[-`{-~]|$)|`|(?<![ \t])\*|\*(?![ \t])|_+|~+|\[|<(?=[a-z/!?]|$)|&(?=#?[a-z0-9]+;)|(?<=https?):(?=\/\/)|(?<=mailto):/giu
const IN_LABEL = /\]/g
const IN_CELL = /\|/g

export interface TextPlace {
  /** The text begins a line of a paragraph, where `# ` or `1. ` would mean something. */
  readonly startsLine: boolean
  /** Inside `[...]`. */
  readonly inLabel: boolean
  readonly inCell: boolean
}

/** @param text of one line */
export const escapeText = (text: string, place: TextPlace): string => {
  const special = place.startsLine ? specialStart(text) : -1
  if (special < 0) return escapeInline(text, place)
  return `${text.slice(0, special)}\\${text[special]}${escapeInline(text.slice(special + 1), place)}`
}

const escapeInline = (text: string, place: TextPlace): string => {
  let escaped = text.replace(INLINE, (found, offset: number) => {
    const [before, after] = [text[offset - 1] ?? '', text[offset + found.length] ?? '']
    if (found[0] === '_' && ALPHANUMERIC.test(before) && ALPHANUMERIC.test(after)) return found
    // One `~` before a word opens nothing, as all that could close it are escaped.
    if (found === '~' && isSpace(before) && ALPHANUMERIC.test(after)) return found
    return found.replace(/./gs, '\\$&')
  })
  if (place.inLabel) escaped = escaped.replace(IN_LABEL, '\\]')
  return place.inCell ? escaped.replace(IN_CELL, '\\|') : escaped
}

/** Index of the character that would make this line something else than text, or -1. */
const specialStart = (line: string): number => {
  if (/^(>|#{1,6}(\s|$)|[-+](\s|$)|=+\s*$)/.test(line)) return 0
  // The second line of a table, or of a heading with its line below.
  if (/^[-:|][-:|\s]*$/.test(line)) return 0
  return /^\d{1,9}(?=[.)](\s|$))/.exec(line)?.[0].length ?? -1
}

/** `&#x20;`: a character that is there, but is no white space and no letter for the marks around it. Controls have no such form. */
export const encodeCharacter = (character: string): string =>
  /[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\ud800-\udfff]/.test(character) && character.length === 1
    ? character
    : `&#x${character.codePointAt(0)!.toString(16)};`

/** White space and punctuation as CommonMark counts them beside marks. U+2028, for one, is neither. */
export const isSpace = (character: string): boolean => /^[\t\n\v\f\r\p{Zs}]$/u.test(character)
/** What may be trimmed off a line's end. */
export const isTrimmable = (character: string): boolean => /^\s$/u.test(character)
export const isPunctuation = (character: string): boolean => PUNCTUATION.test(character)

/** Inside `(...)` of a link. */
export const escapeAddress = (address: string): string =>
  /[\u0000-\u0020\u007f]|^$|^</.test(address)
    ? `<${address.replace(/[<>\\]|&(?=#?[a-z0-9]+;)/gi, '\\$&').replace(/[\r\n]/g, encodeCharacter)}>`
    : address.replace(/[()\\]|&(?=#?[a-z0-9]+;)/gi, '\\$&')

/** ` "title"` of a link, or nothing. */
export const titleMarkdown = (title: string): string =>
  title === '' ? '' : ` "${title.replace(/["\\]|&(?=#?[a-z0-9]+;)/gi, '\\$&').replace(/[\r\n]/g, encodeCharacter)}"`

/** A run of backticks longer than any in the code. */
export const backticksAround = (code: string, lengthMin: number): string => {
  let longest = lengthMin - 1
  for (const run of code.match(/`+/g) ?? []) longest = Math.max(longest, run.length)
  return '`'.repeat(longest + 1)
}
