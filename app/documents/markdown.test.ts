import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MARKDOWN_BYTES_MAX, NOTE_DEPTH_MAX } from '../base/limits.ts'
import { createBlock, createCell } from './blocks.ts'
import type { Block, Run } from './blocks.ts'
import { worstTexts } from './markdown-worst.fixture.ts'
import { notesArbitrary, runsArbitrary, withoutIds } from './markdown.fixture.ts'
import { blocksFromMarkdown, markdownFromBlocks } from './markdown.ts'

const read = (markdown: string) => {
  let count = 0
  return blocksFromMarkdown(markdown, () => String(count++))
}
const paragraph = (...content: Run[]) => createBlock('', 'paragraph', { content })
const run = (text: string, marks: Run['marks'] = {}): Run => ({ text, marks })
const isSame = (blocks: readonly Block[]) => assert.deepEqual(withoutIds(read(markdownFromBlocks(blocks))), withoutIds(blocks))
const outline = (blocks: readonly Block[]): unknown[] =>
  blocks.map((block) => [block.type, block.content.map((one) => one.text).join(''), ...outline(block.children)])

test('reads back any random note that Markdown can express', () => {
  fc.assert(fc.property(notesArbitrary, isSame), { numRuns: 500 })
})

for (const type of ['paragraph', 'heading', 'quote', 'bulletListItem', 'checkListItem'])
  test(`reads back any random text of a ${type}, mark for mark`, () => {
    fc.assert(fc.property(runsArbitrary(1), (content) => isSame([createBlock('', type, { content })])), { numRuns: 500 })
  })

test('reads back any random text of a table cell', () => {
  fc.assert(fc.property(runsArbitrary(1), (content) => isSame([createBlock('', 'table', { rows: [[createCell(true, content), createCell(true, content)]] })])), {
    numRuns: 500,
  })
})

const TEXT = `# Shopping for *Saturday*

Ask **Ana** about the \`oven\`, see [the list](https://example.org/list_\\(1\\)) or https://example.org/ now\\
and call

* bread
* milk
  * oat
    1. two litres
    2. cold
* [ ] candles
* [x] cake

  with cream

> Never enough
>
> * cake

| who | what |
| --- | :-: |
| Ana | salad<br>and soup |
| Bo | a \\| b |

\`\`\`js
let a = 1

let b
\`\`\`

***

![Plan](plan.png "The room")
`

test('a note reads like Markdown that a person would have written', () => {
  assert.equal(markdownFromBlocks(read(TEXT)), TEXT)
})

test('ordinary prose is not littered with escapes', () => {
  const prose = 'A - b + c = 2 * 3 > 1, snake_case, C:\\Users\\ana, 50% of ~5, (a) "b" \'c\' #1 e.g. a|b & co.; 1) x? Yes! 3.5 @ home {x} ^y $z'
  assert.equal(markdownFromBlocks([paragraph(run(prose))]), `${prose}\n`)
})

test('text that looks like Markdown stays text', () => {
  for (const text of ['# a', '- a', '* a', '+ a', '1. a', '2) a', '> a', '---', '***', '```', '~~~', '    a', '\ta', '| a |', 'a\n---', 'a\n===', 'a|b\n-|-', '[x] a', '[a]: b', '<b>a</b>', '&amp;', '![a](b)', '<br>', 'https://a.b', 'a  \nb', '\\', ' '])
    isSame([paragraph(run(text))])
})

test('reads what other programs write: other markers, references, soft breaks, indented code, HTML', () => {
  assert.deepEqual(outline(read('Title\n=====\n\n- a\n- b\n\n+ c\n\n1) d')), [
    ['heading', 'Title'],
    ['bulletListItem', 'a'],
    ['bulletListItem', 'b'],
    ['bulletListItem', 'c'],
    ['numberedListItem', 'd'],
  ])
  assert.deepEqual(read('one\ntwo __b__ _i_ [l][r] <https://c.d>\n\n[r]: https://a.b "t"')[0]?.content, [
    run('one two '),
    run('b', { bold: true }),
    run(' '),
    run('i', { italic: true }),
    run(' '),
    run('l', { link: 'https://a.b' }),
    run(' '),
    run('https://c.d', { link: 'https://c.d' }),
  ])
  assert.deepEqual(outline(read('    code\n      more\r\n\r\n<p align="center">hi</p>')), [
    ['codeBlock', 'code\n  more'],
    ['paragraph', '<p align="center">hi</p>'],
  ])
})

test('only whole addresses become links by themselves', () => {
  const links = read('README.md example.org a@b.c //x ftp://a.b www.a.b https://a.b/c.')[0]?.content.filter((one) => one.marks.link)
  assert.deepEqual(links, [run('https://a.b/c', { link: 'https://a.b/c' })])
})

test('media in a line stand between lines; those in links and cells become links', () => {
  assert.deepEqual(outline(read('a ![b](c.png) d\n\n# ![e](f.mp4) g\n\n- ![h](i.mp3)\n\n[![j](k.svg)](l)\n\n|![m](n.png)|\n|-|')), [
    ['paragraph', 'a'],
    ['image', ''],
    ['paragraph', 'd'],
    ['heading', 'g'],
    ['video', ''],
    ['bulletListItem', '', ['audio', '']],
    ['paragraph', 'j'],
    ['table', ''],
  ])
  assert.deepEqual(read('[![j](k.svg)](l)')[0]?.content, [run('j', { link: 'l' })])
})

