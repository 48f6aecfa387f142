/** The tool on a tiny room: what a weak test lets through is listed, and a strong one leaves nothing. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { judge, readJudgements } from './judge.mjs'
import { mutantsOf } from './mutants.mjs'
import { tableOf, writePage } from './page.mjs'
import { readRoom, tryRoom } from './room.mjs'

const SOURCE = `
import type { Size } from './size.types.ts'
/** How many fit. */
export const fits = (sizes: readonly Size[], room: number): number => {
  let sum = 0
  for (const size of sizes) {
    if (sum + size > room) return sum
    sum += size
  }
  return sum
}
export const forgotten = (): boolean => true
`
const head = "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { fits, forgotten } from './fits.ts'\n"
const WEAK = `${head}test('adds', () => { assert.equal(fits([1, 2], 9), 3) })\n`
const STRONG = `${WEAK}test('stops before the first that does not fit', () => {
  assert.equal(fits([2, 3, 1], 4), 2)
  assert.equal(fits([2, 2], 4), 4)
  assert.equal(fits([], 4), 0)
  assert.equal(forgotten(), true)
})\n`

const tiny = (context, testText) => {
  const root = mkdtempSync(path.join(tmpdir(), 'lanyard-mutate-test-'))
  context.after(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(path.join(root, 'app/tiny'), { recursive: true })
  const put = (name, text) => writeFileSync(path.join(root, 'app/tiny', name), text)
  put('fits.ts', SOURCE)
  put('size.types.ts', 'export type Size = number\n')
  put('fits.test.ts', testText)
  writeFileSync(path.join(root, 'package.json'), '{ "type": "module" }')
  const tried = []
  const cacheFile = path.join(root, 'cache.json')
  const run = (more) => tryRoom(root, readRoom(root, 'tiny'), { cacheFile, patienceMs: 300, ...more, report: (_, __, { was }) => tried.push(was) })
  return { root, put, run, tried }
}

const shown = ({ verdict, was, becomes }) => `${verdict}: ${was} -> ${becomes}`
const unnoticed = (results) => results.filter(({ verdict }) => verdict !== 'killed' && verdict !== 'timed out').map(shown)

test('a weak test lets through exactly what it does not look at, and a strong one nothing', async (context) => {
  const { root, put, run, tried } = tiny(context, WEAK)
  const weak = await run()
  assert.deepEqual(unnoticed(weak), [
    'survived: sum + size > room -> false',
    'survived: + -> -',
    'survived: > -> >=',
    'not covered: sum -> undefined',
    'not covered: true -> false',
  ])
  assert.equal(readFileSync(path.join(root, 'app/tiny/fits.ts'), 'utf8'), SOURCE, 'the tree is as it was')

  const before = tried.length
  put('fits.test.ts', STRONG)
  assert.deepEqual(unnoticed(await run()), [])
  assert.equal(tried.length - before, weak.length, 'the file of the test that killed has changed: everything is tried again')
  await run()
  assert.equal(tried.length - before, weak.length, 'nothing has changed: nothing is tried')
})

test('what there was no time for is not tried, and the next run goes on with it', async (context) => {
  const { run, tried } = tiny(context, STRONG)
  const half = await run({ isOver: () => tried.length === 5 })
  assert.equal(half.filter(({ verdict }) => verdict === 'not tried').length, half.length - 5)
  const rest = await run()
  assert.equal(tried.length, half.length)
  assert.deepEqual(unnoticed(rest), [])
})

test('a test that fails without any mutant stops the run, as it would kill them all', async (context) => {
  const { run } = tiny(context, `${WEAK}test('is wrong', () => { assert.equal(fits([1], 1), 2) })\n`)
  await assert.rejects(run(), /fails on the sources as they are.*\n.*is wrong/)
})

test('what spins, what waits for ever, and what fails where nobody waits are all noticed', async (context) => {
  const { put, run } = tiny(context, '')
  put('fits.ts', `
export const wait = async (count: number): Promise<number> => {
  let at = 0
  while (at < count) at += 1
  await new Promise<void>((resolve) => {
    if (at === count) setImmediate(() => resolve())
  })
  return at
}
`)
  put('fits.test.ts', "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { wait } from './fits.ts'\ntest('waits', async () => { assert.equal(await wait(3), 3) })\n")
  const results = await run()
  const verdictOf = (was, becomes) => results.find((result) => result.was === was && result.becomes === becomes).verdict
  assert.equal(verdictOf('+=', '-='), 'timed out', 'it spins')
  assert.equal(verdictOf('at === count', 'false'), 'timed out', 'it waits for ever')
  assert.equal(verdictOf('at', 'undefined'), 'killed')
})

const sample = () => mutantsOf('app/tiny/a.ts', 'const f = (a: number) => {\n  if (a > 1 && a < 9) return a\n  return 0\n}\n')

test('a judgement finds its mutants when lines move, and none that it is not about', () => {
  const [mutant] = sample().filter(({ becomes }) => becomes === '>=')
  const moved = mutantsOf('app/tiny/a.ts', `\n\n${'const f = (a: number) => {\n  if (a > 1 && a < 9) return a\n  return 0\n}\n'}`)
  const judgements = readJudgements(JSON.stringify([{ file: 'app/tiny/a.ts', ...mutant.id, verdict: 'equivalent', why: 'for the test' }]))
  const judged = judge(moved.map((each) => ({ ...each, verdict: 'survived' })), judgements)
  assert.deepEqual(judged.filter(({ isOpen }) => !isOpen).map(shown), ['survived: > -> >='])
  assert.equal(judged.find(({ isOpen }) => !isOpen).line, mutant.line + 2)
  assert.throws(() => readJudgements('[{ "file": "a.ts", "verdict": "fine", "why": "x", "code": "y" }]'), /A judgement needs/)
})

test('a page keeps the sections of the rooms that did not run, and says what is not judged', () => {
  const results = judge(sample().map((each, index) => ({ ...each, verdict: index === 0 ? 'survived' : 'killed' })), [])
  const page = writePage(writePage('# Page\n', 'store', results), 'log', results)
  const again = writePage(page, 'store', [])
  assert.match(page, /<!-- store -->[^]*not judged yet[^]*<!-- \/store -->[^]*<!-- log -->/)
  assert.equal(again.match(/not judged yet/g).length, 1)
  assert.match(tableOf(results), /\| \*\*all\*\* \| \d+ \| \d+ \| 0 \| 1 \| 0 \| 0 \| \d+\.\d % \|/)
})
