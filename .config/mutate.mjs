/** `npm run mutate -- [--only store,log/chain.ts] [--minutes 10] [--json] [--fresh] [--verbose]`: changes the sources of four rooms in
 *  small ways, one at a time, and asks their tests. What no test notices is listed in docs/mutation.md with our judgement of it; ends with
 *  1 when one has none. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { at } from './lib/place.mjs'
import { judge, readJudgements } from './mutate/judge.mjs'
import { countsOf, tableOf, writePage } from './mutate/page.mjs'
import { readRoom, tryRoom } from './mutate/room.mjs'
import { copyTree } from './mutate/runner.mjs'

const ROOMS = ['store', 'membership', 'log', 'sync']
const PAGE = at('docs/mutation.md')
const cacheFile = (room) => at('node_modules/.cache/mutate', `${room}.json`)

const flag = { type: 'boolean' }
const { values } = parseArgs({ options: { only: { type: 'string' }, minutes: { type: 'string' }, json: flag, fresh: flag, verbose: flag } })
const wanted = values.only ? values.only.split(',') : ROOMS
const roomOf = (name) => name.split('/')[0]
const wrong = wanted.find((name) => !ROOMS.includes(roomOf(name)))
if (wrong) {
  console.error(`No room is called ${wrong}. There are: ${ROOMS.join(', ')}`)
  process.exit(2)
}

const say = (text) => process.stderr.write(`${text}\n`)
const report = (done, all, { file, line, was, becomes, verdict, by }) => {
  const isShown = values.verbose || verdict === 'survived' || verdict === 'not covered'
  if (isShown) say(`${done}/${all} ${verdict} ${file}:${line} ${was} -> ${becomes}${by ? ` (${by})` : ''}`)
}

const tree = copyTree(at(), ['app', 'package.json'])
process.on('exit', tree.remove)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))

const untilMs = performance.now() + Number(values.minutes ?? Infinity) * 60_000
const isOver = () => performance.now() > untilMs
const judgements = readJudgements()
const rooms = []
for (const room of new Set(wanted.map(roomOf))) {
  if (values.fresh) rmSync(cacheFile(room), { force: true })
  const files = wanted.filter((name) => name.startsWith(`${room}/`)).map((name) => `app/${name}`)
  const isWhole = wanted.includes(room)
  const tried = await tryRoom(tree.root, readRoom(tree.root, room, isWhole ? [] : files), { cacheFile: cacheFile(room), report, isOver })
  const results = judge(tried, judgements)
  rooms.push({ room, isWhole, results })
  if (!values.json) console.log(`\n${room}\n${tableOf(results)}`)
}

const open = rooms.flatMap(({ results }) => results).filter(({ isOpen }) => isOpen)
const openOf = (results) => results.filter(({ isOpen }) => isOpen).map(({ file, line, id }) => ({ file, line, ...id }))
if (values.json) console.log(JSON.stringify(rooms.map(({ room, results }) => ({ room, ...countsOf(results), open: openOf(results) }))))
const whole = rooms.filter(({ isWhole }) => isWhole)
writeFileSync(PAGE, whole.reduce((page, { room, results }) => writePage(page, room, results), readFileSync(PAGE, 'utf8')))
if (open.length > 0) say(`\n${open.length} mutants that no test noticed have no judgement yet: write a test, or judge them in .config/mutate/judgements.json.`)
const left = rooms.flatMap(({ results }) => results).filter(({ verdict }) => verdict === 'not tried').length
if (left > 0) say(`\n${left} mutants were not tried in that time: the next run goes on with them.`)
process.exitCode = open.length + left > 0 ? 1 : 0
