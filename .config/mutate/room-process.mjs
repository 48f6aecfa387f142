/** The process in which the tests of a room run, again and again, on mutant after mutant. Spoken to by runner.mjs:
 *  { cover } runs every test on the sources as they are; { try } runs some on one mutant, until one fails. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { startCoverage } from './coverage.mjs'
import { freshModules } from './fresh-modules.mjs'
import { collect, runTest } from './test-shim.mjs'
import { cpuMs, startWatch } from './watch.mjs'

const BEAT_MS = 100

/** The tree, and how long beyond what it usually takes a test may go on: of the processor, or of a loop that is free, where it waits for
 *  what never comes. */
const root = process.argv[2]
const patienceMs = Number(process.argv[3])
const modules = freshModules(root)
const { allow, beat } = startWatch()

let beats = 0
setInterval(() => {
  beats += 1
  beat()
}, BEAT_MS)

/** What a failed test leaves ticking would run into the next one. */
const ticking = new Set()
for (const [start, clear] of [['setTimeout', clearTimeout], ['setInterval', clearInterval], ['setImmediate', clearImmediate]]) {
  const original = globalThis[start]
  globalThis[start] = Object.assign((...args) => {
    const handle = original(...args)
    ticking.add(() => clear(handle))
    return handle
  }, original)
}
const stopTicking = () => {
  for (const stop of ticking) stop()
  ticking.clear()
}

/** What nobody waits for: counts for whatever test runs. */
let stray
const onStray = (error) => stray?.(error)
process.on('uncaughtException', onStray)
process.on('unhandledRejection', onStray)

class Hang extends Error {}
class Stray extends Error {}

const untilIdle = (beatsMax) => {
  const from = beats
  return new Promise((_, reject) => {
    const timer = setInterval(() => {
      if (beats - from > beatsMax) reject(new Hang('it never ends'))
    }, BEAT_MS)
    ticking.add(() => clearInterval(timer))
  })
}

/** Runs one test within its limits. @throws what it throws, Hang, Stray */
const runLimited = async (test, { cpuMs: cpu = 60_000, beats: usual = 600 }) => {
  allow(patienceMs + 4 * cpu)
  const strays = new Promise((_, reject) => { stray = (error) => reject(new Stray('nobody waited for it', { cause: error })) })
  try {
    return await Promise.race([runTest(test), strays, untilIdle(patienceMs / BEAT_MS + 10 * usual)])
  } finally {
    stray = undefined
    allow(0)
  }
}

const loadFile = async (file) => {
  allow(patienceMs + 10_000)
  return collect(() => modules.load(file)).finally(() => allow(0))
}
const finish = async (loaded) => {
  for (const { after } of loaded) for (const act of after) await Promise.resolve().then(act).catch(() => {})
  stopTicking()
}

const cover = async ({ files, places }) => {
  const take = await startCoverage(places.map(({ file, start }) => ({ file: pathToFileURL(path.join(root, file)).href, start })))
  const rows = []
  for (const file of files) {
    modules.begin()
    const loaded = await loadFile(file)
    const atLoad = await take()
    for (const test of loaded.tests) {
      const [cpu, beatsBefore] = [cpuMs(), beats]
      const outcome = await runLimited(test, {}).then((isRun) => ({ isRun }), (error) => ({ error: String(error?.stack ?? error) }))
      const covered = [...new Set([...atLoad, ...(await take())])]
      const took = { cpuMs: cpuMs() - cpu, beats: beats - beatsBefore }
      if (outcome.isRun !== false) rows.push({ file, name: test.name, ...took, error: outcome.error, covered })
    }
    await finish([loaded])
  }
  return { rows }
}

const codeOf = (error) => {
  if (error instanceof Hang) return { verdict: 'timed out' }
  return { verdict: 'killed', isStray: error instanceof Stray }
}

/** `tests` in the order in which they are tried. */
const attempt = async ({ file, text, tests }) => {
  const cleanText = tests.length > 0 ? modules.begin(file, text) : undefined
  const loaded = new Map()
  const fails = async (wanted) => {
    try {
      if (!loaded.has(wanted.file)) loaded.set(wanted.file, await loadFile(wanted.file))
      await runLimited(loaded.get(wanted.file).tests.find(({ name }) => name === wanted.name), wanted)
      return undefined
    } catch (error) {
      return { ...codeOf(error), by: `${wanted.file}: ${wanted.name}`, testFile: wanted.file }
    }
  }
  try {
    for (const wanted of tests) {
      const failure = await fails(wanted)
      if (failure) return failure
    }
    return { verdict: 'survived' }
  } finally {
    await finish([...loaded.values()])
    if (cleanText !== undefined) writeFileSync(path.join(root, file), cleanText)
  }
}

process.on('message', async (message) => {
  const answer = message.cover ? await cover(message.cover) : await attempt(message.try)
  process.send({ ...answer, rss: process.memoryUsage.rss() })
})
process.on('disconnect', () => process.exit())
process.send({ isReady: true })
