/** One room: its files, its tests, and a verdict on every mutant. */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { hashOf, openCache } from './cache.mjs'
import { mutantsOf } from './mutants.mjs'
import { createRunner } from './runner.mjs'

const IS_TEST = /\.test\.ts$/
const IS_FOR_TESTS = /(\.(test|contract|support|fixture|bench)\.ts$|\/testing\/)/
const SAVE_EVERY = 25
/** How much longer than usual a test may go on before it counts as never ending. */
const PATIENCE_MS = 2000
/** What the tests of so much processor time, the quickest first, do not notice has survived: the slowest of a room are left out then. */
const TESTS_CPU_MS_MAX = 3000

const filesOf = (root, room) => {
  const names = readdirSync(path.join(root, 'app', room), { recursive: true }).filter((name) => name.endsWith('.ts'))
  return names.map((name) => `app/${room}/${name.replaceAll('\\', '/')}`).sort()
}

/** @param only of the files, all when empty */
export const readRoom = (root, room, only = []) => {
  const files = filesOf(root, room)
  const textOf = (file) => readFileSync(path.join(root, file), 'utf8')
  const sources = files.filter((file) => !IS_FOR_TESTS.test(file) && (only.length === 0 || only.includes(file)))
  return {
    room,
    tests: files.filter((file) => IS_TEST.test(file)),
    mutants: sources.flatMap((file) => mutantsOf(file, textOf(file)).map((mutant) => ({ ...mutant, fileHash: hashOf(textOf(file)) }))),
    hashes: new Map(files.map((file) => [file, hashOf(textOf(file))])),
    testsHash: hashOf(...files.filter((file) => IS_FOR_TESTS.test(file)).map(textOf)),
    wholeHash: hashOf(...files.map(textOf)),
  }
}

const keyOf = ({ file, fileHash, id }) => hashOf(file, fileHash, JSON.stringify(id))

const isStillTrue = (known, { testsHash, hashes }) =>
  known !== undefined &&
  (known.testsHash === testsHash || (known.testFile !== undefined && hashes.get(known.testFile) === known.testFileHash))

/** Which tests execute which mutant; remembered, as it takes as long as all tests do. */
const coverageOf = async (room, runner, cache) => {
  const key = `coverage ${room.wholeHash} ${hashOf(...room.mutants.map(keyOf))}`
  const known = cache.get(key)
  if (known) return known
  const rows = await runner.cover(room.mutants)
  cache.set(key, rows)
  cache.save()
  return rows
}

/** The quickest ones, at least one, that fit into the time for one mutant. */
const affordable = (tests) => {
  let sumMs = 0
  return tests.sort((a, b) => a.cpuMs - b.cpuMs).filter(({ cpuMs }, index) => {
    sumMs += cpuMs
    return index === 0 || sumMs <= TESTS_CPU_MS_MAX
  })
}

/** @param report called with (done, all, result) after each mutant that was tried
 *  @param isOver asked before each: what is left then is 'not tried'. The order is by chance, but always the same: any part is a fair one.
 *  @returns the mutants, each with { verdict, by }: 'killed', 'timed out', 'survived', 'not covered' or 'not tried' */
export const tryRoom = async (root, room, { cacheFile, report = () => {}, patienceMs = PATIENCE_MS, isOver = () => false }) => {
  const cache = openCache(cacheFile)
  const runner = createRunner(root, room.tests, patienceMs)
  const { mutants, hashes, testsHash } = room
  const knownOf = (mutant) => {
    const known = cache.get(keyOf(mutant))
    return isStillTrue(known, room) ? known : undefined
  }
  /** Of what was not tried again: nobody noticed it when the tests were others. Perhaps one does now; until that is seen, none does. */
  const before = (mutant) => {
    const known = cache.get(keyOf(mutant))
    return known?.verdict === 'survived' || known?.verdict === 'not covered' ? known : undefined
  }
  const find = async (mutant, tests) => {
    const { verdict, by, testFile } = tests.length === 0 ? { verdict: 'not covered' } : await runner.try(mutant, tests)
    const found = { verdict, by, testFile, testFileHash: hashes.get(testFile), testsHash }
    cache.set(keyOf(mutant), found)
    return found
  }
  try {
    const keys = mutants.map(keyOf)
    const open = [...mutants.keys()].filter((index) => !knownOf(mutants[index])).sort((a, b) => (keys[a] < keys[b] ? -1 : 1))
    const rows = open.length === 0 || isOver() ? [] : await coverageOf(room, runner, cache)
    const testsOf = (index) => affordable(rows.filter(({ covered }) => covered.includes(index)))
    for (const [done, index] of open.entries()) {
      if (isOver()) break
      const { verdict, by } = await find(mutants[index], testsOf(index))
      report(done + 1, open.length, { ...mutants[index], verdict, by })
      if (done % SAVE_EVERY === 0) cache.save()
    }
    return mutants.map((mutant) => {
      const { verdict, by } = knownOf(mutant) ?? before(mutant) ?? { verdict: 'not tried' }
      return { ...mutant, verdict, by }
    })
  } finally {
    cache.save()
    runner.stop()
  }
}
