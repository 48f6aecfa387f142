/** Random notes that Markdown can express whole, in the form in which the editor would hold them. */
import fc from 'fast-check'
import { allowedMarks, createBlock, createCell, joinRuns } from './blocks-schema.ts'
import type { Block, Marks, Run, TableRow } from './blocks.types.ts'

const NASTY =
  '* ** *** _ __ ___ ` `` ``` ~ ~~ ~~~ [ ] ( ) < > & \\ ! # ## - -- --- + = == | || : ; 1. 2) 10. " \' $ ^ { } @ . , / ? % [ ] [x] [a]: ![ ](b) ]( <b> </b> <br> <!-- --> &amp; &#x20; &lt http://a.b https:// https://a.b/c_d*e?f=g&h=i#j mailto:a@b.c www.a.b a@b.c //a :-: |- - | -|- >q'.split(
    ' ',
  )
const SPACES = [' ', '  ', '    ', '\t', '\u00a0', '\u3000', '\u2028']
const LETTERS = ['a', 'b', 'word', 'é', '漢字', '😀', '–', '€', '0', '12', 'ß', 'א', '\u200b']

const fragment = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.constantFrom(...NASTY),
  fc.constantFrom(...SPACES),
  fc.constantFrom(...LETTERS),
  fc.string({ unit: 'grapheme', maxLength: 4 }).map((text) => text.replace(/[\u0000-\u0008\n\u000b-\u001f\u007f-\u009f]/g, '')),
)
const line = fc.array(fragment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))
const address = fc.oneof(
  fc.constantFrom('https://a.b', 'http://a.b/c', 'https://a.b/(c)', 'https://a.b/"c"', 'https://a.b/#', 'mailto:a@b.c', 'lanyard://x/y'),
  fc.constantFrom('/relative', '#top', 'a b', '<x>', 'x\\y', '&amp;', ')', 'a|b', '?a=b&copy=c'),
  line.filter((text) => !/:|^$/.test(text)),
)

const flag = fc.constantFrom<true | undefined>(true, undefined)
const rareFlag = fc.constantFrom<true | undefined>(true, undefined, undefined, undefined)
const marks: fc.Arbitrary<Marks> = fc
  .record({ bold: flag, italic: flag, strike: flag, code: rareFlag, link: fc.option(address, { nil: undefined, freq: 4 }) })
  .map((all) => allowedMarks(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))))

const piece: fc.Arbitrary<Run> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ text: line, marks }) },
  { weight: 1, arbitrary: fc.constant({ text: '\n', marks: {} }) },
  // A link that is its own text.
  { weight: 1, arbitrary: address.filter((text) => text !== '' && !text.includes('\n')).map((text) => ({ text, marks: { link: text } })) },
)

/** A break takes the marks of what stands before it, as in the editor. */
const canonical = (runs: readonly Run[]): readonly Run[] => {
  let before: Marks = {}
  return joinRuns(
    runs.filter((run) => run.text !== '').map((run) => {
      if (run.text === '\n') return { text: '\n', marks: before }
      before = run.marks
      return { text: run.text, marks: run.marks }
    }),
  )
}

export const runsArbitrary = (minLength: number): fc.Arbitrary<readonly Run[]> =>
  fc.array(piece, { minLength, maxLength: 6 }).map(canonical).filter((runs) => runs.length >= minLength)

const code = fc.array(fc.oneof(fragment, fc.constant('\n')), { maxLength: 8 }).map((parts) => parts.join(''))
const plainLine = line.map((text) => text.trim())

const table = fc
  .record({ width: fc.integer({ min: 1, max: 4 }), height: fc.integer({ min: 1, max: 4 }), hasHeader: fc.boolean() })
  .chain(({ width, height, hasHeader }) =>
    fc.tuple(
      fc.array(fc.constantFrom('left', 'center', 'right'), { minLength: width, maxLength: width }),
      fc.array(fc.array(runsArbitrary(0), { minLength: width, maxLength: width }), { minLength: height, maxLength: height }),
    ).map(([alignments, rows]): readonly TableRow[] => {
      const isTold = rows[0]!.some((cell) => cell.length > 0)
      return rows.map((cells, row) =>
        cells.map((content, column) => createCell(hasHeader && isTold && row === 0, content, { textAlignment: alignments[column] })),
      )
    }),
  )

const leafBlock: fc.Arbitrary<Block> = fc.oneof(
  { weight: 5, arbitrary: runsArbitrary(1).map((content) => createBlock('', 'paragraph', { content })) },
  fc.record({ level: fc.integer({ min: 1, max: 6 }), content: runsArbitrary(0) }).map(({ level, content }) => createBlock('', 'heading', { attributes: { level }, content })),
  fc.record({ language: fc.constantFrom('text', 'ts', 'c++', 'a\\b', '&amp;', '~~~'), text: code }).map(({ language, text }) =>
    createBlock('', 'codeBlock', { attributes: { language }, content: joinRuns([{ text, marks: {} }]) }),
  ),
  fc.constant(createBlock('', 'divider')),
  table.map((rows) => createBlock('', 'table', { rows })),
  fc.record({ type: fc.constantFrom('image', 'video', 'audio'), at: fc.constantFrom('https://a.b/(c)', 'd e'), name: plainLine, caption: plainLine }).map(({ type, at, name, caption }) =>
    createBlock('', type, { attributes: { url: `${at}${{ image: '.png', video: '.mp4', audio: '.mp3' }[type]}`, name, caption } }),
  ),
)

const containerBlock = (children: fc.Arbitrary<Block[]>): fc.Arbitrary<Block> =>
  fc.record({ type: fc.constantFrom('bulletListItem', 'numberedListItem', 'checkListItem', 'quote'), checked: fc.boolean(), start: fc.constantFrom(undefined, undefined, 0, 2, 7, 999_999_999), content: runsArbitrary(0), children })
    .map(({ type, checked, start, content, children: inside }) => {
      const attributes = { ...(type === 'checkListItem' && { checked }), ...(type === 'numberedListItem' && start !== undefined && { start }) }
      // Markdown gives an empty item the first paragraph inside it.
      const isJoined = content.length === 0 && type !== 'checkListItem' && inside[0]?.type === 'paragraph'
      return createBlock('', type, { attributes, content, children: isJoined ? inside.slice(1).filter((block) => block.type !== 'paragraph') : inside })
    })

/** Only the first number of a list can be chosen. */
const numbered = (blocks: readonly Block[]): Block[] =>
  blocks.map((block, index) => {
    if (block.type !== 'numberedListItem' || blocks[index - 1]?.type !== 'numberedListItem') return block
    return createBlock('', block.type, { content: block.content, children: block.children })
  })

const { blocks } = fc.letrec<{ block: Block; blocks: Block[] }>((tie) => ({
  block: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leafBlock, leafBlock, containerBlock(tie('blocks'))),
  blocks: fc.array(tie('block'), { maxLength: 5 }).map(numbered),
}))
export const notesArbitrary = blocks

/** Blocks without their ids, for comparison. */
export const withoutIds = (list: readonly Block[]): unknown[] =>
  list.map(({ type, attributes, content, rows, children }) => ({ type, attributes, content, rows, children: withoutIds(children) }))
