/** What the machines hold at the end, against what was acknowledged: nothing lost, nothing twice, everywhere the same bytes. */
import type { Line } from './ledger.ts'

/** Machine -> document -> its text. */
export type Exports = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface Verdict {
  readonly lost: readonly string[]
  readonly duplicated: readonly string[]
  /** On a machine, but written by nobody. */
  readonly strange: readonly string[]
  /** Documents whose bytes are not the same on all machines. */
  readonly different: readonly string[]
}

const countLines = (text: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const line of text.split('\n')) if (line.trim() !== '') counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}

const differing = (exports: Exports): readonly string[] => {
  const machines = Object.values(exports)
  const documents = new Set(machines.flatMap((texts) => Object.keys(texts)))
  return [...documents].filter((document) => new Set(machines.map((texts) => texts[document])).size > 1)
}

export const judgeExports = (exports: Exports, lines: readonly Line[]): Verdict => {
  const lost: string[] = []
  const duplicated: string[] = []
  const strange: string[] = []
  const written = new Set(lines.map(({ document, text }) => `${document} ${text}`))
  for (const [machine, texts] of Object.entries(exports)) {
    const counts = new Map(Object.entries(texts).map(([document, text]) => [document, countLines(text)]))
    for (const { document, text, isSaved } of lines) {
      const count = counts.get(document)?.get(text) ?? 0
      if (count === 0 && isSaved) lost.push(`${machine}: ${text}`)
      if (count > 1) duplicated.push(`${machine}: ${count} times ${text}`)
    }
    const found = [...counts].flatMap(([document, texts]) => [...texts.keys()].map((text) => ({ document, text })))
    strange.push(...found.filter(({ document, text }) => !written.has(`${document} ${text}`)).map(({ text }) => `${machine}: ${text}`))
  }
  return { lost, duplicated, strange, different: differing(exports) }
}

export const isClean = ({ lost, duplicated, strange, different }: Verdict): boolean =>
  lost.length + duplicated.length + strange.length + different.length === 0
