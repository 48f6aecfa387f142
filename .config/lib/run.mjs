/** Starts programs: to the end, or for as long as we live. Runs on Node 20 with nothing installed. */
import { spawn } from 'node:child_process'
import { root } from './place.mjs'

/** Runs to the end. Gives { code, output }; `output` only with `capture`. */
export const run = (command, args, { capture = false, ...options } = {}) =>
  new Promise((resolve, reject) => {
    const stdio = capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit']
    const child = spawn(command, args, { cwd: root, stdio, ...options })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (output += bytes))
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), output }))
  })

/** Runs in the foreground: hands signals on, and ends as it ends. */
export const become = (command, args) => {
  const child = spawn(command, args, { stdio: 'inherit' })
  // A terminal sends SIGINT to the whole group; handing it on once more would end the host twice as abruptly.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  endWithParent(child)
  child.once('error', (error) => fail(error.message))
  child.once('close', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}

const PARENT_LOOK_MS = 500

/** npm that is killed does not tell its scripts: they find themselves with another parent. */
const endWithParent = (child) => {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    child.kill('SIGTERM')
  }, PARENT_LOOK_MS)
  timer.unref()
}

export const fail = (message) => {
  console.error(message)
  process.exit(1)
}
