/** From what was seen of this machine itself to sentences: pure. */
import { sentence } from '../../app/base/errors.ts'
import type { Facts } from './facts.types.ts'
import { findingsOf, type Finding } from './finding.ts'

const MIB = 1024 * 1024
/** Less than this is soon full. */
export const FREE_BYTES_MIN = 64 * MIB
/** SQLite empties its log at 4 MiB, unless it can't. */
export const WAL_BYTES_MAX = 64 * MIB
/** "Saved" waits for it. */
export const FLUSH_MS_MAX = 250
/** Clocks of one room differ by seconds. */
export const CLOCK_OFFSET_MS_MAX = 2 * 60_000
/** A wall clock that was set while the probes ran. */
export const CLOCK_JUMP_MS_MAX = 1000
/** The year of the oldest version, and as far as anybody can mean. */
const YEARS = [2026, 2100] as const
const NODE_MAJOR_MIN = 24

const spanText = (ms: number): string => {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return `${Math.round(ms / 1000)} seconds`
  return minutes < 120 ? `${minutes} minutes` : minutes < 48 * 60 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 60 / 24)} days`
}
const SET_CLOCK = 'Switch on "set time automatically" on this machine.'

export const judgeClock = ({ clock: { nowMs, jumpedMs, newestFileMs }, host }: Facts): readonly Finding[] => {
  const { ok, problem, unknown } = findingsOf('Clock')
  const now = new Date(nowMs)
  const year = now.getUTCFullYear()
  if (year < YEARS[0] || year > YEARS[1]) return [problem('CLOCK_IMPLAUSIBLE', `This machine's clock says ${now.toISOString().slice(0, 10)}: that can not be.`, SET_CLOCK)]
  if (Math.abs(jumpedMs) > CLOCK_JUMP_MS_MAX) return [problem('CLOCK_JUMPED', `This machine's clock was set ${jumpedMs > 0 ? 'ahead' : 'back'} by ${spanText(Math.abs(jumpedMs))} just now.`, `${SET_CLOCK} If two programs set it, keep one.`)]
  if (newestFileMs !== null && newestFileMs - nowMs > CLOCK_OFFSET_MS_MAX) return [problem('CLOCK_BEHIND', `This machine's own files are dated ${spanText(newestFileMs - nowMs)} ahead of its clock: the clock is behind, or was.`, SET_CLOCK)]
  const ahead = typeof host === 'object' ? host.ahead : null
  if (ahead !== null && ahead.byMs > CLOCK_OFFSET_MS_MAX) return [problem('CLOCK_DIFFERS', `A change by ${ahead.name} is dated ${spanText(ahead.byMs)} ahead of this machine's clock: one of the two is wrong.`, 'Compare both clocks, and switch on "set time automatically" on the wrong one.')]
  const date = `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  if (typeof host !== 'object') return [ok('CLOCK', `The clock says ${date} and runs evenly.`), unknown('CLOCK_OTHERS_UNKNOWN', 'How it differs from the clocks of others can not be seen: Lanyard is not running here.', 'Start it with: lanyard serve')]
  return [ok('CLOCK', `The clock says ${date} and runs evenly; no change of another machine is dated ahead of it.`)]
}

export const judgeVersions = ({ version, node, host }: Facts): readonly Finding[] => {
  const { ok, problem } = findingsOf('Version')
  const findings: Finding[] = []
  if (Number.parseInt(node, 10) < NODE_MAJOR_MIN) findings.push(problem('NODE_TOO_OLD', `This Lanyard runs on Node ${node}, which is too old.`, `Start it with the Node that it brought, or with Node ${NODE_MAJOR_MIN}.`))
  if (typeof host === 'object') {
    if (host.version !== version) findings.push(problem('VERSION_MIXED', `The running Lanyard is version ${host.version}, this command is ${version}.`, 'Restart the running one.'))
    const strangers = host.peers.filter(({ code }) => code === 'SYNC_VERSION_UNSUPPORTED').map(({ address }) => address)
    const refused = (host.refusals['SYNC_VERSION_UNSUPPORTED'] ?? 0) + (host.refusals['LOG_VERSION_UNSUPPORTED'] ?? 0)
    if (strangers.length > 0 || refused > 0) findings.push(problem('VERSION_INCOMPATIBLE', `Another machine runs an incompatible version of Lanyard${strangers.length > 0 ? ` (${strangers.join(', ')})` : ''}.`, 'Run "lanyard version" on both, and update the older one.'))
  }
  return findings.length > 0 ? findings : [ok('VERSION', `Lanyard ${version} on Node ${node}.`)]
}

const FAILS: Readonly<Record<string, readonly [code: string, why: string, fix: string]>> = {
  ENOSPC: ['DISK_FULL', 'the disk is full', 'Free some space; what was called saved is still there.'],
  EDQUOT: ['DISK_FULL', 'your share of the disk is used up', 'Free some space, or ask for more.'],
  EROFS: ['DISK_READ_ONLY', 'the disk is read-only', 'Make it writable again; a disk that turned read-only by itself may be failing: copy it first.'],
  EACCES: ['DISK_NOT_ALLOWED', 'this user may not write there', 'Give the directory to this user, or choose another with --data-dir.'],
  EPERM: ['DISK_NOT_ALLOWED', 'this user may not write there', 'Give the directory to this user, or choose another with --data-dir.'],
}
/** What a flush means there. */
const FILESYSTEMS: Readonly<Record<string, string>> = {
  nfs: 'is on another machine: "saved" is only as good as that machine\'s word',
  cifs: 'is on another machine: "saved" is only as good as that machine\'s word',
  '9p': 'is on another machine: "saved" is only as good as that machine\'s word',
  fuse: 'is a program\'s: "saved" is only as good as that program\'s word',
  tmpfs: 'is in memory: everything is gone when this machine restarts',
}

export const judgeDisk = ({ disk }: Facts): readonly Finding[] => {
  const { ok, problem } = findingsOf('Disk')
  const { directory, flush, freeBytes, walBytes, filesystem } = disk
  const findings: Finding[] = []
  const free = `${Math.floor(freeBytes / MIB)} MiB are free`
  if (typeof flush === 'string') {
    const [code, why, fix] = FAILS[flush] ?? ['DISK_FAILS', `the system says ${flush}`, 'Check the disk, or choose another directory with --data-dir.']
    findings.push(problem(code, `Nothing can be written to ${directory}: ${why}.`, fix))
  } else if (freeBytes < FREE_BYTES_MIN) findings.push(problem('DISK_NEARLY_FULL', `The disk of ${directory} is nearly full: ${free}.`, 'Free some space before changes are refused.'))
  if (typeof flush === 'number' && flush > FLUSH_MS_MAX) findings.push(problem('DISK_SLOW', `This disk takes ${Math.round(flush)} ms to save something; every change waits for it.`, 'Keep the data directory on an internal disk, or see what else writes to this one.'))
  if (walBytes !== null && walBytes > WAL_BYTES_MAX) findings.push(problem('DISK_LOG_LARGE', `The write-ahead log has grown to ${Math.round(walBytes / MIB)} MiB.`, 'Restart Lanyard; it is emptied then.'))
  if (filesystem !== null && FILESYSTEMS[filesystem] !== undefined) findings.push(problem('DISK_UNSURE', `The disk of ${directory} ${FILESYSTEMS[filesystem]} (${filesystem}).`, 'Choose a directory on a disk of this machine with --data-dir.'))
  return findings.length > 0 || typeof flush === 'string' ? findings : [ok('DISK', `${directory} is writable, ${free}, a flush takes ${flush.toFixed(1)} ms.`)]
}

export const judgeDirectory = ({ disk, host, platform }: Facts): readonly Finding[] => {
  const { ok, problem, unknown } = findingsOf('Data')
  if (!disk.exists) return [ok('DATA_NONE', `There is no data yet; the first start makes ${disk.directory}.`)]
  const findings: Finding[] = []
  if (!disk.isOwn) findings.push(problem('DATA_FOREIGN', `${disk.directory} belongs to another user.`, 'Run Lanyard as that user, or choose another directory with --data-dir.'))
  if (disk.openTo !== null) findings.push(problem('DATA_OPEN', `Other users of this machine may read the keys and notes in ${disk.directory} (mode ${disk.openTo}).`, `Close it: chmod -R go= "${disk.directory}"`))
  const isHosts = typeof host === 'object' && host.pid === disk.lockedBy
  if (typeof host === 'string') findings.push(problem('HOST_SILENT', `Lanyard runs with this data directory, but does not answer: ${sentence(host)}`, 'Wait a moment and run this again; if it stays so, end that process and start Lanyard.'))
  else if (typeof disk.lockedBy === 'number' && !isHosts) findings.push(problem('DATA_LOCKED', `Another program (process ${disk.lockedBy}) holds the data and says nothing of itself.`, 'End it, or use another directory with --data-dir or --profile.'))
  if (findings.length > 0) return findings
  if (platform === 'win32') return [unknown('DATA_RIGHTS_UNKNOWN', 'Who else may read the data directory can not be seen on this system.')]
  if (disk.lockedBy === undefined && host === undefined) return [unknown('DATA_LOCK_UNKNOWN', 'Only you can read the data directory; whether another program holds it can not be seen here.')]
  return [ok('DATA', `Only you can read ${disk.directory}${host === undefined ? ', and no program holds it' : ', and the running Lanyard holds it'}.`)]
}

export const judgeIdentity = ({ host }: Facts): readonly Finding[] => {
  const { ok, problem, unknown } = findingsOf('Identity')
  if (typeof host !== 'object') return [unknown('IDENTITY_UNKNOWN', 'Whether a copy of this data directory runs elsewhere can only be seen by a running Lanyard.', 'Start it with: lanyard serve')]
  if (host.hasTwin || (host.refusals['LOG_FORKED'] ?? 0) > 0) return [problem('IDENTITY_CLONED', 'Another running machine has the same keys as this one: its data directory is a copy.', 'Use only one of the two; on the other start with a new --data-dir and join by an invitation.')]
  return [ok('IDENTITY', 'No running copy of this data directory has been met.')]
}
