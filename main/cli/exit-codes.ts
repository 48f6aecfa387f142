/** What a shell learns from a command's end. */
import type { ErrorCode } from '../../app/base/errors.ts'

export const EXIT_OK = 0
/** Refused, or failed: the code says why. */
export const EXIT_FAILED = 1
/** The command line itself has a mistake. */
export const EXIT_USAGE = 2
/** No host runs with this data directory, or, for `serve`, another one does. */
export const EXIT_HOST = 3
/** Nobody answered in time. */
export const EXIT_TIMEOUT = 4

const EXITS: Partial<Readonly<Record<ErrorCode, number>>> = {
  HOST_ARGUMENT_INVALID: EXIT_USAGE,
  BASE_ID_MALFORMED: EXIT_USAGE,
  API_PARAMETER_INVALID: EXIT_USAGE,
  MEMBERSHIP_WORKSPACE_AMBIGUOUS: EXIT_USAGE,
  MEMBERSHIP_LINK_MALFORMED: EXIT_USAGE,
  NETWORK_ADDRESS_MALFORMED: EXIT_USAGE,
  HOST_NOT_RUNNING: EXIT_HOST,
  STORE_LOCKED: EXIT_HOST,
  HOST_SILENT: EXIT_TIMEOUT,
  MEMBERSHIP_JOIN_TIMEOUT: EXIT_TIMEOUT,
}

export const exitCodeOf = (code: ErrorCode): number => EXITS[code] ?? EXIT_FAILED
