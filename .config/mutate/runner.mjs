/** Tries the mutants of a room: a copy of the tree in a temporary directory, one warm process, only the tests that execute the changed
 *  place, the quickest first, until one fails. */
import { fork, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { mutate } from './mutants.mjs'

/** A process keeps the modules of every mutant it tried. */
const MUTANTS_PER_PROCESS_MAX = 150
const RSS_BYTES_MAX = 700_000_000
/** In the copy: where its tests keep what they make. */
const TEMPORARY = 'temporary'
const PROCESS = new URL('./room-process.mjs', import.meta.url)

/** A test that was cut short leaves its small file system mounted: nothing below it can be removed. */
const unmountBelow = (root) => {
  if (!existsSync('/proc/mounts')) return
  const below = readFileSync('/proc/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1]).filter((place) => place?.startsWith(`${root}/`))
  for (const place of below) spawnSync('umount', [place])
}

/** A copy of what the tests of a room read. @returns { root, remove } */
export const copyTree = (from, parts) => {
  const root = mkdtempSync(path.join(tmpdir(), 'lanyard-mutate-'))
  mkdirSync(path.join(root, TEMPORARY))
  for (const part of parts) cpSync(path.join(from, part), path.join(root, part), { recursive: true })
  if (existsSync(path.join(from, 'node_modules'))) symlinkSync(path.join(from, 'node_modules'), path.join(root, 'node_modules'), 'junction')
  const remove = () => {
    unmountBelow(root)
    rmSync(root, { recursive: true, force: true })
  }
  return { root, remove }
}

/** With what its tests started: they are one group. */
const end = (child) => {
  if (!child) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL') // Windows knows no groups; elsewhere it is gone already.
  }
}

/** One process at a time, begun anew when it ended or holds too much. */
const createWorker = (root, patienceMs) => {
  let child
  let done = 0
  const stop = () => {
    child?.removeAllListeners()
    end(child)
    child = undefined
    done = 0
  }
  const once = () => new Promise((resolve) => {
    child.once('message', (message) => { child.removeAllListeners(); resolve(message) })
    child.once('exit', (code, signal) => { stop(); resolve({ ended: signal ?? code }) })
  })
  const start = async () => {
    const temporary = path.join(root, TEMPORARY)
    const env = { ...process.env, ...(existsSync(temporary) && { TMPDIR: temporary }) }
    const stdio = ['ignore', 'ignore', 'ignore', 'ipc']
    child = fork(PROCESS, [root, String(patienceMs)], { execArgv: ['--no-warnings'], stdio, cwd: root, detached: process.platform !== 'win32', env })
    const { isReady } = await once()
    if (!isReady) throw new Error('The process for the tests did not start.')
  }
  const ask = async (message) => {
    if (!child) await start()
    const answer = once()
    child.send(message)
    const result = await answer
    if (++done >= MUTANTS_PER_PROCESS_MAX || result.rss > RSS_BYTES_MAX) stop()
    return result
  }
  return { ask, stop }
}

/** @returns tests { file, name, cpuMs, beats, covered }[], `covered` indexes into `mutants`
 *  @throws when a test fails on the sources as they are: it would kill every mutant */
const coverAll = async (worker, files, mutants) => {
  const { rows, ended } = await worker.ask({ cover: { files, places: mutants.map(({ file, start }) => ({ file, start })) } })
  worker.stop()
  if (!rows) throw new Error(`The tests did not come to an end on the sources as they are (${ended}).`)
  const failure = rows.find(({ error }) => error)
  if (failure) throw new Error(`This test fails on the sources as they are, so it can judge no mutant:\n${failure.file}: ${failure.name}\n${failure.error}`)
  return rows
}

export const createRunner = (root, files, patienceMs) => {
  const worker = createWorker(root, patienceMs)
  const tryOnce = async (mutant, tests) => {
    const file = path.join(root, mutant.file)
    const before = readFileSync(file, 'utf8')
    const asked = tests.map(({ file: testFile, name, cpuMs, beats }) => ({ file: testFile, name, cpuMs, beats }))
    const result = await worker.ask({ try: { file: mutant.file, text: mutate(before, mutant), tests: asked } })
    if (!result.ended) return result
    writeFileSync(file, before)
    return { verdict: result.ended === 'SIGKILL' ? 'timed out' : 'killed', by: 'the process ended' }
  }
  return {
    cover: (mutants) => coverAll(worker, files, mutants),
    /** @param tests those that execute its place, in the order in which they are tried */
    try: async (mutant, tests) => {
      const first = await tryOnce(mutant, tests)
      if (first.verdict === 'survived' || (first.verdict === 'killed' && !first.isStray && first.by !== 'the process ended')) return first
      // What an earlier mutant left behind could have been the cause: once more, in a process of its own, and that counts.
      worker.stop()
      const second = first.verdict === 'timed out' ? first : await tryOnce(mutant, tests)
      worker.stop()
      return second
    },
    stop: worker.stop,
  }
}
