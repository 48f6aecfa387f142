/** Titles that hold all the words typed, in any order: those that begin with them first, then as they came. */

const CHOICES_MAX = 30

const fold = (text: string) => text.normalize('NFKD').replace(/\p{Mark}/gu, '').toLowerCase()

export const matchTitles = <Note extends { readonly title: string }>(notes: readonly Note[], typed: string): readonly Note[] => {
  const words = fold(typed).split(/\s+/).filter((word) => word !== '')
  const [first = ''] = words
  const matches = notes.filter(({ title }) => {
    const folded = fold(title)
    return words.every((word) => folded.includes(word))
  })
  const begins = matches.filter(({ title }) => fold(title).startsWith(first))
  const beginning = new Set(begins)
  return [...begins, ...matches.filter((note) => !beginning.has(note))].slice(0, CHOICES_MAX)
}
