/** Notes that the peer writes, in the real editor; notes that the editor writes, in the peer; and Markdown of both.
 *  The peer's half is a program (app/documents/markdown.contract.ts), the editor's half a page (blocknote.page.ts). */
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { expect, test, chromium as playwright, type Browser, type Page } from '@playwright/test'
import { chromium, node, root } from '../rig/place.ts'
import type { Made, Opened } from './blocknote.page.ts'

interface Answer {
  readonly blocks: unknown[]
  readonly markdown: string
}
interface Case extends Answer {
  readonly name: string
  readonly update: string
  /** Why the two converters differ here; null: they don't. */
  readonly differs: string | null
}
interface Corpus {
  readonly notes: readonly Case[]
  readonly texts: readonly (Case & { readonly text: string })[]
}

const run = (file: string, args: readonly string[], input = '') =>
  execFileSync(file, args, { cwd: root, input, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'inherit'] })
const ask = <T>(question: unknown): T => JSON.parse(run(node, ['app/documents/markdown.contract.ts'], JSON.stringify(question))) as T

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const PAGE = '<!doctype html><meta name="viewport" content="width=device-width, interactive-widget=resizes-content"><body>'
/** ProseMirror warns once when a note begins with a table; nothing is wrong. */
const HARMLESS = 'TextSelection endpoint not pointing into a node with inline content (table)'

let browser: Browser
let page: Page
let corpus: Corpus

test.beforeAll(async () => {
  const bundle = path.join(root, 'test-results/contract/page.js')
  run('node_modules/.bin/esbuild', ['e2e/contract/blocknote.page.ts', '--bundle', '--format=iife', `--outfile=${bundle}`, '--log-level=warning'])
  corpus = ask({ kind: 'corpus' })
  browser = await playwright.launch({ args: FLAGS, ...(chromium && { executablePath: chromium }) })
  page = await browser.newPage()
  // The editor wants an origin with storage. No request leaves the browser.
  await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }))
  await page.goto('http://localhost/')
  await page.addScriptTag({ path: bundle })
})

test.afterAll(() => browser?.close())

/** Ids are drawn anew when the editor reads Markdown. */
const withoutIds = (blocks: unknown): unknown =>
  JSON.parse(JSON.stringify(blocks, (key, value: unknown) => (key === 'id' ? undefined : value)))

/** Without white space that means nothing: padding of tables, ends of lines, more than one empty line. */
const tidy = (markdown: string): string =>
  markdown
    .replace(/^ *\|.*$/gm, (row) => row.replace(/ +\|/g, ' |').replace(/\| +/g, '| ').replace(/-{3,}/g, '---'))
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()

const openAll = (cases: readonly Case[]): Promise<Opened[]> =>
  page.evaluate((updates) => window.contract.open(updates), cases.map((one) => one.update))

test('the corpus is large enough to mean something', () => {
  expect(corpus.notes.length).toBeGreaterThanOrEqual(60)
  expect(corpus.texts.length).toBeGreaterThanOrEqual(60)
})

test('a note that we wrote opens in the editor without a byte changing, and shows the same blocks', async () => {
  const cases = [...corpus.notes, ...corpus.texts].filter((one) => one.blocks.length > 0)
  for (const [index, opened] of (await openAll(cases)).entries()) {
    const { name, blocks } = cases[index]!
    expect.soft(opened.isUntouched, `${name} is untouched`).toBe(true)
    expect.soft(opened.problems.filter((problem) => problem !== HARMLESS), name).toEqual([])
    expect.soft(opened.blocks, name).toEqual(blocks)
  }
})

test('a note that the editor wrote reads as the same blocks, and the same Markdown but for a known list', async () => {
  const made: Made[] = await page.evaluate((notes) => window.contract.make(notes as never), corpus.notes.map((one) => one.blocks))
  const read = ask<Answer[]>({ kind: 'read', updates: made.map((one) => one.update) })
  for (const [index, { name, differs }] of corpus.notes.entries()) {
    expect.soft(read[index]!.blocks, name).toEqual(made[index]!.blocks)
    const [ours, theirs] = [tidy(read[index]!.markdown), tidy(made[index]!.markdown)]
    if (differs === null) expect.soft(ours, name).toBe(theirs)
    else expect.soft(ours, `${name} should differ: ${differs}`).not.toBe(theirs)
  }
})

test('the editor reads Markdown as the same blocks, but for a known list', async () => {
  const parsed = await page.evaluate((texts) => window.contract.parse(texts), corpus.texts.map((one) => one.text))
  for (const [index, { name, blocks, differs }] of corpus.texts.entries()) {
    const [ours, theirs] = [withoutIds(blocks), withoutIds(parsed[index])]
    if (differs === null) expect.soft(ours, name).toEqual(theirs)
    else expect.soft(ours, `${name} should differ: ${differs}`).not.toEqual(theirs)
  }
})
