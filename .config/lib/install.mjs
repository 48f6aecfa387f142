/** Installs what the lockfile says, if it is not there yet. Runs on Node 20 with nothing installed. */
import { readFileSync } from 'node:fs'
import { at } from './place.mjs'
import { fail, run } from './run.mjs'

const packages = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined // not installed, or cut off while it was: install
  }
}

/** By content, not by time: a checkout changes times, and an install that changed nothing is a minute lost. */
export const isInstalled = () => {
  const wanted = packages(at('package-lock.json'))
  const present = packages(at('node_modules/.package-lock.json'))
  if (!wanted || !present) return false
  return Object.entries(wanted).every(([place, { version, optional, peer }]) => place === '' || optional || peer || present[place]?.version === version)
}

/** npm's own script when npm runs us, so that the same npm installs; else the one on the PATH. */
export const npm = (args, options = {}) => {
  const script = process.env.npm_execpath
  if (script?.endsWith('.js')) return run(process.execPath, [script, ...args], { capture: true, ...options })
  return run('npm', args, { capture: true, shell: process.platform === 'win32', ...options })
}

export const installIfNeeded = async () => {
  if (isInstalled()) return
  console.error('Installing what Lanyard is built from (once; about a minute) ...')
  const { code, output } = await npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code !== 0) fail(`${output}\nInstalling failed. Check the network connection, then try again.`)
}
