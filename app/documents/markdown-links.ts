/** Which addresses a note may point to, and what they show. */

const SCHEMES = new Set(['http', 'https', 'mailto', 'lanyard'])
const VIDEO = /\.(mp4|webm|ogg|mov|mkv|flv|avi|wmv|m4v)$/i
const AUDIO = /\.(mp3|wav|m4a|flac|aac|opus|oga)$/i

/** Browsers skip white space and control characters inside a scheme: `java\tscript:` runs. */
const SKIPPED = /[\u0000-\u0020\u007f-\u00a0\u200b-\u200f\u2028\u2029\ufeff]/g

/** True for http, https, mailto, lanyard and relative addresses. */
export const isSafeLink = (address: string): boolean => {
  const scheme = /^([^/?#]*?):/.exec(address.replace(SKIPPED, ''))?.[1]
  return scheme === undefined || SCHEMES.has(scheme.toLowerCase())
}

/** Markdown has one syntax for all media: the address says which it is. */
export const mediaTypeOf = (address: string): 'image' | 'video' | 'audio' => {
  const path = address.replace(/[?#].*$/s, '')
  if (VIDEO.test(path)) return 'video'
  return AUDIO.test(path) ? 'audio' : 'image'
}