// A control has no entity: that address begins with `&`, and is relative.
const entities = (text: string) => [...text].map((character) => (character < ' ' ? '' : `&#x${character.codePointAt(0)!.toString(16)};`)).join('')
const UNSAFE = ['javascript:alert(1)', 'JAVASCRIPT:alert(1)', 'java\tscript:alert(1)', '\u0001javascript:alert(1)', ' javascript:x', 'vbscript:x', 'data:text/html,x', 'file:///etc/passwd', 'blob:x', 'jav\u200bascript:x']

test('a link to anything but http, https, mailto, lanyard or a relative place stays text, both ways', () => {
  for (const address of UNSAFE) {
    for (const markdown of [`[a](<${address}>)`, `![a](<${address}>)`, `[a]\n\n[a]: <${address}>`, `<${address.trim()}>`, `[a](${entities(address)})`])
      for (const block of read(markdown)) {
        assert.equal(block.type, 'paragraph', markdown)
        assert.ok(block.content.every((one) => one.marks.link === undefined), markdown)
      }
    assert.equal(markdownFromBlocks([paragraph(run('a', { link: address }))]), 'a\n')
    assert.equal(markdownFromBlocks([createBlock('', 'image', { attributes: { url: address, name: 'a' } })]), 'a\n')
    assert.equal(markdownFromBlocks([createBlock('', 'file', { attributes: { url: address, name: 'a' } })]), 'a\n')
  }
  for (const address of ['http://a', 'HTTPS://a', 'mailto:a@b', 'lanyard://a', 'a/b:c', '#a', '?a:b', '../a', ''])
    assert.equal(read(`[a](<${address}>)`)[0]?.content[0]?.marks.link, address)
})

test('what Markdown has no words for keeps its text', () => {
  const note = [
    createBlock('', 'heading', { attributes: { level: 2, isToggleable: true }, content: [run('toggle')], children: [paragraph(run('inside'))] }),
    createBlock('', 'toggleListItem', { content: [run('item')], children: [paragraph(run('below'))] }),
    paragraph(run('under', { underline: true }), run('red', { textColor: 'red', backgroundColor: 'blue' }), run('both', { code: true, bold: true })),
    paragraph(),
    createBlock('', 'kanban', { content: [run('unknown')] }),
    createBlock('', 'image', { attributes: { caption: 'no address' } }),
    createBlock('', 'file', { attributes: { url: 'a.zip', name: 'archive', caption: 'old' } }),
    createBlock('', 'video', { attributes: { url: 'lanyard://blob', name: 'film' } }),
  ]
  assert.equal(
    markdownFromBlocks(note),
    '## toggle\n\ninside\n\n* item\n\n  below\n\nunderred`both`\n\nunknown\n\nno address\n\n[archive](a.zip "old")\n\n[film](lanyard://blob)\n',
  )
})

test('a merged cell leaves room where it reaches, and no claim of size makes the text grow without bound', () => {
  const cell = (text: string, attributes = {}) => createCell(false, [run(text)], attributes)
  const table = (...rows: ReturnType<typeof cell>[][]) => markdownFromBlocks([createBlock('', 'table', { rows })])
  assert.equal(table([cell('a', { colspan: 2, rowspan: 2 }), cell('b')], [cell('c')], [cell('d'), cell('e'), cell('f')]).split('\n').slice(2, 5).join('\n'), '| a |  | b |\n|  |  | c |\n| d | e | f |')
  assert.ok(table([cell('a', { colspan: 1e9, rowspan: 1e9 })], [cell('b')]).length < 5_000)
})

test('nothing is nothing', () => {
  assert.deepEqual(read(''), [])
  assert.equal(markdownFromBlocks([]), '')
  assert.equal(markdownFromBlocks([paragraph()]), '')
})

test('text nested deeper than a note may be is kept, and never overflows the stack', () => {
  for (const marker of ['> ', '- ', '1. ', '> - ']) {
    const text = JSON.stringify(read(`${marker.repeat(20_000)}end`))
    assert.match(text, /end/)
    assert.equal((text.match(/[>]|- |1\. |"(quote|bulletListItem|numberedListItem)"/g) ?? []).length, marker.trim().split(' ').length * 20_000)
  }
  const depthOf = (blocks: readonly Block[]): number => blocks.reduce((deepest, block) => Math.max(deepest, 1 + depthOf(block.children)), 0)
  assert.ok(depthOf(read(`${'> '.repeat(20_000)}end`)) <= 2 * NOTE_DEPTH_MAX + 1)
  for (const unclosed of ['['.repeat(20_000), '![['.repeat(20_000), '*a '.repeat(20_000).trim(), '<a '.repeat(20_000).trim()])
    assert.deepEqual(read(unclosed)[0]?.content, [run(unclosed)])
})

test('a list as deep as a note may be is read back', () => {
  let block = paragraph(run('deepest'))
  for (let depth = 1; depth < NOTE_DEPTH_MAX; depth++) block = createBlock('', 'bulletListItem', { content: [run('a')], children: [block] })
  isSame([block])
})

test('refuses text beyond MARKDOWN_BYTES_MAX, counted in bytes', () => {
  assert.throws(() => read('a'.repeat(MARKDOWN_BYTES_MAX + 1)), { code: 'DOCUMENTS_TOO_LARGE' })
  assert.throws(() => read('é'.repeat(MARKDOWN_BYTES_MAX / 2 + 1)), { code: 'DOCUMENTS_TOO_LARGE' })
})

test('no text takes the peer down: 50 kB of the worst are read and written in seconds, all together', { timeout: 120_000 }, () => {
  // micromark needs minutes for one of them; the bench prints what each takes.
  for (const text of Object.values(worstTexts(50_000))) markdownFromBlocks(read(text))
})
