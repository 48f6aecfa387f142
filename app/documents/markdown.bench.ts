/** Texts made to be slow to read, and blocks made to be slow to write, with the time each takes.
 *  Run: node app/documents/markdown.bench.ts [bytes] */
import { createBlock, createCell } from './blocks.ts'
import type { Block, Marks } from './blocks.ts'
import { worstTexts } from './markdown-worst.fixture.ts'
import { blocksFromMarkdown, markdownFromBlocks } from './markdown.ts'
import { systemClock } from '../base/clock.ts'

const bytes = Number(globalThis.process.argv[2] ?? 1_000_000)
const clock = systemClock()
const timed = (name: string, work: () => unknown) => {
  const start = clock.monotonicMs()
  work()
  globalThis.console.log(`${String(Math.round(clock.monotonicMs() - start)).padStart(7)} ms  ${name}`)
}

for (const [name, text] of Object.entries(worstTexts(bytes))) {
  let blocks: Block[] = []
  timed(`read ${name}`, () => (blocks = blocksFromMarkdown(text, () => 'id')))
  timed(`write ${name}`, () => markdownFromBlocks(blocks))
}

const line = (count: number, marksOf: (index: number) => Marks, text = 'a'): Block[] => [
  createBlock('', 'paragraph', { content: Array.from({ length: count }, (_, index) => ({ text, marks: marksOf(index) })) }),
]
const marks = (index: number): Marks => ({ ...(index % 2 && { bold: true as const }), ...(index % 3 && { italic: true as const }), ...(index % 5 && { strike: true as const }), link: `#${index % 7}` })
timed('write many marks', () => markdownFromBlocks(line(bytes / 10, marks)))
timed('write many spaces with marks', () => markdownFromBlocks(line(bytes / 10, marks, ' ')))
timed('write many letters with one mark every second', () => markdownFromBlocks(line(bytes / 10, (index) => (index % 2 ? { italic: true } : {}))))
timed('write many breaks', () => markdownFromBlocks(line(1, () => ({ bold: true }), 'a\n'.repeat(bytes / 2))))
timed('write a wide table', () => markdownFromBlocks([createBlock('', 'table', { rows: [Array.from({ length: bytes / 10 }, () => createCell(true, []))] })]))
