/** `lanyard serve`: runs the headless host until it is told to end. */
import { spawn } from 'node:child_process'
import { systemClock } from '../../app/base/clock.ts'
import { PeerError } from '../../app/base/errors.ts'
import { InvariantError } from '../../app/base/invariant.ts'
import { lineLogger, type Logger } from '../../app/base/logger.ts'
import { startHeadlessHost, type HeadlessHost } from '../headless/host.ts'
import { textOption, wholeOption } from './arguments.ts'
import type { Call, Options } from './command.types.ts'
import { EXIT_FAILED, EXIT_OK } from './exit-codes.ts'
import { sortedJson } from './output.ts'

const LEVELS = ['debug', 'info', 'warn'] as const

/** To the error stream: standard output has one line, for programs. */
const createLogger = (): Logger => {
  const wanted = LEVELS.find((level) => level === process.env['LANYARD_LOG']) ?? 'warn'
  return lineLogger(wanted, Date.now, (line) => process.stderr.write(line))
}

/** Runs until SIGTERM, SIGINT or SIGHUP. @throws as startHeadlessHost */
export const runServe = async ({ dataDir, options }: Call): Promise<number> => {
  const logger = createLogger()
  const ended = Promise.withResolvers<number>()
  const fail = (error: unknown) => {
    logger.warn('fault', { error: error instanceof Error ? error.stack : String(error) })
    ended.resolve(EXIT_FAILED)
  }
  watchFaults(logger, fail)
  const settings = { ...hostOptions(options), dataDir, clock: systemClock(), logger, onFault: fail }
  const host = await startHeadlessHost(settings).catch((error: unknown) => {
    openRunning(error, options)
    throw error
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => ended.resolve(EXIT_OK))
  announce(host, options)
  const exitCode = await ended.promise
  await host.stop()
  return exitCode
}

const hostOptions = (options: Options) => {
  const listen = options.listen
  if (textOption(options, 'name')?.trim() === '') throw new PeerError('HOST_ARGUMENT_INVALID', { hint: '--name is empty.' })
  return {
    name: textOption(options, 'name'),
    port: wholeOption(options, 'port', 0, 65_535),
    listen: Array.isArray(listen) ? (listen as readonly string[]) : [],
    discovers: options['no-discovery'] !== true,
  }
}

/** A rejection that nobody awaited is a library's lost stream or timer, and the rest goes on.
 *  Anything thrown into the open ends the host in good order. */
const watchFaults = (logger: Logger, fail: (error: unknown) => void) => {
  process.on('unhandledRejection', (error) => {
    if (error instanceof InvariantError) fail(error)
    else logger.warn('unhandled rejection', { error: error instanceof Error ? error.stack : String(error) })
  })
  process.on('uncaughtException', fail)
}

const announce = ({ url, dataDir, addresses }: HeadlessHost, options: Options) => {
  process.stdout.write(`${sortedJson({ url, dataDir, addresses })}\n`)
  if (process.stderr.isTTY && options.json !== true) {
    process.stderr.write(`Lanyard runs. Open ${url}\nIts data and keys lie in ${dataDir}. Ctrl-C ends it; nothing is lost.\n`)
  }
  if (wantsBrowser(options)) openBrowser(url)
}

const wantsBrowser = (options: Options) => options.open === true && options['no-open'] !== true

/** Who starts it a second time wants to see it. */
const openRunning = (error: unknown, options: Options) => {
  const url = error instanceof PeerError ? error.details['url'] : undefined
  if (typeof url === 'string' && wantsBrowser(options)) openBrowser(url)
}

/** Only where there is a screen to show it on; whoever has none reads the address. */
const openBrowser = (url: string) => {
  const hasDisplay = process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined
  if (process.platform === 'linux' && !hasDisplay) return
  const [command, ...words] = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] }[process.platform as string] ?? ['xdg-open']
  const child = spawn(command!, [...words, url], { stdio: 'ignore', detached: true })
  // Without such a program the printed address has to do.
  child.on('error', () => undefined)
  child.unref()
}
