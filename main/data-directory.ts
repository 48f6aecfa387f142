/** Where a peer keeps everything: one directory a peer, for its owner's eyes only. */
import { chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { PeerError } from '../app/base/errors.ts'

const PROFILE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/
const OWNER_ONLY_DIRECTORY = 0o700
const OWNER_ONLY_FILE = 0o600

type Environment = Readonly<Record<string, string | undefined>>

const systemDirectory = (env: Environment, platform: NodeJS.Platform): string => {
  if (platform === 'darwin') return path.join(homedir(), 'Library', 'Application Support', 'Lanyard')
  if (platform === 'win32') return path.join(env['LOCALAPPDATA'] ?? path.join(homedir(), 'AppData', 'Local'), 'Lanyard')
  // The specification says that a relative XDG path must be ignored.
  const shared = env['XDG_DATA_HOME']
  return path.join(shared !== undefined && path.isAbsolute(shared) ? shared : path.join(homedir(), '.local', 'share'), 'lanyard')
}

/** The directory meant by --data-dir, else LANYARD_DATA_DIR, else the system's place; `--profile b` is its sibling `...-b`.
 *  @throws HOST_ARGUMENT_INVALID */
export const dataDirectory = (
  options: { readonly dataDir?: string | undefined; readonly profile?: string | undefined },
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string => {
  const named = options.dataDir ?? env['LANYARD_DATA_DIR']
  if (named === '') throw new PeerError('HOST_ARGUMENT_INVALID', { argument: '--data-dir', rule: 'is empty' })
  const directory = path.resolve(named ?? systemDirectory(env, platform))
  if (options.profile === undefined) return directory
  if (!PROFILE.test(options.profile)) throw new PeerError('HOST_ARGUMENT_INVALID', { argument: '--profile', rule: 'has letters, digits, - and _ only' })
  return `${directory}-${options.profile}`
}

/** Makes it if it is not there. Closes it to others, unless it is an older directory that holds something else already.
 *  @throws HOST_DIRECTORY_UNUSABLE */
export const prepareDataDirectory = (directory: string): void => {
  try {
    mkdirSync(directory, { recursive: true, mode: OWNER_ONLY_DIRECTORY })
    const names = readdirSync(directory)
    const isOurs = names.length === 0 || names.some((name) => name.startsWith('lanyard.db') || name === 'token')
    if (isOurs && (statSync(directory).mode & 0o077) !== 0) chmodSync(directory, OWNER_ONLY_DIRECTORY)
  } catch (cause) {
    throw new PeerError('HOST_DIRECTORY_UNUSABLE', { directory, cause: String(cause) }, { cause })
  }
}

/** Whole or not at all, readable by its owner only. */
export const writePrivateFile = (file: string, content: string): void => {
  const fresh = `${file}.${process.pid}.new`
  writeFileSync(fresh, content, { mode: OWNER_ONLY_FILE, flush: true })
  renameSync(fresh, file)
}

/** Undefined when there is none, or none that can be read. */
export const readSmallFile = (file: string): string | undefined => {
  try {
    if (statSync(file).size > 64 * 1024) return undefined
    return readFileSync(file, 'utf8')
  } catch {
    // Missing, or somebody else's: for all who ask here it is the same as nothing.
    return undefined
  }
}
